"""What the tables hold once they are made, put back after a test that committed something.

Django's own way empties all of them, and makes permissions, groups and content types anew, after
each such test, which takes longer than most of them. Here only what has changed is touched, and
the rows of the beginning come back with the same keys.
"""

from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

Rows = list[tuple[Any, ...]]


class Baseline:
    """The rows of the tables as they are now."""

    def __init__(self) -> None:
        self.tables = sorted(connection.introspection.django_table_names(only_existing=True))
        with transaction.atomic():
            self.rows = {table: self._rows(table) for table in self._filled()}

    def keep(self) -> None:
        """From now on a test that commits leaves these rows behind, and nothing else."""
        TransactionTestCase._fixture_teardown = lambda test: self.put_back()

    def put_back(self) -> None:
        """Let the tables hold these rows and no others."""
        # Foreign keys are looked at when it is committed, so that the order does not matter.
        with transaction.atomic(), connection.cursor() as cursor:
            for table in {*self._filled(), *self.rows}:
                rows = self.rows.get(table, [])
                if rows and sorted(self._rows(table)) == sorted(rows):
                    continue
                name = connection.ops.quote_name(table)
                cursor.execute(f"DELETE FROM {name}")
                if rows:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)

    def _filled(self) -> list[str]:
        """The tables that hold anything."""
        quoted = connection.ops.quote_name
        each = (
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})"
            for table in self.tables
        )
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(each))
            return [table for (table,) in cursor.fetchall()]

    def _rows(self, table: str) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            return list(cursor.fetchall())
