"""Every job of the product, declared once: what it reads and when it is due."""

from dataclasses import dataclass
from datetime import timedelta

from scheduling.domain.series import SeriesKind
from scheduling.models import Job

from .cron_entries import cron_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A job.

    ``kinds``: the series that it generates from; none for a job that makes no classes. ``grace``:
    how long after its due time it may start before it is late. ``longest``: what no run of it
    takes on any studio that we know of; one that goes on for longer is stuck.
    """

    job: Job
    grace: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=2)
    kinds: tuple[SeriesKind, ...] = ()

    @property
    def cron(self) -> str:
        """Its schedule in the studio's zone, empty where nothing sets it off."""
        return cron_of(self.job.value)

    @property
    def generates(self) -> bool:
        return bool(self.kinds)


JOBS: dict[Job, JobSpec] = {
    spec.job: spec
    for spec in (
        JobSpec(job=Job.WEEKLY, kinds=(SeriesKind.FIXED_SCHEDULE,)),
        JobSpec(job=Job.HORIZON, kinds=(SeriesKind.RECURRING_SLOT,)),
        JobSpec(job=Job.MISSING, kinds=(SeriesKind.FIXED_SCHEDULE, SeriesKind.RECURRING_SLOT)),
        JobSpec(job=Job.PRUNE),
        JobSpec(job=Job.WATCH),
    )
}

# What cron and the scheduler start, and what is late when they don't.
GENERATING = (Job.WEEKLY, Job.HORIZON)
