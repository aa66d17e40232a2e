"""The log as a person reads it: the newest first, with the runs that should have been and were not.

Paged by the number of the run, so that a page deep down costs what the first one does.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from scheduling.jobs.schedule.due_times import next_due
from scheduling.jobs.schedule.registry import GENERATING
from scheduling.models import Job, JobRun, RunState
from scheduling.selectors.runs import began, first_whole, starts_between

from .health import asked_since
from .missed_runs import missed_runs
from .run_timeline import MISSED

PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which rows are wanted; empty: all. ``outcome`` may be ``missed_runs``.

    The watch looks every quarter of an hour: where all is well it is shown only if asked for.
    """

    job: str = ""
    outcome: str = ""
    trigger: str = ""

    def runs(self) -> QuerySet[JobRun]:
        """The runs that it lets through, the newest first."""
        conditions = {"job": self.job, "state": self.outcome, "trigger": self.trigger}
        runs = JobRun.objects.filter(
            **{name: value for name, value in conditions.items() if value}
        ).order_by("-id")
        if not self.job:
            runs = runs.exclude(job=Job.WATCH, state=RunState.SUCCEEDED)
        return runs

    def jobs_missed(self) -> list[Job]:
        """The jobs whose missed runs it lets through."""
        if self.trigger or self.outcome not in ("", MISSED):
            return []
        return [job for job in GENERATING if self.job in ("", job)]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A run; or, without one, ``times`` due times in a row, up to ``moment``, without one."""

    job: str
    moment: datetime
    run: JobRun | None = None
    times: int = 1
    first: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """``older``: the number from which the next page goes on; None on the last."""

    rows: list[HistoryEntry]
    older: int | None


def history(
    wanted: HistoryFilter, now: datetime, before: int | None = None, size: int = PAGE
) -> HistoryPage:
    """A page of the log; ``before``: what is older than the run of this number."""
    if wanted.outcome == MISSED:
        return HistoryPage(_collapsed(_missed(wanted, None, None, now)), None)
    runs = wanted.runs()
    newer = None
    if before is not None:
        newer = wanted.runs().filter(id__gte=before).last()
        runs = runs.filter(id__lt=before)
    found = list(runs[: size + 1])
    more = len(found) > size
    found = found[:size]
    rows = [HistoryEntry(run.job, began(run), run) for run in found]
    rows += _missed(wanted, found[-1] if more else None, newer, now)
    return HistoryPage(_collapsed(rows), found[-1].pk if more else None)


def _missed(
    wanted: HistoryFilter, oldest: JobRun | None, newer: JobRun | None, now: datetime
) -> list[HistoryEntry]:
    """The missed due times between ``oldest`` (the log's first) and ``newer`` (now)."""
    until = began(newer) if newer is not None else now
    rows = []
    for job in wanted.jobs_missed():
        first = first_whole(job)
        since = began(first) if first is not None else asked_since(job, now)
        if since is None:
            continue
        if oldest is not None:
            since = max(since, began(oldest))
        covering = next_due(job, until) or until
        starts = starts_between(job, since, covering)
        rows += [HistoryEntry(job, due) for due in missed_runs(job, starts, since, until, now)]
    return rows


def _collapsed(rows: list[HistoryEntry]) -> list[HistoryEntry]:
    """The newest first; missed times of a job without a run of it between them are one row."""
    told: list[HistoryEntry] = []
    open_rows: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: row.moment, reverse=True):
        place = open_rows.get(row.job)
        if row.run is not None:
            if row.run.is_full and not row.run.is_dated:
                open_rows.pop(row.job, None)
            told.append(row)
        elif place is None:
            open_rows[row.job] = len(told)
            told.append(row)
        else:
            whole = told[place]
            told[place] = replace(whole, times=whole.times + 1, first=row.moment)
    return told
