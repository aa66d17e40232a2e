"""The row of the job log for a request, and the window that it records."""

from datetime import date

from scheduling.jobs.generation.run_window import RunWindow, run_window
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import JobRun


def window_of(request: RunRequest) -> RunWindow | None:
    """Return the dates of ``request``; None for a job that makes no classes."""
    return run_window(request) if JOBS[request.job].generates else None


def row_of(request: RunRequest, window: RunWindow | None) -> JobRun:
    """Return the unsaved log row for ``request``."""
    return JobRun(
        job=request.job,
        trigger=request.trigger,
        triggered_by=request.triggered_by[:150],
        is_full=request.is_full,
        is_dated=request.dated,
        options=request.options(),
        **date_columns(window),
    )


def date_columns(window: RunWindow | None) -> dict[str, date | None]:
    """Return the date columns of the row."""
    return {
        "window_start": window.window.start if window else None,
        "window_end": window.window.end if window else None,
        "catch_up_from": window.catch_up_from if window else None,
    }
