"""Takeover: finds active runs whose process has died, and marks them as crashed."""

from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from scheduling.db.advisory_locks import CALENDAR_KEY
from scheduling.db.clock import database_now
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState

from .process import ProcessId, is_gone, own_tokens, this_process

# A run without a heartbeat for this long counts as dead: three times the duration of a chunk, nine
# times the interval of the heartbeat.
SILENCE = timedelta(seconds=45)


def is_dead(run: JobRun) -> bool:
    """Return True if the process of an active run is gone, or silent for longer than ``SILENCE``.

    A queued run is dead if no worker began it in that time and no worker is busy with another run.
    """
    if _is_gone(run):
        return True
    silent_since = database_now() - SILENCE
    if (run.heartbeat or run.created_at) >= silent_since:
        return False
    busy = JobRun.objects.filter(state=RunState.RUNNING, heartbeat__gte=silent_since)
    busy = busy.exclude(job=Job.WATCH)  # the caller may be the watch itself
    return run.state != RunState.QUEUED or not busy.exists()


def mark_crashed_runs(job: str) -> list[JobRun]:
    """Mark the dead runs of ``job`` as crashed, and return them."""
    active = JobRun.objects.filter(job=job, state__in=ACTIVE_STATES).order_by("id")
    crashed = []
    for run in active:
        if is_dead(run):
            if _mark_crashed(run):
                crashed.append(run)
        else:
            _correct_future_heartbeat(run)
    return crashed


def _correct_future_heartbeat(run: JobRun) -> None:
    """Date a heartbeat now that is in the future, as the clock was ahead.

    A dead run would otherwise hold its job until then; a live one writes the next heartbeat soon.
    """
    now = database_now()
    if (run.heartbeat or run.created_at) > now + SILENCE:
        same = JobRun.objects.filter(id=run.pk, token=run.token, state=run.state)
        _update(same, heartbeat=now)


def _is_gone(run: JobRun) -> bool:
    if run.state != RunState.RUNNING:
        return False
    process = ProcessId(run.host, run.process)
    return is_gone(process) or (process == this_process() and run.token not in own_tokens)


def _mark_crashed(run: JobRun) -> bool:
    """Mark ``run`` as crashed; return False if it has changed or sent a heartbeat meanwhile."""
    gone = _is_gone(run)
    if gone:
        error = _("The process ended before the run was over; the next run completes the work.")
    elif run.state == RunState.QUEUED:
        error = _("No worker began this run within 45 seconds; another run does the work.")
    else:
        error = _("Stalled for 45 seconds; the next run completes the work.")
    same = JobRun.objects.filter(id=run.pk, token=run.token, state=run.state)
    if not gone and run.heartbeat is not None:
        # Not compared with the heartbeat that was read: SQLite compares text, and returns a stored
        # "…:00.000" as "…:00".
        same = same.filter(heartbeat__lt=database_now() - SILENCE)
    return _update(
        same, state=RunState.CRASHED, error=error, finished_at=Coalesce("heartbeat", "created_at")
    )


def _update(rows: QuerySet[JobRun], **values: Any) -> bool:
    """Update ``rows``; return False if there is none, or it is locked."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                # A process stopped between its fence and its COMMIT keeps the row locked.
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
            return rows.update(**values) == 1
    except OperationalError:
        return False


def end_stopped_copy() -> None:
    """End the session of a process that was stopped (SIGSTOP) during its COPY.

    No timeout of PostgreSQL ends a COPY that waits for its client, and its transaction would block
    all other chunks for as long as the process stays stopped.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT pg_terminate_backend(pid)
            FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND objsubid = 1 AND granted
              AND classid::bigint << 32 | objid::bigint = {CALENDAR_KEY}
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND state = 'active' AND wait_event = 'ClientRead'
              AND query_start < clock_timestamp() - make_interval(secs => %s)
            """,
            [SILENCE.total_seconds()],
        )
