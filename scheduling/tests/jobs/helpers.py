"""Runs of jobs as tests ask for them, and what they left in the calendar."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import OperationalError

from scheduling.jobs.execution.runner import RunOptions, preview, run
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import Job, JobRunItem, ScheduledClass, Trigger
from scheduling.tests.factories import MONDAY

# Of a plan that is not the approved one any more.
STALE = "The data has changed since the preview, so nothing was done. Check the new plan."


def request(job: Job, today: date = MONDAY, **values: Any) -> RunRequest:
    values = {"weeks": 12, "trigger": Trigger.COMMAND} | values
    return RunRequest(job=job, today=today, **values)


def run_options(now: datetime | date = MONDAY, **values: Any) -> RunOptions:
    """How a run goes whose real clock stands at ``now``; a date is five past its midnight UTC."""
    moment = now if isinstance(now, datetime) else datetime.combine(now, time(0, 5), UTC)
    return RunOptions(clock=lambda: moment, **values)


def run_job(
    job: Job, today: date = MONDAY, now: datetime | date | None = None, **values: Any
) -> RunResult:
    """A run as if today were ``today``; the real clock stands at its midnight, or at ``now``."""
    watcher = values.pop("watcher", NullObserver())
    return run(request(job, today, **values), run_options(now or today, watcher=watcher))


def weekly(today: date = MONDAY, now: datetime | date | None = None, **values: Any) -> RunResult:
    return run_job(Job.WEEKLY, today, now, **values)


def horizon(today: date = MONDAY, now: datetime | date | None = None, **values: Any) -> RunResult:
    return run_job(Job.HORIZON, today, now, **values)


def missing(today: date = MONDAY, now: datetime | date | None = None, **values: Any) -> RunResult:
    return run_job(Job.MISSING, today, now, **values)


def dry_run(
    job: Job, today: date = MONDAY, now: datetime | date | None = None, **values: Any
) -> Any:
    """The dry run of ``do``, and the lines that it said."""
    watcher = Recorder()
    result = preview(request(job, today, **values), run_options(now or today, watcher=watcher))
    return result, watcher.said


@dataclass
class Recorder(NullObserver):
    """A watcher that remembers what it was told."""

    said: list[ResultLine] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        self.said += lines

    def progressed(self, result: RunResult) -> None:
        self.progress.append((result.done, result.total))


def database_error(state: str, text: str = "the server is gone") -> OperationalError:
    """An error of the database as Django wraps it, with PostgreSQL's code for it."""
    error = OperationalError(text)
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
    return error


def counts(result: RunResult) -> dict[str, int]:
    return result.counts_by_name()


def items(result: RunResult, outcome: str | None = None) -> list[JobRunItem]:
    """What the run stored of its results, in order."""
    rows = JobRunItem.objects.filter(run_id=result.run_id).order_by("id")
    return list(rows.filter(outcome=outcome) if outcome else rows)


def dates(rows: Iterable[ScheduledClass] | None = None) -> list[str]:
    """The dates of classes, active ones of the whole calendar unless told."""
    if rows is None:
        rows = ScheduledClass.objects.exclude(status="cancelled")
    return sorted(str(row.date) for row in rows)


def calendar() -> list[tuple[Any, ...]]:
    """Everything that matters of every class, to compare before and after."""
    return list(
        ScheduledClass.objects.order_by("id").values_list(
            *("id", "student_id", "teacher_id", "fixed_schedule_id", "recurring_slot_id", "week"),
            *("occurrence_date", "date", "start_time", "end_time", "time_zone", "starts_at"),
            *("ends_at", "subject", "status", "cancelled_by", "cancel_reason", "closure_id"),
            *("attendance", "is_shared", "notes", "edited_at"),
        )
    )


def calendar_content() -> list[tuple[Any, ...]]:
    """The calendar without the numbers of its rows: equal for equal calendars."""
    return sorted(calendar_row[1:] for calendar_row in map(_text, calendar()))


def _text(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(str(value) for value in row)
