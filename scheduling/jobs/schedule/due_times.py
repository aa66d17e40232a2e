"""When each job is due, in the studio's zone; DST-correct: one slot a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cronsim import CronSim

from scheduling.models import Job
from scheduling.selectors.studio import local

from .cron_entries import ENTRIES
from .registry import JOBS


def next_due(job: Job, now: datetime) -> datetime | None:
    """The next time that ``job`` is due after ``now``; None where nothing sets it off."""
    cron = JOBS[job].cron
    return next(CronSim(cron, local(now))) if cron else None


def last_due(job: Job, now: datetime) -> datetime | None:
    """The last time that ``job`` was due up to ``now``; None where nothing sets it off."""
    return next(due_before(job, now), None)


def last_called_for(job: Job, now: datetime) -> datetime:
    """The last time up to ``now`` at which any cron entry that runs ``job`` was due."""
    crons = [entry.cron for entry in ENTRIES if job.value in entry.jobs]
    return max(next(_due_times(cron, now)) for cron in crons)


def due_before(job: Job, now: datetime) -> Iterator[datetime]:
    """The times at which ``job`` was due up to ``now``, the newest first."""
    cron = JOBS[job].cron
    return _due_times(cron, now) if cron else iter(())


def _due_times(cron: str, now: datetime) -> Iterator[datetime]:
    # One minute on: a job is due at the very minute that its schedule names.
    return CronSim(cron, local(now + timedelta(minutes=1)), reverse=True)
