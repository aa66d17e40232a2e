"""Coverage: counts the classes, hours and attendance marks that the calendar lacks now.

The comparison is that of a run: one query finds the series that may lack a class, and only these
are planned. Both jobs are planned together, as if each had just run: if both create a class for the
same hour, the older series wins, whichever job runs first.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from scheduling.domain.planning.resolve import Conflict, Plan
from scheduling.domain.planning.rule_conflicts import group_by_rules
from scheduling.domain.planning.types import PlannedClass
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import DAY, Window, horizon_window, week_window
from scheduling.jobs.generation.planning import PlanningContext, plan_series
from scheduling.jobs.schedule.due_times import last_called_for
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job
from scheduling.selectors.classes import Uncovered, uncovered_series
from scheduling.selectors.classes.attendance import Marks, marks
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.series import load_by_key
from scheduling.selectors.schedules.week_coverage import classes_between, series_due
from scheduling.selectors.studio import studio_day

from .callers import Callers

# Loading a series with its classes takes as long as planning this many classes.
A_SERIES = 12
# Most classes that a page plans, about 30 ms: 160 slots without any class. Beyond that the page
# shows "more than".
A_PAGE = 4_000


Found = Collection[tuple[SeriesKind, Uncovered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The state of this week, of the horizon, and of the attendance marks.

    ``jobs_with_series``: the jobs with active series. ``stored``: the number of this week's
    classes of any origin, without cancelled ones. ``missing``: the classes that should exist by now
    and that a run would create, by job and day. ``overdue``: how many of them the last due run of
    each job should have created; a series entered since then is not overdue. ``conflicts``: planned
    occurrences whose place is taken. If ``is_complete`` is False, there are more of these.
    ``through``: the last day up to which lessons should exist by now. ``extended``: the last day of
    a horizon that was raised since; the next run creates the lessons until then.
    """

    week: Window
    through: date
    extended: date | None = None
    stored: int
    jobs_with_series: frozenset[Job] = frozenset(GENERATING)
    marks: Marks = field(default_factory=Marks)
    missing: Counter[tuple[Job, date]] = field(default_factory=Counter)
    overdue: Counter[Job] = field(default_factory=Counter)
    conflicts: list[Conflict] = field(default_factory=list)
    is_complete: bool = True

    @property
    def missing_this_week(self) -> int:
        """Number of missing classes of this week."""
        return sum(n for (_job, day), n in self.missing.items() if day in self.week)

    @property
    def missing_later(self) -> int:
        """Number of missing classes after this week."""
        return self.missing.total() - self.missing_this_week

    @property
    def clashes(self) -> int:
        """Number of pairs of series, or of a series and a one-off, that have conflicts."""
        return len(group_by_rules(self.conflicts))

    @property
    def expected(self) -> int:
        """Number of classes that this week should have."""
        blocked = [
            conflict
            for conflict in self.conflicts
            if conflict.planned.day in self.week and not conflict.stays
        ]
        return self.stored + self.missing_this_week + len(blocked)

    def missing_of(self, job: Job) -> int:
        """Return the number of missing classes that ``job`` would create."""
        return sum(n for (creator, _day), n in self.missing.items() if creator == job)


def job_window(job: Job, today: date, days: int | None = None) -> Window:
    """Return the dates for which ``job`` creates classes when it runs on ``today``.

    ``days``: the length of the horizon, by default that of HORIZON_WEEKS.
    """
    if job == Job.WEEKLY:
        return week_window(today)
    if days is not None:
        return Window(today, today + days * DAY)
    return horizon_window(today, settings.HORIZON_WEEKS)


def rules_of(job: Job, today: date) -> QuerySet[Any]:
    """Return the series for which ``job`` creates classes when it runs on ``today``."""
    (kind,) = JOBS[job].kinds
    return series_due(kind, job_window(job, today))


def coverage(now: datetime, callers: Callers | None = None, most: int | None = None) -> Coverage:
    """Return the coverage at ``now``, in a constant number of queries.

    ``most`` limits the number of planned classes, with ``A_SERIES`` added per series; None for no
    limit. If nothing is missing within the limit, the rest is planned too.
    """
    callers = callers or Callers(now)
    today = studio_day(now)
    due = {job: _due(job, today, callers) for job in GENERATING}
    week = week_window(today)
    windows = dict(_windows(today, due))
    context = PlanningContext(tuple(windows), week, Q(), note_bounds=False, windows=windows)
    since = context.since(now)
    closures = load_calendar(since, [], []).concerning(None, 0)
    found = [
        (kind, uncovered)
        for kind, window in windows.items()
        for uncovered in uncovered_series(kind, window, since, closures, now)
    ]
    count = sum(len(uncovered.ids) for _kind, uncovered in found)
    keys, plan = _plan(found, context, now, most)
    if len(keys) < count and not (plan.creates or plan.restores or plan.conflicts):
        keys, plan = _plan(found, context, now, None)
    missing = [*plan.creates, *plan.restores]
    return Coverage(
        week=week,
        through=due[Job.HORIZON],
        extended=_extended(callers),
        stored=classes_between(week),
        jobs_with_series=frozenset(job for job in GENERATING if rules_of(job, today).exists()),
        marks=marks(now),
        missing=Counter((_job_of(planned.series.kind), planned.day) for planned in missing),
        overdue=_overdue(missing, now),
        conflicts=plan.conflicts,
        is_complete=len(keys) == count,
    )


def _overdue(missing: Iterable[PlannedClass], now: datetime) -> Counter[Job]:
    """Count, by job, the classes in ``missing`` that its last due run should have created."""
    called = {job: last_called_for(job, now - JOBS[job].grace) for job in GENERATING}
    last = {job: job_window(job, studio_day(due)).last for job, due in called.items()}
    found: Counter[Job] = Counter()
    for planned in missing:
        job = _job_of(planned.series.kind)
        if planned.series.created_at <= called[job] and planned.day <= last[job]:
            found[job] += 1
    return found


def _windows(today: date, due: Mapping[Job, date]) -> Iterator[tuple[SeriesKind, Window]]:
    """Yield the dates whose classes should exist by now, by kind; no entry for an empty window."""
    for job in GENERATING:
        window = job_window(job, today)
        if window.start <= due[job]:
            (kind,) = JOBS[job].kinds
            yield kind, Window(window.start, min(window.last, due[job]) + DAY)


def _job_of(kind: SeriesKind) -> Job:
    """Return the job that creates the classes of ``kind``."""
    return next(job for job in GENERATING if kind in JOBS[job].kinds)


def _plan(
    found: Found, context: PlanningContext, now: datetime, most: int | None
) -> tuple[list[SeriesKey], Plan]:
    keys = list(_first(found, most))
    return keys, plan_series(context, load_by_key(keys), now).plan if keys else Plan()


def _first(found: Found, most: int | None) -> Iterator[SeriesKey]:
    """Yield the series to plan: all, or the oldest, which take precedence in conflicts."""
    sizes = sorted(
        (id, kind, len(uncovered.days) + A_SERIES)
        for kind, uncovered in found
        for id in uncovered.ids
    )
    left = most if most is not None else sum(size for _id, _kind, size in sizes)
    for id, kind, size in sizes:
        left -= size
        if left < 0:
            return
        yield SeriesKey(kind, id)


def _due(job: Job, today: date, callers: Callers) -> date:
    """Return the last day for which ``job`` should have created the classes by now.

    Between midnight and the nightly run, the classes of that run are not yet missing.
    """
    due = callers.due_before(job)
    if due is None:
        return job_window(job, today).last
    return job_window(job, studio_day(due), callers.horizon_days()).last


def _extended(callers: Callers) -> date | None:
    due = callers.next_run(Job.HORIZON)
    if due is None:
        return None
    window = job_window(Job.HORIZON, studio_day(due))
    return window.last if window.days > callers.horizon_days() else None
