"""Who may run: claim, fence, takeover and the closing line of a run.

Every change of a run after its claim is an UPDATE on condition that it still holds its token and
is still running. A process that was taken for dead finds no such row, and stops.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from scheduling.db.advisory_locks import CALENDAR_KEY
from scheduling.db.clock import DatabaseClock, database_now
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState

from .process import ProcessId, is_gone, this_process

# A run that is silent for so long is taken for dead. Three times what a chunk may take, nine
# times the beat.
SILENCE = timedelta(seconds=45)
BEAT = timedelta(seconds=5)
ATTEMPTS = 3

# The claims that a thread of this process is working under. A run of this very process that is not
# among them was left behind by an attempt that could not even record its failure.
_held_here: set[uuid.UUID] = set()


class AlreadyRunningError(Exception):
    """Another run of the job is active; ``run`` is that one."""

    def __init__(self, run: JobRun) -> None:
        super().__init__(f"run {run.pk} of the job {run.job} is active")
        self.run = run


class ClaimLostError(Exception):
    """This run was taken for dead, or ended, by another: nothing more may be written by it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write as a run: its id and the token that proves it."""

    run_id: int
    token: uuid.UUID

    def rows(self) -> QuerySet[JobRun]:
        """The run, as long as it is still ours and running."""
        return JobRun.objects.filter(
            id=self.run_id, token=self.token, state=RunState.RUNNING
        ).order_by()


def claim(run: JobRun) -> Claim:
    """Start ``run`` (not stored yet). Dead runs of the same job are taken over on the way.

    Raises AlreadyRunningError if a whole run of the job is active and this is to be another.
    """
    me = this_process()
    run.state = RunState.RUNNING
    run.token = uuid.uuid4()
    run.host, run.process = me.host, me.mark
    # Before the row is to be seen: another thread must not take it for left behind.
    _held_here.add(run.token)
    try:
        insert(run)
    except BaseException:
        _held_here.discard(run.token)
        raise
    return Claim(run.pk, run.token)


def insert(run: JobRun) -> None:
    """Store ``run``, queued or running; the database lets one whole run of a job be active.

    Raises AlreadyRunningError.
    """
    for _attempt in range(ATTEMPTS):
        mark_crashed_runs(run.job)
        run.pk = None
        if run.state == RunState.RUNNING:
            run.heartbeat = run.started_at = DatabaseClock()
        try:
            with transaction.atomic():
                run.save(force_insert=True)
        except IntegrityError:
            active = JobRun.objects.filter(
                job=run.job, is_full=True, state__in=ACTIVE_STATES
            ).first()
            if active is None or is_dead(active):
                continue
            raise AlreadyRunningError(active) from None
        run.refresh_from_db()
        return
    active = JobRun.objects.filter(job=run.job, is_full=True).latest("id")
    raise AlreadyRunningError(active)


def begin(run_id: int, **values: Any) -> Claim | None:
    """Turn a queued run into a running one of this process; ``values`` are what is known by now.

    None where it is not queued any more: begun by another worker, cancelled, or taken for dead.
    """
    me = this_process()
    held = Claim(run_id, uuid.uuid4())
    _held_here.add(held.token)
    begun = 0
    try:
        begun = (
            JobRun.objects.filter(id=run_id, state=RunState.QUEUED)
            .order_by()
            .update(
                state=RunState.RUNNING,
                token=held.token,
                host=me.host,
                process=me.mark,
                heartbeat=DatabaseClock(),
                started_at=DatabaseClock(),
                **values,
            )
        )
    finally:
        if not begun:
            _held_here.discard(held.token)
    return held if begun else None


def give_up(run_id: int, error: str) -> bool:
    """End a queued run that can't be begun as failed; False where it is not queued any more."""
    queued = JobRun.objects.filter(id=run_id, state=RunState.QUEUED).order_by()
    return queued.update(state=RunState.FAILED, error=error, finished_at=DatabaseClock()) == 1


def mark_crashed_runs(job: str) -> list[JobRun]:
    """Mark the active runs of ``job`` whose process is gone, or silent, as crashed."""
    active = JobRun.objects.filter(job=job, state__in=ACTIVE_STATES).order_by("id")
    return [run for run in active if is_dead(run) and _take_over(run)]


def release(held: Claim) -> None:
    """This process works under ``held`` no longer, whatever its row says."""
    _held_here.discard(held.token)


def _is_gone(run: JobRun) -> bool:
    if run.state != RunState.RUNNING:
        return False
    process = ProcessId(run.host, run.process)
    return is_gone(process) or (process == this_process() and run.token not in _held_here)


def is_dead(run: JobRun) -> bool:
    """Whether the process of an active run is gone, or has been silent for too long.

    A queued run is dead when no worker began it in that time, and none is busy with another.
    """
    if _is_gone(run):
        return True
    silent_since = database_now() - SILENCE
    if (run.heartbeat or run.created_at) >= silent_since:
        return False
    busy = JobRun.objects.filter(state=RunState.RUNNING, heartbeat__gte=silent_since)
    busy = busy.exclude(job=Job.WATCH)  # which may be who asks
    return run.state != RunState.QUEUED or not busy.exists()


def _take_over(run: JobRun) -> bool:
    """Mark ``run`` as crashed, if it has ended or is still as silent as it was."""
    gone = _is_gone(run)
    if gone:
        error = _("The process ended before the run was over; the next run completes the work.")
    elif run.state == RunState.QUEUED:
        error = _("No worker began this run within 45 seconds; another run does the work.")
    else:
        error = _("Stalled for 45 seconds; the next run completes the work.")
    same = JobRun.objects.filter(id=run.pk, token=run.token, state=run.state)
    if not gone and run.heartbeat is not None:
        # Not compared to the beat that was read: SQLite compares texts, and what it stored as
        # "…:00.000" comes back as "…:00".
        same = same.filter(heartbeat__lt=database_now() - SILENCE)
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                # It may have been stopped between its fence and its COMMIT, holding the row.
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
            changed = same.update(
                state=RunState.CRASHED,
                error=error,
                finished_at=Coalesce("heartbeat", "created_at"),
            )
    except OperationalError:
        return False
    return changed == 1


def fence(held: Claim, **progress: Any) -> None:
    """The last statement of a chunk: still ours? Beats, and stores the progress so far.

    Raises ClaimLostError, upon which the caller rolls back.
    """
    if not held.rows().update(heartbeat=DatabaseClock(), **progress):
        raise ClaimLostError(f"run {held.run_id} is no longer this process's")


def beat(held: Claim) -> bool:
    """A sign of life between chunks. False if the run is no longer ours."""
    return held.rows().update(heartbeat=DatabaseClock()) == 1


def finish(held: Claim, state: RunState, **values: Any) -> bool:
    """Write the end of a run, if it is still ours."""
    return (
        held.rows().update(
            state=state, finished_at=DatabaseClock(), heartbeat=DatabaseClock(), **values
        )
        == 1
    )


def end_stopped_copy() -> None:
    """End the session of a process that was stopped in the middle of sending its classes.

    On PostgreSQL no timeout ends a COPY that waits for its client, and its transaction would keep
    everyone else's chunks waiting for as long as that process stays stopped.
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
