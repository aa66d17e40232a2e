"""When each job is due, in the studio's zone; DST-correct: one slot a day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim
from django.conf import settings

from scheduling.models import Job

from .registry import JOBS


def next_due(job: Job, now: datetime) -> datetime | None:
    """The next time that ``job`` is due after ``now``; None where nothing sets it off."""
    cron = JOBS[job].cron
    return next(CronSim(cron, _local(now))) if cron else None


def last_due(job: Job, now: datetime) -> datetime | None:
    """The last time that ``job`` was due up to ``now``; None where nothing sets it off."""
    return next(due_before(job, now), None)


def due_before(job: Job, now: datetime) -> Iterator[datetime]:
    """The times at which ``job`` was due up to ``now``, the newest first."""
    cron = JOBS[job].cron
    # One minute on: a job is due at the very minute that its schedule names.
    return CronSim(cron, _local(now + timedelta(minutes=1)), reverse=True) if cron else iter(())


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))
