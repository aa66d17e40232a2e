"""The window of a run: the dates and the series that a request covers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from scheduling.domain.windows import (
    FIRST_DATE,
    Window,
    catch_up_start,
    horizon_window,
    since_window,
    week_window,
)
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Job, JobRun, RunState
from scheduling.selectors.schedules.run_scope import earliest_start, scope_condition

from .chunks import chunks


@dataclass(frozen=True, slots=True)
class RunWindow:
    """The job's own ``window``, and ``planned``: the same with the missed weeks before it.

    ``makes``: whether the run creates classes. It does not if the request is narrowed to days
    outside of the job's window; stored classes on these days are still updated.
    """

    window: Window
    planned: Window
    makes: bool = True

    @property
    def catch_up_from(self) -> date | None:
        """The first day of the missed weeks; None if none was missed."""
        return self.planned.start if self.planned.start < self.window.start else None


def run_window(request: RunRequest) -> RunWindow:
    """Return the dates of ``request``, including the weeks that earlier weekly runs missed."""
    found = _job_window(request)
    span = request.span
    if span is None:
        return found
    start, end = max(span.start, found.window.start), min(span.end, found.window.end)
    if start >= end:
        return RunWindow(span, span, makes=False)
    return RunWindow(Window(start, end), Window(start, end))


def scope_of(request: RunRequest) -> Q:
    """Return the condition for the series that ``request`` covers."""
    scope = scope_condition(request.student_ids, request.teacher_ids, request.weekdays)
    return scope & Q(id__among=request.rule_ids) if request.rule_ids else scope


def is_large(request: RunRequest) -> bool:
    """Return True if ``request`` takes more than one transaction."""
    planned = run_window(request).planned
    return len(chunks(JOBS[request.job].kinds, scope_of(request), planned)) > 1


def _job_window(request: RunRequest) -> RunWindow:
    if request.job == Job.HORIZON:
        window = horizon_window(request.today, request.weeks)
        return RunWindow(window, window)
    if request.job == Job.MISSING:
        first = earliest_start(JOBS[Job.MISSING].kinds, scope_of(request)) or request.today
        window = since_window(max(first, FIRST_DATE), request.today)
        return RunWindow(window, window)
    window = week_window(request.today)
    if request.dated or not request.is_full:
        return RunWindow(window, window)
    last = last_weekly_week(window.start)
    return RunWindow(window, window.starting(catch_up_start(window.start, last)))


def last_weekly_week(this_monday: date) -> date | None:
    """Return the Monday of the last completed, full, undated weekly run up to this week.

    A run of a later week, begun while the clock was ahead, has made up for no week before it.
    """
    return (
        JobRun.objects.filter(
            job=Job.WEEKLY,
            is_full=True,
            is_dated=False,
            state__in=[RunState.SUCCEEDED, RunState.PARTIAL],
            window_start__lte=this_monday,
        )
        .order_by("-id")
        .values_list("window_start", flat=True)
        .first()
    )
