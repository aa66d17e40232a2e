"""Cancels an active run."""

from scheduling.db.clock import DatabaseClock
from scheduling.models import ACTIVE_STATES, JobRun, RunState


def cancel_run(run: JobRun) -> bool:
    """Mark ``run`` as cancelled; return False if it has already ended.

    Its process notices at its next fence or heartbeat, and stops. Committed chunks stay.
    """
    rows = JobRun.objects.filter(pk=run.pk, state__in=ACTIVE_STATES).order_by()
    return rows.update(state=RunState.CANCELLED, finished_at=DatabaseClock()) == 1
