"""The window of a request: which dates a run concerns."""

from dataclasses import dataclass
from datetime import date

from scheduling.domain.windows import (
    FIRST_DATE,
    Window,
    catch_up_start,
    horizon_window,
    since_window,
    week_window,
)
from scheduling.models import Job, JobRun, RunState
from scheduling.selectors.scope import earliest_start, scope_condition

from .registry import JOBS
from .request import Request


@dataclass(frozen=True, slots=True)
class RunWindow:
    """``window``: what the job is about; ``planned``: that and the missed weeks before it."""

    window: Window
    planned: Window

    @property
    def catch_up_from(self) -> date | None:
        """The first day of the missed weeks; None where none was missed."""
        return self.planned.start if self.planned.start < self.window.start else None


def run_window(request: Request) -> RunWindow:
    """The dates of ``request``, those that earlier weekly runs missed included."""
    if request.job == Job.HORIZON:
        window = horizon_window(request.today, request.weeks)
        return RunWindow(window, window)
    if request.job == Job.MISSING:
        scope = scope_condition(request.student_ids, request.teacher_ids)
        first = earliest_start(JOBS[Job.MISSING].kinds, scope) or request.today
        window = since_window(max(first, FIRST_DATE), request.today)
        return RunWindow(window, window)
    window = week_window(request.today)
    if request.dated or not request.is_full:
        return RunWindow(window, window)
    last = last_weekly_week()
    return RunWindow(window, window.starting(catch_up_start(window.start, last)))


def last_weekly_week() -> date | None:
    """The week of the last full, undated weekly run that came to its end; a Monday."""
    return (
        JobRun.objects.filter(
            job=Job.WEEKLY,
            is_full=True,
            is_dated=False,
            state__in=[RunState.SUCCEEDED, RunState.PARTIAL],
        )
        .order_by("-id")
        .values_list("window_start", flat=True)
        .first()
    )
