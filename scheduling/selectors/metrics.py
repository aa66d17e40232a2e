"""Numbers about the job log and the calendar, for monitoring: cheap, whatever the studio's size."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Sum

from scheduling.models import JobRun, RunState, ScheduledClass

from .runs import DONE


@dataclass(frozen=True, slots=True)
class RunCount:
    """How many runs of a job are in the log in a state, and how many classes they created."""

    job: str
    state: str
    runs: int
    classes: int


@dataclass(frozen=True, slots=True)
class Success:
    """The newest run of a job that went well."""

    job: str
    finished_at: datetime
    seconds: float


def run_counts() -> list[RunCount]:
    """By job and state; the log's retention bounds how many rows are counted."""
    rows = (
        JobRun.objects.order_by("job", "state")
        .values_list("job", "state")
        .annotate(Count("id"), Sum("classes_created"))
    )
    return [RunCount(*row) for row in rows]


def last_successes(jobs: list[str]) -> Iterator[Success]:
    """For each of ``jobs`` that ever went well."""
    for job in jobs:
        run = JobRun.objects.filter(job=job, state__in=DONE).order_by("-id").first()
        if run is not None and run.finished_at is not None and run.duration is not None:
            yield Success(job, run.finished_at, run.duration.total_seconds())


def running() -> list[tuple[str, datetime]]:
    """Each run that is under way: its job and its last sign of life."""
    runs = JobRun.objects.filter(state=RunState.RUNNING).order_by("id")
    return [(run.job, run.heartbeat or run.created_at) for run in runs]


def approximate_classes() -> int | None:
    """Rows of ``classes`` as the database knows them without counting; None before it does."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = 'classes'::regclass")
            (rows,) = cursor.fetchone()
            return rows if rows >= 0 else None
        # SQLite keeps no such number; no more rows than this were ever there.
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {ScheduledClass._meta.db_table}")
        return int(cursor.fetchone()[0])
