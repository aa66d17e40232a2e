"""What the job log says."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce, RowNumber, TruncDate

from scheduling.domain.outcomes import FAULTS
from scheduling.models import ACTIVE_STATES, AUTOMATIC, JobRun, JobRunItem, RunState

DONE = (RunState.SUCCEEDED, RunState.PARTIAL)
# More than anyone takes back between two runs of a job.
_UNDONE = 20
_FAULTS = [outcome.value for outcome in FAULTS]


def latest_full(job: str, states: Iterable[str] = DONE) -> JobRun | None:
    """The newest whole, undated run of ``job`` in one of ``states``."""
    return (
        JobRun.objects.filter(job=job, is_full=True, is_dated=False, state__in=tuple(states))
        .order_by("-id")
        .first()
    )


def last_ended_full(job: str) -> JobRun | None:
    """The newest whole run of ``job`` that came to an end of its own: no person cancelled it."""
    ended = (*DONE, RunState.FAILED, RunState.CRASHED)
    return JobRun.objects.filter(job=job, is_full=True, state__in=ended).order_by("-id").first()


def started_since(job: str, moment: datetime) -> bool:
    """Whether a whole, undated run of ``job`` that went well began at ``moment`` or later."""
    return JobRun.objects.filter(
        job=job, is_full=True, is_dated=False, state__in=DONE, started_at__gte=moment
    ).exists()


def crashed_since_success(since: datetime) -> dict[str, int]:
    """How many runs crashed from ``since`` on, by job, of which no later one completed the work.

    That is a whole run, or one that was asked for the same.
    """
    covers = Q(is_full=True, is_dated=False) | Q(options=OuterRef("options"))
    later = JobRun.objects.filter(
        covers, job=OuterRef("job"), state__in=DONE, id__gt=OuterRef("id")
    )
    crashed = JobRun.objects.filter(~Exists(later), state=RunState.CRASHED, created_at__gte=since)
    return dict(crashed.order_by().values_list("job").annotate(n=Count("id")))


def active_runs() -> list[JobRun]:
    """Runs that are queued or running, whole or narrowed."""
    return list(JobRun.objects.filter(state__in=ACTIVE_STATES).order_by("id"))


def totals() -> dict[str, int]:
    """How many runs there are in the log, and how many of them succeeded."""
    return JobRun.objects.aggregate(
        total=Count("id"), succeeded=Count("id", filter=Q(state=RunState.SUCCEEDED))
    )


def began(run: JobRun) -> datetime:
    """When ``run`` began; a queued one, when it was asked for."""
    return run.started_at or run.created_at


def newest_whole(job: str, length: int) -> list[JobRun]:
    """The newest runs of ``job`` that concern the whole studio."""
    return list(JobRun.objects.filter(job=job, is_full=True).order_by("-id")[:length])


def starts_between(job: str, since: datetime, until: datetime) -> list[datetime]:
    """When the whole, undated runs of ``job`` of that time began."""
    when = Coalesce("started_at", "created_at")
    rows = (
        JobRun.objects.filter(job=job, is_full=True, is_dated=False)
        .annotate(when=when)
        .filter(when__gte=since, when__lte=until)
    )
    return list(rows.order_by().values_list("when", flat=True))


def undone_runs() -> list[JobRun]:
    """Whole, undated runs of which classes were taken back, the last to be undone first."""
    return list(
        JobRun.objects.filter(
            is_full=True, is_dated=False, undone_at__isnull=False, classes_undone__gt=0
        ).order_by("-undone_at")[:_UNDONE]
    )


def first_whole(job: str) -> JobRun | None:
    """The oldest whole, undated run of ``job`` that is in the log."""
    return JobRun.objects.filter(job=job, is_full=True, is_dated=False).order_by("id").first()


def newest_automatic(job: str) -> JobRun | None:
    """The newest whole, undated run of ``job`` that no person started."""
    return _automatic(job).order_by("-id").first()


def first_automatic(job: str) -> JobRun | None:
    """The oldest one in the log."""
    return _automatic(job).order_by("id").first()


def _automatic(job: str) -> QuerySet[JobRun]:
    return JobRun.objects.filter(job=job, trigger__in=AUTOMATIC, is_full=True, is_dated=False)


def created_by_day(since: datetime, zone: ZoneInfo) -> dict[date, int]:
    """How many classes runs created on each day in ``zone``, from ``since`` on."""
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
    """For each of these runs the first item that says what could not be dealt with."""
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
    """For each of these runs the first ``most`` items that say what could not be dealt with."""
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
    """What could not be dealt with in ``run``: reason, its values, and how often, most first."""
    rows = (
        JobRunItem.objects.filter(run=run, outcome__in=_FAULTS)
        .order_by()
        .values_list("code", "params")
        .annotate(n=Count("id"))
        .order_by("-n")
    )
    return list(rows[:most])
