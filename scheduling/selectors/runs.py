"""What the job log says."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q

from scheduling.models import ACTIVE_STATES, JobRun, RunState

DONE = (RunState.SUCCEEDED, RunState.PARTIAL)


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


def crashed_since_success(job: str) -> int:
    """How many runs of ``job`` crashed after its last success."""
    success = latest_full(job)
    runs = JobRun.objects.filter(job=job, state=RunState.CRASHED)
    if success is not None:
        runs = runs.filter(id__gt=success.pk)
    return runs.count()


def active_runs() -> list[JobRun]:
    """Runs that are queued or running, whole or narrowed."""
    return list(JobRun.objects.filter(state__in=ACTIVE_STATES).order_by("id"))


def totals() -> dict[str, int]:
    """How many runs there are in the log, and how many of them succeeded."""
    return JobRun.objects.aggregate(
        total=Count("id"), succeeded=Count("id", filter=Q(state=RunState.SUCCEEDED))
    )
