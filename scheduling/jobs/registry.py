"""Every job of the product, declared once: what it reads and when it is due."""

from dataclasses import dataclass

from scheduling.domain.series import SeriesKind
from scheduling.models import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """A job. ``cron`` is its schedule in the studio's zone, empty where nothing sets it off.

    ``kinds``: the series that it generates from; none for a job that makes no classes.
    """

    job: Job
    cron: str = ""
    kinds: tuple[SeriesKind, ...] = ()

    @property
    def generates(self) -> bool:
        return bool(self.kinds)


JOBS: dict[Job, JobSpec] = {
    spec.job: spec
    for spec in (
        JobSpec(job=Job.WEEKLY, cron="0 6 * * 1", kinds=(SeriesKind.FIXED_SCHEDULE,)),
        JobSpec(job=Job.HORIZON, cron="0 2 * * *", kinds=(SeriesKind.RECURRING_SLOT,)),
        JobSpec(job=Job.MISSING, kinds=(SeriesKind.FIXED_SCHEDULE, SeriesKind.RECURRING_SLOT)),
        JobSpec(job=Job.PRUNE, cron="30 3 * * *"),
    )
}
