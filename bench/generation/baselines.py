"""Lower limits of the work: sending prepared rows, and counting rows."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from bench.environment import WEEKS
from scheduling.domain.windows import horizon_window
from scheduling.jobs.generation.class_insert import _COLUMNS as COLUMNS


def count(today: date) -> int:
    """Return ``count(*)`` of the window, the least that a run without changes has to read."""
    window = horizon_window(today, WEEKS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM classes WHERE date >= %s AND date < %s",
            [window.start, window.end],
        )
        return cursor.fetchone()[0]


@dataclass(frozen=True)
class ReadyRows:
    """The rows created by a run of ours, prepared for sending."""

    rows: int
    data: Any

    @classmethod
    def of(cls, condition: str) -> "ReadyRows":
        """Return the rows of ``classes`` that meet ``condition``, in the order of creation."""
        query = f"SELECT {COLUMNS} FROM classes WHERE {condition} ORDER BY id"
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                # A connection without Django's converters, for the stored values.
                with closing(sqlite3.connect(connection.settings_dict["NAME"])) as plain:
                    rows = plain.execute(query).fetchall()
                return cls(len(rows), rows)
            with cursor.cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
                blocks = [bytes(block) for block in copy]
        return cls(
            len(blocks), [b"".join(blocks[n : n + 2000]) for n in range(0, len(blocks), 2000)]
        )

    def send(self, table: str) -> int:
        """Send all rows in a transaction: by COPY, or on SQLite by ``executemany``."""
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * (COLUMNS.count(",") + 1))
            with transaction.atomic():
                connection.connection.executemany(
                    f"INSERT INTO {table} ({COLUMNS}) VALUES ({marks})", self.data
                )
            return self.rows
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy,
        ):
            for block in self.data:
                copy.write(block)
        return self.rows
