"""Deletes old job logs. Classes are neither deleted nor rewritten with them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from scheduling.models import ACTIVE_STATES, JobRun, JobRunItem, RunState

from .claim import Claim, fence

RUNS_A_BATCH = 200
_SUCCESS = (RunState.SUCCEEDED,)
_FAILURE = (RunState.FAILED, RunState.CRASHED, RunState.PARTIAL)


def prune(held: Claim, now: datetime) -> int:
    """Delete runs older than the retention; returns how many.

    Kept whatever their age: active runs, and the newest success and failure of each job.
    """
    before = now - timedelta(days=settings.JOB_LOG_RETENTION_DAYS)
    kept = _newest(_SUCCESS) | _newest(_FAILURE)
    old = (
        JobRun.objects.filter(created_at__lt=before)
        .exclude(state__in=ACTIVE_STATES)
        .exclude(id__in=kept)
        .order_by("id")
    )
    deleted = 0
    while batch := list(old.values_list("id", flat=True)[:RUNS_A_BATCH]):
        with transaction.atomic():
            items = JobRunItem.objects.filter(run_id__in=batch)
            items._raw_delete(items.db)
            runs = JobRun.objects.filter(id__in=batch).exclude(state__in=ACTIVE_STATES)
            deleted += runs._raw_delete(runs.db)
            fence(held)
    return deleted


def _newest(states: tuple[RunState, ...]) -> set[int]:
    newest = (
        JobRun.objects.filter(state__in=states).order_by().values_list("job").annotate(Max("id"))
    )
    return {pk for _, pk in newest}
