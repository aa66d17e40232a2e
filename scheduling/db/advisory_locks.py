"""Advisory locks of PostgreSQL, by numbers of each schema."""

from datetime import timedelta

from django.db import connection

# Any number will do, as long as nothing else in this database locks the same one.
_LOADING = 0x7_1AE_7AB1E


def wait_for_other_loads() -> None:
    """Wait until no other import or demo is at work, and keep them out until the commit.

    To be called first in a transaction. On SQLite its BEGIN IMMEDIATE has done that already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT pg_advisory_xact_lock(%s # (({SCHEMA_NUMBER})::bigint << 32))", [_LOADING]
            )


MILLISECOND = timedelta(milliseconds=1)
# Any number does, as long as it is the same everywhere: "CLASSES" on a telephone's keys.
CALENDAR_LOCK = 2527737
# Locks are the database's, not a schema's: studios in schemas of one database have numbers of
# their own, by this for their upper half. Studios whose names have the same hash share them.
SCHEMA_NUMBER = "CASE current_schema() WHEN 'public' THEN 0 ELSE hashtext(current_schema()) END"
CALENDAR_KEY = f"{CALENDAR_LOCK} # (({SCHEMA_NUMBER})::bigint << 32)"
# How long a chunk waits for its turn, and how long a session may fall silent in the middle of one.
LOCK_TIMEOUT = timedelta(seconds=20)
IDLE_TIMEOUT = timedelta(seconds=30)


def guard_transaction() -> None:
    """First statement of a chunk: one chunk at a time, and none that outlives a stopped process.

    On PostgreSQL chunks of whatever run take turns on an advisory lock: what one has read of a
    schedule that a person is changing is on the calendar before the plan of that change is made.
    The server ends the transaction of a process that falls silent in the middle of one. SQLite's
    IMMEDIATE transactions take turns by themselves.
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
