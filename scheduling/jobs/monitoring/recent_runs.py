"""The end of the log, for all on one page who ask about it."""

from datetime import datetime
from functools import cached_property

from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun
from scheduling.selectors.runs import DONE, active_runs, latest_full, newest_whole, started_since


class RecentRuns:
    """What the newest runs say: each part is read when it is first asked for, and once.

    ``length``: how many of the newest runs of a job that generates; one, where none are drawn.
    """

    def __init__(self, length: int = 1) -> None:
        self._length = length
        self._newest: dict[Job, list[JobRun]] = {}
        self._done: dict[Job, JobRun | None] = {}

    @cached_property
    def active(self) -> list[JobRun]:
        """Runs that are queued or running, whole or narrowed."""
        return active_runs()

    def newest(self, job: Job) -> list[JobRun]:
        """The newest runs of ``job`` that concern the whole studio, the newest first."""
        if job not in self._newest:
            self._newest[job] = newest_whole(job, self._length if JOBS[job].generates else 1)
        return self._newest[job]

    def done(self, job: Job) -> JobRun | None:
        """The newest whole, undated run of ``job`` that went well."""
        if job not in self._done:
            read = (one for one in self.newest(job) if one.state in DONE and not one.is_dated)
            self._done[job] = next(read, None) or latest_full(job)
        return self._done[job]

    def done_since(self, job: Job, moment: datetime) -> bool:
        """Whether a whole, undated run of ``job`` that went well began at ``moment`` or later."""
        last = self.done(job)
        if last is None:
            return False
        begun = last.started_at is not None and last.started_at >= moment
        return begun or started_since(job, moment)
