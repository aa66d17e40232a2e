"""Timeouts of PostgreSQL that are set for transactions, and of SQLite's lock.

A timeout of the session would stay on the connection, which a pooler hands on to other clients.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def transaction_timeout(name: str, seconds: float, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Set the timeout ``name``, such as ``lock_timeout``, for each transaction of the block.

    Does nothing on SQLite.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        yield
        return
    with connection.execute_wrapper(partial(_execute, f"{name} = {round(seconds * 1000)}")):
        yield


@contextmanager
def without_waiting(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let a write of the block fail at once while another process writes, on SQLite.

    On PostgreSQL, writers of different rows do not wait for each other.
    """
    connection = connections[using]
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    (before,) = raw.execute("PRAGMA busy_timeout").fetchone()
    raw.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA busy_timeout = {before}")


def _execute(
    setting: str,
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    """Execute a statement; the first one of a transaction after the ``setting``."""
    database = context["connection"]
    is_first = database.connection.info.transaction_status.name == "IDLE"
    # Statements with CONCURRENTLY refuse to run in a transaction; they make nobody else wait.
    if not is_first or "CONCURRENTLY" in str(sql):
        return execute(sql, params, many, context)
    with transaction.atomic(using=database.alias, savepoint=False):
        with database.wrap_database_errors:
            context["cursor"].cursor.execute(f"SET LOCAL {setting}")
        return execute(sql, params, many, context)
