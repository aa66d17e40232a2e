"""Helpers that run jobs and read the resulting calendar."""

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

# The error of a run whose plan differs from the approved plan.
STALE = "The data has changed since the preview, so nothing was done. Check the new plan."


def request(job: Job, today: date = MONDAY, **values: Any) -> RunRequest:
    values = {"weeks": 12, "trigger": Trigger.COMMAND} | values
    return RunRequest(job=job, today=today, **values)


def run_options(now: datetime | date = MONDAY, **values: Any) -> RunOptions:
    """Return run options with a real clock fixed at ``now``; a date means 00:05 UTC."""
    moment = now if isinstance(now, datetime) else datetime.combine(now, time(0, 5), UTC)
    return RunOptions(clock=lambda: moment, **values)


def run_job(
    job: Job, today: date = MONDAY, now: datetime | date | None = None, **values: Any
) -> RunResult:
    """Run ``job`` with the date ``today``; the real clock is at 00:05 of that day, or ``now``."""
    observer = values.pop("observer", NullObserver())
    return run(request(job, today, **values), run_options(now or today, observer=observer))


def weekly(today: date = MONDAY, now: datetime | date | None = None, **values: Any) -> RunResult:
    return run_job(Job.WEEKLY, today, now, **values)


def horizon(today: date = MONDAY, now: datetime | date | None = None, **values: Any) -> RunResult:
    return run_job(Job.HORIZON, today, now, **values)


def missing(today: date = MONDAY, now: datetime | date | None = None, **values: Any) -> RunResult:
    return run_job(Job.MISSING, today, now, **values)


def dry_run(
    job: Job, today: date = MONDAY, now: datetime | date | None = None, **values: Any
) -> Any:
    """Preview ``job`` like ``run_job``; return the result and its lines."""
    observer = Recorder()
    result = preview(request(job, today, **values), run_options(now or today, observer=observer))
    return result, observer.result_lines


@dataclass
class Recorder(NullObserver):
    """An observer that records result lines and progress."""

    result_lines: list[ResultLine] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        self.result_lines += lines

    def progressed(self, result: RunResult) -> None:
        self.progress.append((result.done, result.total))


def database_error(state: str, text: str = "the server is gone") -> OperationalError:
    """Return a database error as Django wraps it, with the PostgreSQL code ``state``."""
    error = OperationalError(text)
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
    return error


def counts(result: RunResult) -> dict[str, int]:
    return result.counts_by_name()


def items(result: RunResult, outcome: str | None = None) -> list[JobRunItem]:
    """Return the stored items of the run, in order."""
    rows = JobRunItem.objects.filter(run_id=result.run_id).order_by("id")
    return list(rows.filter(outcome=outcome) if outcome else rows)


def dates(rows: Iterable[ScheduledClass] | None = None) -> list[str]:
    """Return the dates of ``rows``, or of all active classes."""
    if rows is None:
        rows = ScheduledClass.objects.exclude(status="cancelled")
    return sorted(str(row.date) for row in rows)


def calendar() -> list[tuple[Any, ...]]:
    """Return the relevant values of every class, for comparison before and after a run."""
    return list(
        ScheduledClass.objects.order_by("id").values_list(
            *("id", "student_id", "teacher_id", "fixed_schedule_id", "recurring_slot_id", "week"),
            *("occurrence_date", "date", "start_time", "end_time", "time_zone", "starts_at"),
            *("ends_at", "subject", "status", "cancelled_by", "cancel_reason", "closure_id"),
            *("attendance", "is_shared", "notes", "edited_at"),
        )
    )


def calendar_content() -> list[tuple[Any, ...]]:
    """Return the calendar without ids, in a stable order."""
    return sorted(calendar_row[1:] for calendar_row in map(_text, calendar()))


def _text(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(str(value) for value in row)
