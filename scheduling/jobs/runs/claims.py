"""Claims: the right of one process to write as a run.

Every change of a claimed run is a conditional UPDATE: the row must have the claim's token and be
running. A process that lost its run to a takeover finds no such row, and stops.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from scheduling.db.clock import DatabaseClock
from scheduling.models import ACTIVE_STATES, JobRun, RunState

from .process import own_tokens, this_process
from .takeover import is_dead, mark_crashed_runs

BEAT = timedelta(seconds=5)
ATTEMPTS = 3


class AlreadyRunningError(Exception):
    """Another run of the job, ``run``, is active."""

    def __init__(self, run: JobRun) -> None:
        super().__init__(f"run {run.pk} of the job {run.job} is active")
        self.run = run


class ClaimLostError(Exception):
    """Another process took this run over or ended it; the run must write nothing more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write as a run: its id and the token that proves it."""

    run_id: int
    token: uuid.UUID

    def rows(self) -> QuerySet[JobRun]:
        """Return the row of the run; none if the claim is lost or the run has ended."""
        return JobRun.objects.filter(
            id=self.run_id, token=self.token, state=RunState.RUNNING
        ).order_by()


def claim(run: JobRun) -> Claim:
    """Store ``run`` as running and return the claim to it. Marks dead runs of its job as crashed.

    Raises AlreadyRunningError if ``run`` is a whole run and another one of its job is active.
    """
    me = this_process()
    run.state = RunState.RUNNING
    run.token = uuid.uuid4()
    run.host, run.process = me.host, me.mark
    # Before the row is visible, or another thread would take it for an abandoned run.
    own_tokens.add(run.token)
    try:
        insert(run)
    except BaseException:
        own_tokens.discard(run.token)
        raise
    return Claim(run.pk, run.token)


def insert(run: JobRun) -> None:
    """Store ``run``, queued or running.

    Raises AlreadyRunningError: a constraint allows one active whole run per job.
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
    """Start a queued run in this process; ``values`` are further columns to set.

    Returns None if it is no longer queued: begun by another worker, cancelled, or crashed.
    """
    me = this_process()
    claim = Claim(run_id, uuid.uuid4())
    own_tokens.add(claim.token)
    updated = 0
    try:
        updated = (
            JobRun.objects.filter(id=run_id, state=RunState.QUEUED)
            .order_by()
            .update(
                state=RunState.RUNNING,
                token=claim.token,
                host=me.host,
                process=me.mark,
                heartbeat=DatabaseClock(),
                started_at=DatabaseClock(),
                **values,
            )
        )
    finally:
        if not updated:
            own_tokens.discard(claim.token)
    return claim if updated else None


def give_up(run_id: int, error: str) -> bool:
    """Mark a queued run that can't be started as failed; return False if it is no longer queued."""
    queued = JobRun.objects.filter(id=run_id, state=RunState.QUEUED).order_by()
    return queued.update(state=RunState.FAILED, error=error, finished_at=DatabaseClock()) == 1


def release(claim: Claim) -> None:
    """Forget the claim: this process no longer works on the run, whatever its row says."""
    own_tokens.discard(claim.token)


def fence(claim: Claim, **progress: Any) -> None:
    """Store the heartbeat and the progress: the last statement of a chunk.

    Raises ClaimLostError if the claim is lost; the caller rolls back.
    """
    if not claim.rows().update(heartbeat=DatabaseClock(), **progress):
        raise ClaimLostError(f"run {claim.run_id} is no longer this process's")


def beat(claim: Claim) -> bool:
    """Store a heartbeat between chunks; return False if the claim is lost."""
    return claim.rows().update(heartbeat=DatabaseClock()) == 1


def finish(claim: Claim, state: RunState, **values: Any) -> bool:
    """Store the end of a run; return False if the claim is lost."""
    return (
        claim.rows().update(
            state=state, finished_at=DatabaseClock(), heartbeat=DatabaseClock(), **values
        )
        == 1
    )
