"""Caches the newest runs of each job for one request."""

from datetime import datetime
from functools import cached_property

from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun
from scheduling.selectors.runs import (
    DONE,
    active_runs,
    in_future,
    latest_full,
    newest_whole,
    started_since,
)

from .backups import BackupStatus, backup_status


class RecentRuns:
    """The newest runs at ``now``, read on first access.

    ``length``: the number of runs to read of each generating job.
    """

    def __init__(self, now: datetime, length: int = 1) -> None:
        self._now = now
        self._length = length
        self._newest: dict[Job, list[JobRun]] = {}
        self._done: dict[Job, JobRun | None] = {}

    @cached_property
    def active(self) -> list[JobRun]:
        """The queued and running runs, whole or narrowed."""
        return active_runs()

    @cached_property
    def backups(self) -> BackupStatus:
        """The last copy of the database, and whether one is late."""
        return backup_status(self._now)

    def newest(self, job: Job) -> list[JobRun]:
        """Return the newest whole runs of ``job``, the newest first."""
        if job not in self._newest:
            self._newest[job] = newest_whole(job, self._length if JOBS[job].generates else 1)
        return self._newest[job]

    def done(self, job: Job) -> JobRun | None:
        """Return the newest successful, whole, undated run of ``job`` that began by now."""
        if job not in self._done:
            runs = (
                run
                for run in self.newest(job)
                if run.state in DONE and not run.is_dated and not in_future(run, self._now)
            )
            self._done[job] = next(runs, None) or latest_full(job, self._now)
        return self._done[job]

    def done_since(self, job: Job, moment: datetime) -> bool:
        """Return True if a successful, whole, undated run of ``job`` began since ``moment``."""
        last = self.done(job)
        if last is None:
            return False
        begun = last.started_at is not None and last.started_at >= moment
        return begun or started_since(job, moment, self._now)
