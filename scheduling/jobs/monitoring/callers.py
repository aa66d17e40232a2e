"""Whether anything starts the jobs by itself: cron, the scheduler, a service that calls the API.

Told by the log: the newest run of each job that no person started. The watch is due every quarter
of an hour, so that a crontab that was installed this morning is known before its first night, and
one that was taken out is missed before the next.
"""

from datetime import datetime
from functools import cached_property

from scheduling.jobs.schedule.due_times import last_due, next_due
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun, Trigger
from scheduling.selectors.runs import began, first_automatic, newest_automatic

from .missed_runs import SKEW


class Callers:
    """What called until ``now``; each job is looked up once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._newest: dict[Job, JobRun | None] = {}
        self._calls: dict[Job, bool] = {}

    @cached_property
    def last_call(self) -> datetime | None:
        """When anything last called; None if nothing ever did, as far as the log goes."""
        calls = [run for job in JOBS if (run := self._last(job)) is not None]
        return max(map(began, calls), default=None)

    def call(self, job: Job) -> bool:
        """Whether ``job`` is going to be started when it is next due.

        Whoever runs the watch runs every entry: it does so still if the watch ran when it was last
        due, and ``job``, too, unless the first watch came after that. Without a watch it is a
        service that calls single jobs, or a crontab written by hand, of which the daily job is the
        pulse.
        """
        if job not in self._calls:
            self._calls[job] = self._is_called(job)
        return self._calls[job]

    @property
    def makes_lessons_alone(self) -> bool:
        """Whether all that is called is ``/api/cron/generate-lessons``, of earlier systems."""
        last = self._last(Job.HORIZON)
        called = last is not None and last.trigger == Trigger.HTTP and self.call(Job.HORIZON)
        return called and not self.call(Job.WATCH) and not self.call(Job.WEEKLY)

    def next_run(self, job: Job) -> datetime | None:
        """When ``job`` starts by itself; None if nothing starts it."""
        return next_due(job, self._now) if JOBS[job].cron and self.call(job) else None

    def due_before(self, job: Job) -> datetime | None:
        """The last time that ``job`` was due and, its grace being over, must have run.

        None if nothing starts it.
        """
        return self._due(job) if self.call(job) else None

    def _is_called(self, job: Job) -> bool:
        if self._ran(Job.WATCH):
            return self._ran(job) or self._began_since(job)
        last = self._last(job)
        if last is not None and last.trigger == Trigger.HTTP:
            return self._ran(job)
        # Where there was a watch, what ran it has stopped.
        return self._last(Job.WATCH) is None and self._ran(Job.HORIZON) and self._ran(job)

    def _last(self, job: Job) -> JobRun | None:
        if job not in self._newest:
            self._newest[job] = newest_automatic(job)
        return self._newest[job]

    def _due(self, job: Job) -> datetime | None:
        return last_due(job, self._now - JOBS[job].grace)

    def _ran(self, job: Job) -> bool:
        last, due = self._last(job), self._due(job)
        return last is not None and due is not None and began(last) >= due - SKEW

    def _began_since(self, job: Job) -> bool:
        """Whether the first watch came after ``job`` was last due."""
        first, due = first_automatic(Job.WATCH), self._due(job)
        return first is not None and due is not None and began(first) > due
