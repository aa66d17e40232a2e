"""Counts of refused credentials per address, shared by all processes."""

from datetime import datetime

from django.db import connection, models

ADDRESS_LENGTH = 64


class RefusedCredentials(models.Model):
    """The refusals to one address in one window of ``API_THROTTLE_FAILED``."""

    address = models.CharField(max_length=ADDRESS_LENGTH)
    window_end = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()  # read-only; pruning deletes old windows
        constraints = [
            models.UniqueConstraint(
                fields=["address", "window_end"], name="refused_credentials_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} · {self.window_end:%Y-%m-%d %H:%M:%S} · {self.count}"

    @classmethod
    def add(cls, address: str, window_end: datetime) -> int:
        """Count a refusal and return the new count.

        A single statement, so that concurrent processes lose no count. The ORM has no upsert that
        adds.
        """
        table = connection.ops.quote_name(cls._meta.db_table)
        # The zone ID of an IPv6 address may be longer than the column.
        row = [address[:ADDRESS_LENGTH], connection.ops.adapt_datetimefield_value(window_end)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (address, window_end, count) VALUES (%s, %s, 1)"
                " ON CONFLICT (address, window_end)"
                f" DO UPDATE SET count = {table}.count + 1 RETURNING count",
                row,
            )
            return int(cursor.fetchone()[0])
