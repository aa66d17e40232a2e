"""``python -m bench.coverage``: what it costs the first page to count what the calendar lacks.

Server side, in this process, on a studio as ``load_demo`` makes it: a slot for each student, and a
fixed schedule of one or two meetings. The budget is 50 ms of a page at 500 students and 300 ms at
10,000. Each line has the time on the clock, the time of this process and of its PostgreSQL backend
on a core, which is the same where nothing else runs, and the ratio of that to the budget. Ends with
1 where one is over its budget.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import environment, scratch_database

BUDGETS_MS = {500: 50, 10_000: 300}
STUDENTS_A_TEACHER = 20


def main() -> None:
    """Build each studio in a database made for it, and time the states that it may be in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--times", type=int, default=15, help="how often each is counted")
    parser.add_argument("--sizes", default=",".join(map(str, BUDGETS_MS)), help="students")
    asked = parser.parse_args()
    database = scratch_database.sqlite if asked.sqlite else scratch_database.postgresql
    over = False
    print(environment.heading("What the calendar lacks", "bench.coverage"))
    print(f"{'SQLite' if asked.sqlite else 'PostgreSQL'}. The budget: 50 and 300 ms of a page.\n")
    with database() as url:
        scratch_database.set_up(url)
        try:
            print("| students | the calendar | median | on a core | of the budget | queries |")
            print("|---|---|---|---|---|---|")
            for size in map(int, asked.sizes.split(",")):
                over |= measure(size, asked.times)
            load = os.getloadavg()[0]
            print(f"\n{load:.0f} processes wanted a core at the end; the clock counts theirs too.")
        finally:
            from django.db import connections

            connections.close_all()
    sys.exit(int(over))


def measure(students: int, times: int) -> bool:
    """Grow the studio to so many students and time it. Answers whether a budget was exceeded."""
    from django.core.management import call_command

    now = build(students)
    budget = BUDGETS_MS.get(students, max(BUDGETS_MS.values()))
    call_command("generate_classes", json=True, stdout=_Nowhere())
    vacuum()
    over = False
    for name, state in (
        ("after the run", nothing),
        ("no class is there", no_class),
        ("no class of the last day is there", no_class_of_the_last_day),
        ("36 lessons clash", clashes),
        ("closed for two weeks", closed),
        ("every tenth class was edited", edited),
    ):
        with state(now):
            median, on_a_core, queries = timed(lambda: count(now), times)
        over |= on_a_core > budget
        print(
            f"| {students:,} | {name} | {median:.0f} ms | {on_a_core:.0f} ms |"
            f" {on_a_core / budget:.2f} | {queries} |"
        )
    return over


def build(students: int) -> datetime:
    """The demo studio, in which nothing clashes. Answers the moment."""
    from django.core.management import call_command
    from django.utils import timezone

    from scheduling import models

    for model in (
        *(models.ScheduledClass, models.Closure, models.RecurringSlot, models.FixedSchedule),
        models.Student,
        *(models.LessonDuration, models.LessonSettings, models.Teacher),
    ):
        model._base_manager.all()._raw_delete("default")
    teachers = max(2, students // STUDENTS_A_TEACHER)
    call_command("load_demo", students=students, teachers=teachers, stdout=_Nowhere())
    return timezone.now()


def count(now: datetime) -> None:
    """As the first page does."""
    from scheduling.jobs.monitoring.callers import Callers
    from scheduling.jobs.monitoring.coverage import A_PAGE, coverage
    from scheduling.jobs.monitoring.status import status

    callers = Callers(now)
    status(now, coverage(now, callers, A_PAGE), callers=callers)


def timed(work: Callable[[], None], times: int) -> tuple[float, float, int]:
    """Milliseconds on the clock, the median, and on a core, the mean; and queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work()  # warms up
    took, before = [], cpu_seconds()
    for _time in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    on_a_core = (cpu_seconds() - before) / times
    with CaptureQueriesContext(connection) as captured:
        work()
    return statistics.median(took) * 1000, on_a_core * 1000, len(captured)


def cpu_seconds() -> float:
    """What this process and its backend have had of the cores."""
    from django.db import connection

    mine = time.process_time()
    if connection.vendor != "postgresql":
        return mine
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return mine + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def nothing(now: datetime) -> Iterator[None]:
    """As the run left it."""
    yield


@contextmanager
def undone() -> Iterator[None]:
    """What is changed within is taken back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def no_class(now: datetime) -> Iterator[None]:
    """As after an import without a run."""
    with undone():
        delete()
        yield


@contextmanager
def no_class_of_the_last_day(now: datetime) -> Iterator[None]:
    """As after a night without a run."""
    from django.db.models import Max

    from scheduling.models import ScheduledClass

    with undone():
        delete(date=ScheduledClass.objects.aggregate(last=Max("date"))["last"])
        yield


@contextmanager
def clashes(now: datetime) -> Iterator[None]:
    """Three slots at hours that are taken."""
    from scheduling.models import RecurringSlot

    with undone():
        slots = RecurringSlot.objects.filter(status="active", valid_until__isnull=True)
        for taken in slots.order_by("id")[:3]:
            taken.pk, taken.import_key = None, None
            taken.valid_from, taken.created_at = now.date(), now
            taken.save()
        yield


@contextmanager
def closed(now: datetime) -> Iterator[None]:
    """Holidays of which a run has cancelled the classes."""
    from scheduling.models import Closure, ScheduledClass

    with undone():
        first = now.date() + timedelta(days=20)
        last = first + timedelta(days=13)
        closure = Closure.objects.create(name="Holidays", first_date=first, last_date=last)
        ScheduledClass.objects.filter(date__range=(first, last)).update(
            status="cancelled", cancelled_by="closure", closure=closure
        )
        yield


@contextmanager
def edited(now: datetime) -> Iterator[None]:
    """Classes that people moved or wrote on, and which no run changes."""
    from django.db.models import F
    from django.db.models.functions import Mod

    from scheduling.models import ScheduledClass

    with undone():
        rows = ScheduledClass.objects.annotate(tenth=Mod(F("id"), 10)).filter(tenth=0)
        rows.update(edited_at=now, notes="by the phone")
        yield


def delete(**conditions: Any) -> None:
    """Classes, without asking what hangs on them."""
    from scheduling.models import ScheduledClass

    rows = ScheduledClass.objects.filter(**conditions)
    rows._raw_delete(rows.db)


def vacuum() -> None:
    """As a database is some time after a great many inserts."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


class _Nowhere:
    def write(self, text: str) -> None:
        """Away with it."""

    def flush(self) -> None:
        """Nothing to flush."""


if __name__ == "__main__":
    main()
