"""Keeps those apart that load people and rules in bulk."""

from django.db import connection

# Any number will do, as long as nothing else in this database locks the same one.
_LOADING = 0x7_1AE_7AB1E


def wait_for_other_loads() -> None:
    """Wait until no other import or demo is at work, and keep them out until the commit.

    To be called first in a transaction. On SQLite its BEGIN IMMEDIATE has done that already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOADING])
