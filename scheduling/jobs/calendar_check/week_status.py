"""The status of a week: which classes its fixed schedules plan, and which are stored."""

from dataclasses import dataclass
from datetime import date

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import Window, week_window
from scheduling.jobs.execution.runner import RunOptions, preview
from scheduling.jobs.runs.request import Clock, RunRequest
from scheduling.models import ACTIVE_STATES, Job, JobRun, ScheduledClass, Trigger
from scheduling.selectors.runs import latest_full

_STORED = (Outcome.EXISTS, Outcome.PROTECTED, Outcome.MOVED)
_EXPECTED = (*_STORED, Outcome.CREATED, Outcome.CONFLICT, Outcome.RESTORED)


@dataclass(frozen=True, slots=True)
class WeekStatus:
    """``status``: running, complete, incomplete, or ready (nothing generated yet).

    ``expected`` counts the planned occurrences. A conflict is expected but not missing: no run can
    create it.
    """

    window: Window
    students: int
    existing: int
    expected: int
    missing: int
    status: str
    last_run: JobRun | None


def week_status(today: date, clock: Clock) -> WeekStatus:
    """Return the status of the week of ``today``, from the plan that a run would apply."""
    window = week_window(today)
    request = RunRequest(job=Job.WEEKLY, today=today, dated=True, weeks=1, trigger=Trigger.API)
    result = preview(request, RunOptions(clock=clock))
    counts = result.counts
    stored = ScheduledClass.objects.filter(fixed_schedule__isnull=False, week=window.start).count()
    missing = counts[Outcome.CREATED] + counts[Outcome.RESTORED]
    last = latest_full(Job.WEEKLY, clock())
    if JobRun.objects.filter(job=Job.WEEKLY, is_full=True, state__in=ACTIVE_STATES).exists():
        status = "running"
    elif not missing and not counts[Outcome.CONFLICT]:
        status = "complete"
    elif stored or (last is not None and last.window_start == window.start):
        status = "incomplete"
    else:
        status = "ready"
    return WeekStatus(
        window,
        len(result.students),
        stored,
        sum(counts[outcome] for outcome in _EXPECTED),
        missing,
        status,
        last,
    )
