"""What PostgreSQL has that Django knows nothing of: COPY, and compiled queries."""

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
    """Compiling a query takes longer than running it: ours are short, made for their indexes.

    The role has it as a default of its own in this database, from its next connection on. Poolers
    refuse it as a parameter of the connection, and a statement would set it for their other users.
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
    """psycopg's ``Copy`` into ``table``. To be called in a transaction; its errors are Django's."""
    with connection.cursor() as wrapper, wrapper.db.wrap_database_errors:
        try:
            with wrapper.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                yield copy
        except ValueError as error:
            # A pooler says that the server is gone before it closes the connection itself, and
            # psycopg expects one answer.
            if not wrapper.db.connection.broken:
                raise
            raise OperationalError("the server ended the session during a COPY") from error
