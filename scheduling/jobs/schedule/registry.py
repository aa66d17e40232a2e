"""The registry of jobs."""

from dataclasses import dataclass
from datetime import timedelta

from scheduling.domain.series import SeriesKind
from scheduling.models import Job

from .cron_entries import cron_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A job.

    ``kinds``: the kinds of series that it generates; empty for a job that creates no classes.
    ``grace``: the time after the due time until it is late. ``longest``: a run that takes longer is
    stuck.
    """

    job: Job
    grace: timedelta = timedelta(hours=1)
    longest: timedelta = timedelta(hours=2)
    kinds: tuple[SeriesKind, ...] = ()

    @property
    def cron(self) -> str:
        """Its cron expression in the studio's zone; empty for a job without a schedule."""
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
        JobSpec(job=Job.BACKUP),
    )
}

# The generating jobs that have a schedule and can be late.
GENERATING = (Job.WEEKLY, Job.HORIZON)
