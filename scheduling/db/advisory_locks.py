"""PostgreSQL's advisory locks, numbered per schema."""

from datetime import timedelta

from django.db import connection

MILLISECOND = timedelta(milliseconds=1)
# An arbitrary number, the same everywhere: "CLASSES" on a telephone keypad.
CALENDAR_LOCK = 2527737
# Locks belong to the database, not to a schema. This upper half of the key separates studios in
# schemas of one database; schemas whose names have the same hash share their locks.
SCHEMA_NUMBER = "CASE current_schema() WHEN 'public' THEN 0 ELSE hashtext(current_schema()) END"
CALENDAR_KEY = f"{CALENDAR_LOCK} # (({SCHEMA_NUMBER})::bigint << 32)"
# How long a chunk waits for the lock, and how long its session may be idle in the transaction.
LOCK_TIMEOUT = timedelta(seconds=20)
IDLE_TIMEOUT = timedelta(seconds=30)
# An arbitrary number that nothing else in this database locks.
_LOADING = 0x7_1AE_7AB1E


def wait_for_other_loads() -> None:
    """Wait for other imports and demo loads to end, and block them until the commit.

    Must be the first statement of a transaction. On SQLite BEGIN IMMEDIATE has the same effect.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_advisory_xact_lock(%s # (({SCHEMA_NUMBER})::bigint << 32))", [_LOADING]
            )


def guard_transaction() -> None:
    """Lock the calendar for a chunk. Must be the first statement of its transaction.

    On PostgreSQL the chunks of all runs take turns on an advisory lock, so that a schedule change
    is planned only after every chunk that has read the old schedule is committed. The server ends
    the transaction of a process that stops responding. SQLite's IMMEDIATE transactions take turns
    anyway.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL idle_in_transaction_session_timeout = {IDLE_TIMEOUT // MILLISECOND};"
            f"SET LOCAL lock_timeout = {LOCK_TIMEOUT // MILLISECOND};"
            "SET LOCAL jit = off;"
            f"SELECT pg_advisory_xact_lock({CALENDAR_KEY})"
        )
