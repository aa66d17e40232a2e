"""Deletes old logs, messages and records. Classes are neither deleted nor rewritten."""

from datetime import datetime, timedelta
from typing import Any

from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max, QuerySet
from django_tasks_db.models import DBTaskResult

from scheduling.jobs.runs.claims import Claim, fence
from scheduling.models import (
    ACTIVE_STATES,
    Incident,
    JobRun,
    JobRunItem,
    Message,
    MessageItem,
    MessageState,
    RefusedCredentials,
    RunState,
    TimetableUpload,
)

RUNS_A_BATCH = 200
_SUCCESS = (RunState.SUCCEEDED,)
_ENDED = (RunState.SUCCEEDED, RunState.PARTIAL)
_FAILURE = (RunState.FAILED, RunState.CRASHED, RunState.PARTIAL)


def prune(claim: Claim, now: datetime) -> int:
    """Delete rows older than their retention and return the number of runs among them.

    Closed incidents and imports are kept as long as runs. Kept at any age: active runs, the newest
    success and failure of each job, the run from which the next weekly run calculates the missed
    weeks, open incidents, and waiting messages.
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
            fence(claim)
    _delete(claim, Incident.objects.filter(over_at__lt=before))
    _delete(claim, TimetableUpload.objects.filter(created_at__lt=before))
    # Old task results, including those of tasks that were killed.
    _delete(claim, DBTaskResult.objects.filter(enqueued_at__lt=before))
    # Failed logins and refused credentials that lock nobody out any more: anyone can add such rows.
    _delete(claim, AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME))
    _delete(claim, RefusedCredentials.objects.filter(window_end__lte=now))
    _delete(claim, Session.objects.filter(expire_date__lt=now))
    if days := settings.MESSAGE_RETENTION_DAYS:
        # Until its lesson begins, a message prevents a second one about the same lesson.
        expired = Message.objects.filter(expires_at__lt=now - timedelta(days=days)).exclude(
            state=MessageState.WAITING
        )
        _delete(claim, MessageItem.objects.filter(message__in=expired))
        _delete(claim, expired)
    if days := settings.AUDIT_LOG_RETENTION_DAYS:
        _delete(claim, LogEntry.objects.filter(timestamp__lt=now - timedelta(days=days)))
        _delete(claim, AdminLogEntry.objects.filter(action_time__lt=now - timedelta(days=days)))
    return deleted


def _delete(claim: Claim, old: QuerySet[Any]) -> None:
    """Delete ``old`` in batches, each in its own transaction."""
    while batch := list(old.order_by().values_list("pk", flat=True)[:RUNS_A_BATCH]):
        with transaction.atomic():
            rows = old.filter(pk__in=batch)
            rows._raw_delete(rows.db)
            fence(claim)


def _newest(states: tuple[RunState, ...], **conditions: bool) -> set[int]:
    """Return the ids of each job's newest run in one of ``states`` that meets ``conditions``."""
    runs = JobRun.objects.filter(state__in=states, **conditions).order_by()
    return {pk for _, pk in runs.values_list("job").annotate(Max("id"))}
