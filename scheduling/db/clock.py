"""The database's clock, the source of all times of a run."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Func


class DatabaseClock(Func):
    """The current time of the database.

    ``Now`` is the start of the transaction on PostgreSQL, too old for a heartbeat within a long
    transaction.
    """

    function = "CLOCK_TIMESTAMP"
    arity = 0
    output_field = DateTimeField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(
            compiler,
            connection,
            template="STRFTIME('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%f', 'NOW')",
            **context,
        )


def database_now() -> datetime:
    """Return the current time of the database as an aware instant."""
    sql = "SELECT clock_timestamp()"
    if connection.vendor == "sqlite":
        sql = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (moment,) = cursor.fetchone()
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment + "+00:00")
    assert isinstance(moment, datetime)
    return moment
