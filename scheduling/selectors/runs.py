"""Queries of the job log."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce, RowNumber, TruncDate

from scheduling.domain.outcomes import FAULTS
from scheduling.models import ACTIVE_STATES, AUTOMATIC, JobRun, JobRunItem, RunState

DONE = (RunState.SUCCEEDED, RunState.PARTIAL)
# More than a person undoes between two runs of a job.
_UNDONE = 20
# The clock that dates a run may be ahead of that of its reader by this much.
SKEW = timedelta(minutes=1)
_FAULTS = [outcome.value for outcome in FAULTS]


def in_future(run: JobRun, now: datetime) -> bool:
    """Return True if ``run`` began after ``now``: the clock was ahead when it did.

    Such a run must not count as the last one, or no job would be late until that time.
    """
    return began(run) > now + SKEW


def _begun(now: datetime) -> QuerySet[JobRun]:
    """Return the runs that began by ``now``."""
    when = Coalesce("started_at", "created_at")
    return JobRun.objects.alias(when=when).filter(when__lte=now + SKEW)


def latest_full(job: str, now: datetime) -> JobRun | None:
    """Return the newest successful whole, undated run of ``job`` that began by ``now``."""
    runs = _begun(now).filter(job=job, is_full=True, is_dated=False, state__in=DONE)
    return runs.order_by("-id").first()


def newest_begun(job: str, now: datetime, most: int) -> list[JobRun]:
    """Return the newest ``most`` whole runs of ``job`` that began by ``now``, the newest first."""
    return list(_begun(now).filter(job=job, is_full=True).order_by("-id")[:most])


def last_ended_full(job: str) -> JobRun | None:
    """Return the newest whole run of ``job`` that ended without being cancelled."""
    ended = (*DONE, RunState.FAILED, RunState.CRASHED)
    return JobRun.objects.filter(job=job, is_full=True, state__in=ended).order_by("-id").first()


def started_since(job: str, moment: datetime, now: datetime) -> bool:
    """Return True if a successful whole, undated run of ``job`` began since ``moment``."""
    runs = _begun(now).filter(job=job, is_full=True, is_dated=False, state__in=DONE)
    return runs.filter(started_at__gte=moment).exists()


def crashed_since_success(since: datetime) -> dict[str, int]:
    """Count, by job, the runs that crashed from ``since`` on and whose work no later run completed.

    A whole run completes the work, and so does a run with the same options.
    """
    covers = Q(is_full=True, is_dated=False) | Q(options=OuterRef("options"))
    later = JobRun.objects.filter(
        covers, job=OuterRef("job"), state__in=DONE, id__gt=OuterRef("id")
    )
    crashed = JobRun.objects.filter(~Exists(later), state=RunState.CRASHED, created_at__gte=since)
    return dict(crashed.order_by().values_list("job").annotate(n=Count("id")))


def active_runs() -> list[JobRun]:
    """Return queued and running runs, whole or narrowed."""
    return list(JobRun.objects.filter(state__in=ACTIVE_STATES).order_by("id"))


def totals() -> dict[str, int]:
    """Count the runs in the log, and the successful ones."""
    return JobRun.objects.aggregate(
        total=Count("id"), succeeded=Count("id", filter=Q(state=RunState.SUCCEEDED))
    )


def began(run: JobRun) -> datetime:
    """Return when ``run`` began or, if it is queued, when it was requested."""
    return run.started_at or run.created_at


def newest_whole(job: str, length: int) -> list[JobRun]:
    """Return the newest whole runs of ``job``, at most ``length``."""
    return list(JobRun.objects.filter(job=job, is_full=True).order_by("-id")[:length])


def starts_between(job: str, since: datetime, until: datetime) -> list[datetime]:
    """Return when the whole, undated runs of ``job`` between ``since`` and ``until`` began."""
    when = Coalesce("started_at", "created_at")
    rows = (
        JobRun.objects.filter(job=job, is_full=True, is_dated=False)
        .annotate(when=when)
        .filter(when__gte=since, when__lte=until)
    )
    return list(rows.order_by().values_list("when", flat=True))


def undone_runs() -> list[JobRun]:
    """Return whole, undated runs whose classes were undone, last undone first."""
    return list(
        JobRun.objects.filter(
            is_full=True, is_dated=False, undone_at__isnull=False, classes_undone__gt=0
        ).order_by("-undone_at")[:_UNDONE]
    )


def first_whole(job: str) -> JobRun | None:
    """Return the oldest whole, undated run of ``job`` in the log."""
    return JobRun.objects.filter(job=job, is_full=True, is_dated=False).order_by("id").first()


def newest_automatic(job: str, now: datetime) -> JobRun | None:
    """Return the newest whole, undated run of ``job`` that something started by ``now``."""
    return _automatic(job, now).order_by("-id").first()


def first_automatic(job: str, now: datetime) -> JobRun | None:
    """Return the oldest whole, undated run of ``job`` that something started by ``now``."""
    return _automatic(job, now).order_by("id").first()


def _automatic(job: str, now: datetime) -> QuerySet[JobRun]:
    return _begun(now).filter(job=job, trigger__in=AUTOMATIC, is_full=True, is_dated=False)


def created_by_day(since: datetime, zone: ZoneInfo) -> dict[date, int]:
    """Count the classes that runs created on each day in ``zone``, from ``since`` on."""
    when = Coalesce("started_at", "created_at")
    rows = (
        JobRun.objects.annotate(when=when)
        .filter(when__gte=since, classes_created__gt=0)
        .annotate(day=TruncDate("when", tzinfo=zone))
        .order_by()
        .values_list("day")
        .annotate(n=Sum("classes_created"))
    )
    return dict(rows)


def first_faults(runs: Iterable[int]) -> dict[int, JobRunItem]:
    """Return the first item with an error of each of these runs."""
    firsts = (
        JobRunItem.objects.filter(run_id__among=list(runs), outcome__in=_FAULTS)
        .order_by()
        .values("run_id")
        .annotate(first=Min("id"))
        .values("first")
    )
    items = JobRunItem.objects.filter(id__in=firsts)
    return {item.run_id: item for item in items}


def faults_of(runs: Iterable[int], most: int) -> dict[int, list[JobRunItem]]:
    """Return the first ``most`` items with an error of each of these runs."""
    place = Window(RowNumber(), partition_by="run_id", order_by="id")
    items = (
        JobRunItem.objects.filter(run_id__among=list(runs), outcome__in=_FAULTS)
        .annotate(place=place)
        .filter(place__lte=most)
        .order_by("run_id", "id")
    )
    found: dict[int, list[JobRunItem]] = {}
    for item in items:
        found.setdefault(item.run_id, []).append(item)
    return found


def fault_groups(run: JobRun, most: int) -> list[tuple[str, dict[str, Any], int]]:
    """Return the errors of ``run`` as (reason code, values, count), most frequent first."""
    rows = (
        JobRunItem.objects.filter(run=run, outcome__in=_FAULTS)
        .order_by()
        .values_list("code", "params")
        .annotate(n=Count("id"))
        .order_by("-n")
    )
    return list(rows[:most])
