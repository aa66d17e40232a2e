"""The least that the work could take: ready rows sent, and rows counted."""

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
    """``count(*)`` of the window: the least that a run with nothing to do could read."""
    window = horizon_window(today, WEEKS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM classes WHERE date >= %s AND date < %s",
            [window.start, window.end],
        )
        return cursor.fetchone()[0]


@dataclass(frozen=True)
class ReadyRows:
    """The very rows that a run of ours has made, ready to be sent."""

    rows: int
    data: Any

    @classmethod
    def of(cls, condition: str) -> "ReadyRows":
        """Those of ``classes`` that meet ``condition``, in the order in which they were made."""
        query = f"SELECT {COLUMNS} FROM classes WHERE {condition} ORDER BY id"
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                # A connection without Django's converters: the values as they are in the file.
                with closing(sqlite3.connect(connection.settings_dict["NAME"])) as plain:
                    rows = plain.execute(query).fetchall()
                return cls(len(rows), rows)
            with cursor.cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
                blocks = [bytes(block) for block in copy]
        return cls(
            len(blocks), [b"".join(blocks[n : n + 2000]) for n in range(0, len(blocks), 2000)]
        )

    def send(self, table: str) -> int:
        """One COPY of them all in one transaction; on SQLite one bare ``executemany``."""
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
