"""The database's clock, by which runs stamp their own times."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Func


class DatabaseClock(Func):
    """This very instant by the database's clock.

    ``Now`` would be the start of the statement's transaction on PostgreSQL; a heartbeat inside a
    long transaction has to be younger than that.
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
    """The database's clock, read once: an aware instant."""
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
