"""Deletes old job logs. Classes are neither deleted nor rewritten with them."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django_tasks_db.models import DBTaskResult

from scheduling.models import ACTIVE_STATES, JobRun, JobRunItem, RunState

from .claim import Claim, fence

RUNS_A_BATCH = 200
_SUCCESS = (RunState.SUCCEEDED,)
_ENDED = (RunState.SUCCEEDED, RunState.PARTIAL)
_FAILURE = (RunState.FAILED, RunState.CRASHED, RunState.PARTIAL)


def prune(held: Claim, now: datetime) -> int:
    """Delete runs older than the retention; returns how many.

    Kept whatever their age: active runs, the newest success and failure of each job, and the run
    from which the next one reckons the weeks that were missed.
    """
    before = now - timedelta(days=settings.JOB_LOG_RETENTION_DAYS)
    kept = _newest(_SUCCESS) | _newest(_FAILURE) | _newest(_ENDED, is_full=True, is_dated=False)
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
    _prune_tasks(held, before)
    _prune_logins(held, now)
    return deleted


def _prune_tasks(held: Claim, before: datetime) -> None:
    """Delete what the queue remembers of old tasks, killed and forgotten ones included."""
    old = DBTaskResult.objects.filter(enqueued_at__lt=before).order_by("enqueued_at")
    while batch := list(old.values_list("id", flat=True)[:RUNS_A_BATCH]):
        with transaction.atomic():
            rows = DBTaskResult.objects.filter(id__in=batch)
            rows._raw_delete(rows.db)
            fence(held)


def _prune_logins(held: Claim, now: datetime) -> None:
    """Delete wrong passwords that no longer close a login; usernames are anybody's to invent."""
    old = AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME)
    while batch := list(old.order_by("id").values_list("id", flat=True)[:RUNS_A_BATCH]):
        with transaction.atomic():
            rows = AccessAttempt.objects.filter(id__in=batch)
            rows._raw_delete(rows.db)
            fence(held)


def _newest(states: tuple[RunState, ...], **conditions: bool) -> set[int]:
    """The newest run of each job that is in one of ``states`` and meets ``conditions``."""
    runs = JobRun.objects.filter(state__in=states, **conditions).order_by()
    return {pk for _, pk in runs.values_list("job").annotate(Max("id"))}
