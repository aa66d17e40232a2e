"""What every connection to the database begins with."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


def listen() -> None:
    """Have it done, from now on."""
    connection_created.connect(forgo_compiling, dispatch_uid="forgo_compiling")


def forgo_compiling(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Compiling a query takes longer than running it: ours are short, made for their indexes.

    By a statement and not as a parameter of the connection: connection poolers refuse those.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
