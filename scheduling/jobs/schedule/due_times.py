"""The due times of jobs, in the studio's zone. A daily job is due once a day on DST changes too."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cronsim import CronSim

from scheduling.models import Job
from scheduling.selectors.studio import local

from .cron_entries import ENTRIES
from .registry import JOBS


def next_due(job: Job, now: datetime) -> datetime | None:
    """Return the next due time of ``job`` after ``now``; None for a job without a schedule."""
    cron = JOBS[job].cron
    return next(CronSim(cron, local(now))) if cron else None


def last_due(job: Job, now: datetime) -> datetime | None:
    """Return the last due time of ``job`` up to ``now``; None for a job without a schedule."""
    return next(due_before(job, now), None)


def last_called_for(job: Job, now: datetime) -> datetime:
    """Return the last due time up to ``now`` of any cron entry that runs ``job``."""
    crons = [entry.cron for entry in ENTRIES if job.value in entry.jobs]
    return max(next(_due_times(cron, now)) for cron in crons)


def due_before(job: Job, now: datetime) -> Iterator[datetime]:
    """Yield the due times of ``job`` up to ``now``, the newest first."""
    cron = JOBS[job].cron
    return _due_times(cron, now) if cron else iter(())


def _due_times(cron: str, now: datetime) -> Iterator[datetime]:
    # One minute later, so that a due time equal to ``now`` is included.
    return CronSim(cron, local(now + timedelta(minutes=1)), reverse=True)
