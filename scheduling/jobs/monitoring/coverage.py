"""What the calendar lacks now, counted from what is there: classes, places, marks.

Classes are compared as a run compares them: one query finds the series that may lack one, and the
planner is asked about these alone. Both jobs are planned together, as if each had run by now:
where both would make a class for the same hour, the older rule has it, whichever job comes first.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from scheduling.domain.planning.resolve import Conflict, Plan
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import DAY, Window, horizon_window, week_window
from scheduling.jobs.generation.planning import PlanningContext, plan_series
from scheduling.jobs.schedule.registry import GENERATING, JOBS
from scheduling.models import Job
from scheduling.selectors.classes import Uncovered, uncovered_series
from scheduling.selectors.classes.attendance import Marks, marks
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.series import load_by_key
from scheduling.selectors.schedules.week_coverage import classes_between, series_due
from scheduling.selectors.studio import studio_day

from .callers import Callers

# To load a series and what is stored of it takes as long as to plan so many classes.
A_SERIES = 12
# What a page plans at most, in classes: some 30 ms. A hundred and sixty slots of which nothing is
# there are planned; of more the page says that there are more.
A_PAGE = 4_000


Found = Collection[tuple[SeriesKind, Uncovered]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """This week and the horizon, and the lessons that are over, as they are.

    ``asking``: the jobs that have rules to make classes of. ``standing``: the classes of this week,
    whatever they come from, cancelled ones aside. ``missing``: those that are to be there by now
    and that a run would make, by the job and the day. ``conflicts``: lessons that find their place
    taken. Where ``is_complete`` is false, there are more of both. ``through``: the last day up to
    which lessons are to be there by now.
    """

    week: Window
    through: date
    standing: int
    asking: frozenset[Job] = frozenset(GENERATING)
    marks: Marks = field(default_factory=Marks)
    missing: Counter[tuple[Job, date]] = field(default_factory=Counter)
    conflicts: list[Conflict] = field(default_factory=list)
    is_complete: bool = True

    @property
    def missing_this_week(self) -> int:
        """How many classes of this week are missing."""
        return sum(n for (_job, day), n in self.missing.items() if day in self.week)

    @property
    def missing_later(self) -> int:
        """How many classes after this week are missing."""
        return self.missing.total() - self.missing_this_week

    @property
    def expected(self) -> int:
        """How many classes this week is to have."""
        waiting = (one for one in self.conflicts if one.planned.day in self.week and not one.stays)
        return self.standing + self.missing_this_week + sum(1 for _one in waiting)

    def missing_of(self, job: Job) -> int:
        """How many classes ``job`` would make."""
        return sum(n for (of, _day), n in self.missing.items() if of == job)


def job_window(job: Job, today: date) -> Window:
    """The dates of which ``job`` makes the classes on the day ``today``."""
    if job == Job.WEEKLY:
        return week_window(today)
    return horizon_window(today, settings.HORIZON_WEEKS)


def rules_of(job: Job, today: date) -> QuerySet[Any]:
    """The rules of which ``job`` makes classes on the day ``today``."""
    (kind,) = JOBS[job].kinds
    return series_due(kind, job_window(job, today))


def coverage(now: datetime, callers: Callers | None = None, most: int | None = None) -> Coverage:
    """How this week and the horizon stand at ``now``. A constant number of queries.

    ``most``: what is planned at most, in classes, each series being ``A_SERIES`` more; None for
    all there is. If nothing is found amiss within that, the rest is planned, too.
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
        (kind, one)
        for kind, window in windows.items()
        for one in uncovered_series(kind, window, since, closures, now)
    ]
    count = sum(len(one.ids) for _kind, one in found)
    keys, plan = _planned(found, context, now, most)
    if len(keys) < count and not (plan.creates or plan.restores or plan.conflicts):
        keys, plan = _planned(found, context, now, None)
    made = [*plan.creates, *plan.restores]
    return Coverage(
        week=week,
        through=due[Job.HORIZON],
        standing=classes_between(week),
        asking=frozenset(job for job in GENERATING if rules_of(job, today).exists()),
        marks=marks(now),
        missing=Counter((_job_of(planned.series.kind), planned.day) for planned in made),
        conflicts=plan.conflicts,
        is_complete=len(keys) == count,
    )


def _windows(today: date, due: Mapping[Job, date]) -> Iterator[tuple[SeriesKind, Window]]:
    """By kind, the dates whose classes are to be there by now; nothing where none are."""
    for job in GENERATING:
        window = job_window(job, today)
        if window.start <= due[job]:
            (kind,) = JOBS[job].kinds
            yield kind, Window(window.start, min(window.last, due[job]) + DAY)


def _job_of(kind: SeriesKind) -> Job:
    """The job that makes the classes of ``kind``."""
    return next(job for job in GENERATING if kind in JOBS[job].kinds)


def _planned(
    found: Found, context: PlanningContext, now: datetime, most: int | None
) -> tuple[list[SeriesKey], Plan]:
    keys = list(_first(found, most))
    return keys, plan_series(context, load_by_key(keys), now).plan if keys else Plan()


def _first(found: Found, most: int | None) -> Iterator[SeriesKey]:
    """The series to plan: all, or the oldest, which have their places first."""
    sizes = sorted((id, kind, len(one.days) + A_SERIES) for kind, one in found for id in one.ids)
    left = most if most is not None else sum(size for _id, _kind, size in sizes)
    for id, kind, size in sizes:
        left -= size
        if left < 0:
            return
        yield SeriesKey(kind, id)


def _due(job: Job, today: date, callers: Callers) -> date:
    """The last day of which ``job`` is to have made the classes by now.

    Between midnight and the run of the night nobody misses what that run is going to make.
    """
    moment = callers.due_before(job)
    return job_window(job, studio_day(moment) if moment is not None else today).last
