"""Missed runs: due times without a run in the log."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings

from scheduling.jobs.schedule.due_times import due_before, next_due
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job
from scheduling.selectors.runs import SKEW


def missed_runs(
    job: Job, starts: Iterable[datetime], since: datetime, until: datetime, now: datetime
) -> list[datetime]:
    """Return the due times in ``(since, until]`` that no run covers, the newest first.

    ``starts``: the start times of the whole, undated runs of ``job``, at least from ``since`` to
    the due time after ``until``. A run covers a due time if it began between that and the next one.
    Due times for which the log may be pruned are left out. Starts after ``now`` do not count: the
    clock was ahead.
    """
    began = sorted(start for start in starts if start <= now + SKEW)
    since = max(since, kept_since(now))
    found = []
    end = next_due(job, min(until, now))
    for due in _due(job, min(until, now), since):
        first = bisect_left(began, due - SKEW)
        covered = first < len(began) and (end is None or began[first] < end - SKEW)
        if not covered and due + JOBS[job].grace <= now:
            found.append(due)
        end = due
    return found


def kept_since(now: datetime) -> datetime:
    """Return the time from which on no run has been pruned."""
    return now - timedelta(days=settings.JOB_LOG_RETENTION_DAYS)


def _due(job: Job, until: datetime, since: datetime) -> Iterator[datetime]:
    for local in due_before(job, until):
        # Python compares datetimes of one zone by the wall clock, ignoring DST changes.
        due = local.astimezone(UTC)
        if due <= since:
            return
        yield due
