"""PostgreSQL features that Django doesn't support: COPY, and the setting of JIT compilation."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, connections

CHOSEN = """
    SELECT current_database(), EXISTS (
        SELECT FROM pg_db_role_setting AS own, pg_database AS here, unnest(own.setconfig) AS setting
        WHERE own.setrole = quote_ident(current_user)::regrole AND own.setdatabase = here.oid
            AND here.datname = current_database() AND setting LIKE 'jit=%'
    )
"""


def disable_jit(using: str, **kwargs: Any) -> None:
    """Turn JIT compilation off for the role in this database (a receiver of ``post_migrate``).

    Compiling our short, indexed queries takes longer than running them. The setting applies from
    the next connection on, and an existing one is kept. It isn't a connection parameter because
    poolers reject those, nor a statement because that would affect a pooler's other clients.
    """
    if connections[using].vendor != "postgresql":
        return
    with connections[using].cursor() as cursor:
        cursor.execute(CHOSEN)
        database, chosen = cursor.fetchone()
        if not chosen:
            name = connections[using].ops.quote_name(database)
            cursor.execute(f"ALTER ROLE CURRENT_USER IN DATABASE {name} SET jit = off")


@contextmanager
def copying(table: str, columns: str) -> Iterator[Any]:
    """Yield psycopg's ``Copy`` into ``table``. Needs a transaction; raises Django's errors."""
    with connection.cursor() as wrapper, wrapper.db.wrap_database_errors:
        try:
            with wrapper.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                yield copy
        except ValueError as error:
            # A pooler reports the lost server before it closes the connection; psycopg expects
            # one response.
            if not wrapper.db.connection.broken:
                raise
            raise OperationalError("the server ended the session during a COPY") from error
