"""Callers: detects what starts the jobs automatically (cron, the scheduler, calls of the API).

Derived from the newest run of each job in the log that no person started. The watch is due every
quarter of an hour, so that a newly installed crontab is detected before its first night, and a
removed one before the next.
"""

from datetime import datetime
from functools import cached_property

from django.conf import settings

from scheduling.domain.windows import DAY, WEEK
from scheduling.jobs.schedule.due_times import last_due, next_due
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun, Trigger
from scheduling.selectors.runs import (
    SKEW,
    began,
    first_automatic,
    latest_full,
    newest_automatic,
)


class Callers:
    """The automatic calls until ``now``. The runs of each job are read once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._newest: dict[Job, JobRun | None] = {}
        self._starts: dict[Job, bool] = {}

    @cached_property
    def last_call(self) -> datetime | None:
        """The time of the last automatic run in the log; None if there is none."""
        runs = [run for job in JOBS if JOBS[job].cron and (run := self._last(job))]
        return max(map(began, runs), default=None)

    def starts(self, job: Job) -> bool:
        """Return True if ``job`` will be started automatically when it is next due.

        A caller that runs the watch runs every cron entry. It is active if the watch ran at its
        last due time, and ``job`` too, unless the first watch began after that. Without a watch the
        caller is a service that calls single jobs, or a crontab written by hand; then the daily job
        must have run.
        """
        if job not in self._starts:
            self._starts[job] = bool(JOBS[job].cron) and self._is_started(job)
        return self._starts[job]

    @property
    def only_lessons_called(self) -> bool:
        """True if ``/api/cron/generate-lessons``, the call of earlier systems, is the only one."""
        last = self._last(Job.HORIZON)
        called = last is not None and last.trigger == Trigger.HTTP and self.starts(Job.HORIZON)
        return called and not self.starts(Job.WATCH) and not self.starts(Job.WEEKLY)

    def next_run(self, job: Job) -> datetime | None:
        """Return when ``job`` next starts automatically; None if nothing starts it."""
        return next_due(job, self._now) if self.starts(job) else None

    def due_before(self, job: Job) -> datetime | None:
        """Return the last due time of ``job`` whose grace is over; None if nothing starts it."""
        return self._due(job) if self.starts(job) else None

    def horizon_days(self) -> int:
        """Return the length of the horizon for which lessons should exist, in days.

        Until the next run after HORIZON_WEEKS was raised it is that of the last automatic run, or
        of a later one.
        """
        days = settings.HORIZON_WEEKS * WEEK // DAY
        last = self._last(Job.HORIZON)
        if last is None or not 0 < _days(last) < days:
            return days
        latest = latest_full(Job.HORIZON, self._now) or last
        return min(days, max(_days(last), _days(latest)))

    def _is_started(self, job: Job) -> bool:
        if self._ran(Job.WATCH):
            return self._ran(job) or self._watch_is_newer(job)
        last = self._last(job)
        if last is not None and last.trigger == Trigger.HTTP:
            return self._ran(job)
        # If there ever was a watch, its caller has stopped.
        return self._last(Job.WATCH) is None and self._ran(Job.HORIZON) and self._ran(job)

    def _last(self, job: Job) -> JobRun | None:
        if job not in self._newest:
            self._newest[job] = newest_automatic(job, self._now)
        return self._newest[job]

    def _due(self, job: Job) -> datetime | None:
        return last_due(job, self._now - JOBS[job].grace)

    def _ran(self, job: Job) -> bool:
        last, due = self._last(job), self._due(job)
        return last is not None and due is not None and began(last) >= due - SKEW

    def _watch_is_newer(self, job: Job) -> bool:
        """Return True if the first watch began after ``job`` was last due."""
        first, due = first_automatic(Job.WATCH, self._now), self._due(job)
        return first is not None and due is not None and began(first) > due


def _days(run: JobRun) -> int:
    """Return the number of dates for which ``run`` creates classes; 0 before it has begun."""
    if run.window_start is None or run.window_end is None:
        return 0
    return (run.window_end - run.window_start).days
