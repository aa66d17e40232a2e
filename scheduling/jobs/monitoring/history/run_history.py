"""The run history: the log as shown to people, the newest first, with missed runs.

Pages are cut by run id, so that a late page costs no more than the first one.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from scheduling.jobs.monitoring.health import first_series_created
from scheduling.jobs.schedule.due_times import next_due
from scheduling.jobs.schedule.registry import GENERATING
from scheduling.models import Job, JobRun, RunState
from scheduling.selectors.runs import began, first_whole, starts_between

from .missed_runs import missed_runs
from .run_timeline import MISSED

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """The rows to show; an empty value means all. ``outcome`` may be ``missed``.

    Successful runs of the watch, one every quarter of an hour, are shown only if ``job`` is set.
    """

    job: str = ""
    outcome: str = ""
    trigger: str = ""

    def runs(self) -> QuerySet[JobRun]:
        """Return the matching runs, the newest first."""
        conditions = {"job": self.job, "state": self.outcome, "trigger": self.trigger}
        runs = JobRun.objects.filter(
            **{name: value for name, value in conditions.items() if value}
        ).order_by("-id")
        if not self.job:
            runs = runs.exclude(job=Job.WATCH, state=RunState.SUCCEEDED)
        return runs

    def jobs_missed(self) -> list[Job]:
        """Return the jobs whose missed runs match."""
        if self.trigger or self.outcome not in ("", MISSED):
            return []
        return [job for job in GENERATING if self.job in ("", job)]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A run, or ``times`` consecutive missed due times, from ``first`` to ``moment``."""

    job: str
    moment: datetime
    run: JobRun | None = None
    times: int = 1
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """``older`` is the run id at which the next page begins; None on the last page."""

    rows: list[HistoryEntry]
    older: int | None


def history(
    conditions: HistoryFilter, now: datetime, before: int | None = None, size: int = PAGE
) -> HistoryPage:
    """Return a page of the log with the runs older than the run id ``before``."""
    if conditions.outcome == MISSED:
        return HistoryPage(_merge(_missed(conditions, None, None, now)), None)
    runs = conditions.runs()
    newer = None
    if before is not None:
        newer = conditions.runs().filter(id__gte=before).last()
        runs = runs.filter(id__lt=before)
    found = list(runs[: size + 1])
    more = len(found) > size
    found = found[:size]
    rows = [HistoryEntry(run.job, began(run), run) for run in found]
    rows += _missed(conditions, found[-1] if more else None, newer, now)
    return HistoryPage(_merge(rows), found[-1].pk if more else None)


def _missed(
    conditions: HistoryFilter, oldest: JobRun | None, newer: JobRun | None, now: datetime
) -> list[HistoryEntry]:
    """Return the missed due times from ``oldest`` (or the first run) to ``newer`` (or now)."""
    until = began(newer) if newer is not None else now
    rows = []
    for job in conditions.jobs_missed():
        first = first_whole(job)
        since = began(first) if first is not None else first_series_created(job, now)
        if since is None:
            continue
        if oldest is not None:
            since = max(since, began(oldest))
        covering = next_due(job, until) or until
        starts = starts_between(job, since, covering)
        rows += [HistoryEntry(job, due) for due in missed_runs(job, starts, since, until, now)]
    return rows


def _merge(rows: list[HistoryEntry]) -> list[HistoryEntry]:
    """Sort ``rows``, the newest first, and merge consecutive missed times of a job into one row."""
    merged: list[HistoryEntry] = []
    open_rows: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.moment, reverse=True):
        index = open_rows.get(row.job)
        if row.run is not None:
            if row.run.is_full and not row.run.is_dated:
                open_rows.pop(row.job, None)
            merged.append(row)
        elif index is None:
            open_rows[row.job] = len(merged)
            merged.append(row)
        else:
            last = merged[index]
            merged[index] = replace(last, times=last.times + 1, first=row.moment)
    return merged
