"""Numbers for monitoring, from the job log and the calendar. They cost the same at any size."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Max, Sum

from scheduling.models import JobRun, ScheduledClass

from .runs import DONE, SKEW


@dataclass(frozen=True, slots=True)
class RunCount:
    """The number of runs of a job in one state, and the classes that they created."""

    job: str
    state: str
    runs: int
    classes: int


@dataclass(frozen=True, slots=True)
class Success:
    """The newest successful run of a job."""

    job: str
    finished_at: datetime
    seconds: float


def run_counts() -> list[RunCount]:
    """Return the runs by job and state. The log's retention limits the rows that are counted."""
    rows = (
        JobRun.objects.order_by("job", "state")
        .values_list("job", "state")
        .annotate(Count("id"), Sum("classes_created"))
    )
    return [RunCount(*row) for row in rows]


def last_successes(jobs: list[str], now: datetime) -> Iterator[Success]:
    """Yield the newest success of each of ``jobs`` that has one by ``now``."""
    done = JobRun.objects.filter(state__in=DONE, finished_at__lte=now + SKEW, job__in=jobs)
    newest = done.order_by().values("job").annotate(newest=Max("id")).values("newest")
    for run in JobRun.objects.filter(id__in=newest).order_by("id"):
        if run.finished_at is not None and run.duration is not None:
            yield Success(run.job, run.finished_at, run.duration.total_seconds())


def approximate_classes() -> int | None:
    """Return the estimated number of rows in ``classes``, or None if there is no estimate yet."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'classes'::regclass")
            (rows,) = cursor.fetchone()
            return rows if rows >= 0 else None
        # SQLite has no estimate; the highest id is an upper bound.
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {ScheduledClass._meta.db_table}")
        return int(cursor.fetchone()[0])
