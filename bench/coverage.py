"""``python -m bench.coverage``: the cost of counting missing classes on the dashboard.

Server side, in this process, on the studio of ``load_demo``: each student has a slot and a fixed
schedule of one or two weekly lessons. The budget is 50 ms of a page with 500 students and 300 ms
with 10,000. Each line shows the wall-clock time, the CPU time of this process and its PostgreSQL
backend, and the ratio of the CPU time to the budget. The exit status is 1 if a budget is exceeded.
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
    """Build each studio in a temporary database and time several states of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL")
    parser.add_argument("--times", type=int, default=15, help="repetitions of each count")
    parser.add_argument("--sizes", default=",".join(map(str, BUDGETS_MS)), help="students")
    options = parser.parse_args()
    database = scratch_database.sqlite if options.sqlite else scratch_database.postgresql
    over = False
    print(environment.heading("Missing classes", "bench.coverage"))
    print(f"{'SQLite' if options.sqlite else 'PostgreSQL'}. The budget: 50 and 300 ms of a page.\n")
    with database() as url:
        scratch_database.set_up(url)
        try:
            print("| students | calendar | median | CPU | of the budget | queries |")
            print("|---|---|---|---|---|---|")
            for size in map(int, options.sizes.split(",")):
                over |= measure(size, options.times)
            load = os.getloadavg()[0]
            print(f"\nThe load average at the end was {load:.0f}; it affects the median only.")
        finally:
            from django.db import connections

            connections.close_all()
    sys.exit(int(over))


def measure(students: int, times: int) -> bool:
    """Build a studio of this size and time it. Return whether the budget was exceeded."""
    from django.core.management import call_command

    now = build(students)
    budget = BUDGETS_MS.get(students, max(BUDGETS_MS.values()))
    call_command("generate_classes", json=True, stdout=NullOutput())
    vacuum()
    over = False
    for name, state in (
        ("after a run", unchanged),
        ("without any class", no_class),
        ("without classes on the last day", no_class_of_the_last_day),
        ("36 conflicts", clashes),
        ("closed for two weeks", closed),
        ("every tenth class edited", edited),
    ):
        with state(now):
            median, cpu_time, queries = timed(lambda: count(now), times)
        over |= cpu_time > budget
        print(
            f"| {students:,} | {name} | {median:.0f} ms | {cpu_time:.0f} ms |"
            f" {cpu_time / budget:.2f} | {queries} |"
        )
    return over


def build(students: int) -> datetime:
    """Load the demo studio, which has no conflicts, and return the current time."""
    from django.core.management import call_command
    from django.utils import timezone

    from scheduling import models

    for model in (
        *(models.ScheduledClass, models.Closure, models.RecurringSlot, models.FixedSchedule),
        *(models.StudentGuardian, models.Guardian, models.Student, models.Room),
        *(models.LessonDuration, models.LessonSettings, models.WorkingHours, models.Teacher),
    ):
        model._base_manager.all()._raw_delete("default")
    teachers = max(2, students // STUDENTS_A_TEACHER)
    call_command("load_demo", students=students, teachers=teachers, stdout=NullOutput())
    return timezone.now()


def count(now: datetime) -> None:
    """Count as the dashboard does."""
    from scheduling.jobs.monitoring.callers import Callers
    from scheduling.jobs.monitoring.coverage import A_PAGE, coverage
    from scheduling.jobs.monitoring.status import status

    callers = Callers(now)
    status(now, coverage(now, callers, A_PAGE), callers=callers)


def timed(work: Callable[[], None], times: int) -> tuple[float, float, int]:
    """Return the median wall-clock time and the mean CPU time in milliseconds, and the queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    work()  # warm-up
    durations, before = [], cpu_seconds()
    for _time in range(times):
        began = time.perf_counter()
        work()
        durations.append(time.perf_counter() - began)
    cpu_time = (cpu_seconds() - before) / times
    with CaptureQueriesContext(connection) as captured:
        work()
    return statistics.median(durations) * 1000, cpu_time * 1000, len(captured)


def cpu_seconds() -> float:
    """Return the CPU time of this process and its PostgreSQL backend."""
    from django.db import connection

    own = time.process_time()
    if connection.vendor != "postgresql":
        return own
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return own + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def unchanged(now: datetime) -> Iterator[None]:
    """The state after a run."""
    yield


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back all changes at the end of the block."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def no_class(now: datetime) -> Iterator[None]:
    """The state after an import without a run."""
    with rolled_back():
        delete()
        yield


@contextmanager
def no_class_of_the_last_day(now: datetime) -> Iterator[None]:
    """The state after a night without a run."""
    from django.db.models import Max

    from scheduling.models import ScheduledClass

    with rolled_back():
        delete(date=ScheduledClass.objects.aggregate(last=Max("date"))["last"])
        yield


@contextmanager
def clashes(now: datetime) -> Iterator[None]:
    """Three slots that conflict with others."""
    from scheduling.models import RecurringSlot

    with rolled_back():
        slots = RecurringSlot.objects.filter(status="active", valid_until__isnull=True)
        for taken in slots.order_by("id")[:3]:
            taken.pk, taken.import_key = None, None
            taken.valid_from, taken.created_at = now.date(), now
            taken.save()
        yield


@contextmanager
def closed(now: datetime) -> Iterator[None]:
    """Holidays whose classes a run has cancelled."""
    from scheduling.models import Closure, ScheduledClass

    with rolled_back():
        first = now.date() + timedelta(days=20)
        last = first + timedelta(days=13)
        closure = Closure.objects.create(name="Holidays", first_date=first, last_date=last)
        ScheduledClass.objects.filter(date__range=(first, last)).update(
            status="cancelled", cancelled_by="closure", closure=closure
        )
        yield


@contextmanager
def edited(now: datetime) -> Iterator[None]:
    """Classes edited by hand."""
    from django.db.models import F
    from django.db.models.functions import Mod

    from scheduling.models import ScheduledClass

    with rolled_back():
        rows = ScheduledClass.objects.annotate(tenth=Mod(F("id"), 10)).filter(tenth=0)
        rows.update(edited_at=now, notes="by the phone")
        yield


def delete(**conditions: Any) -> None:
    """Delete classes without cascading."""
    from scheduling.models import ScheduledClass

    rows = ScheduledClass.objects.filter(**conditions)
    rows._raw_delete(rows.db)


def vacuum() -> None:
    """Update the statistics, as autovacuum does after many inserts."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


class NullOutput:
    def write(self, text: str) -> None:
        """Discard the text."""

    def flush(self) -> None:
        """Nothing to flush."""


if __name__ == "__main__":
    main()
