"""Ways to put the lessons of a window on the calendar: ours, the limit, and what others do."""

import gc
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from scheduling.domain.recurrence import pattern
from scheduling.domain.series import Series, SeriesKind
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import horizon_window, monday_of
from scheduling.jobs.bulk import _COLUMNS as COLUMNS
from scheduling.jobs.request import Request
from scheduling.jobs.result import Result
from scheduling.jobs.runner import Conduct, run
from scheduling.models import Job, Trigger
from scheduling.selectors.series import load_series

# Far ahead: nothing depends on the day of the measurement.
START = date(2040, 1, 2)
NEXT = START + timedelta(days=1)
WEEKS = 12
# The quickest of none, 100, 500, 1,000, 2,000 and 5,000 where it was tried.
PEER_BATCH = 2_000
# What the model leaves to the database's defaults.
DEFAULTS = {
    "status": "scheduled",
    "cancelled_by": "",
    "cancel_reason": "",
    "attendance": "",
    "notes": "",
}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the clock on the wall, and the result. Rubbish is collected beforehand."""
    gc.collect()
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def forget() -> None:
    """Empty every cache of ours: cron's process begins without them."""
    for name, module in list(sys.modules.items()):
        if name.startswith("scheduling."):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def ours(today: date) -> Result:
    """A whole run as the command makes it: claim, heartbeat, log, chunks, closing line."""
    request = Request(
        job=Job.HORIZON, today=today, weeks=WEEKS, trigger=Trigger.COMMAND, dated=True
    )
    return run(request, Conduct(clock=timezone.now))


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
class Ready:
    """The very rows that a run of ours has made, ready to be sent."""

    rows: int
    data: Any

    @classmethod
    def of(cls, condition: str) -> "Ready":
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

    def send(self, table: str) -> None:
        """One COPY of them all in one transaction; on SQLite one bare ``executemany``."""
        if connection.vendor == "sqlite":
            marks = ", ".join("?" * (COLUMNS.count(",") + 1))
            with transaction.atomic():
                connection.connection.executemany(
                    f"INSERT INTO {table} ({COLUMNS}) VALUES ({marks})", self.data
                )
            return
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN") as copy,
        ):
            for block in self.data:
                copy.write(block)


def _objects(
    model: Any, today: date, slots: list[Series], *, spelled_out: bool = True
) -> Iterator[Any]:
    """The lessons of the window as instances of ``model``, expanded in Python as we do it.

    ``spelled_out``: with a value for every field, where the model has database defaults. Django
    takes four times as long over those.
    """
    window = horizon_window(today, WEEKS)
    now = timezone.now()
    values = DEFAULTS | {"created_at": now, "updated_at": now} if spelled_out else {}
    for series in slots:
        wanted = pattern(series, window)
        for day, starts in zip(wanted.days, wanted.starts, strict=True):
            yield model(
                student_id=series.student_id,
                teacher_id=series.teacher_id,
                recurring_slot_id=series.id,
                week=monday_of(day),
                occurrence_date=day,
                date=day,
                start_time=series.start_time,
                end_time=series.end_time,
                time_zone=series.zone,
                starts_at=from_epoch(starts),
                ends_at=from_epoch(starts + series.duration_minutes * 60),
                subject=series.subject,
                is_shared=series.is_shared,
                **values,
            )


def _slots(limit: int | None = None) -> list[Series]:
    return load_series(SeriesKind.RECURRING_SLOT, Q())[:limit]


def ignore_conflicts(model: Any, limit: int | None, spelled_out: bool, today: date) -> None:
    """Build every lesson, insert them all, and let the database throw out those that it has.

    ``limit``: for that many slots.
    """
    lessons = _objects(model, today, _slots(limit), spelled_out=spelled_out)
    with transaction.atomic():
        model.objects.bulk_create(lessons, batch_size=PEER_BATCH, ignore_conflicts=True)


def per_lesson(model: Any, limit: int, today: date) -> None:
    """For the lessons of ``limit`` slots: look whether each is there, insert it if not.

    One transaction for each slot, which is kind: most do without any.
    """
    for series in _slots(limit):
        with transaction.atomic():
            for lesson in _objects(model, today, [series]):
                found = model.objects.filter(recurring_slot_id=series.id, week=lesson.week)
                if not found.exists():
                    lesson.save(force_insert=True)


Peer = tuple[str, int, Callable[[date], None]]


def peers(model: Any, slots: int, sample: int) -> list[Peer]:
    """The other ways: name, the number of slots each is measured on, and what it does."""
    few, tenth = min(sample, slots), max(1, slots // 10)
    found: list[Peer] = [
        ("bulk", tenth, partial(ignore_conflicts, model, tenth, False)),
        ("spelled out", slots, partial(ignore_conflicts, model, None, True)),
    ]
    if few:
        found.append(("per lesson", few, partial(per_lesson, model, few)))
    return found
