"""The ghosts of a calendar: what the rules ask for and is not stored, by the planner of all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Q

from scheduling.domain.outcomes import Outcome
from scheduling.domain.planning import PlannedClass
from scheduling.domain.planning.resolve import Plan
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.wallclock import clock_hours, from_epoch
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.jobs.generation.planning import ChunkPlan, PlanningContext, plan_series
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.runs.result_lines import PersonNames, conflict_line
from scheduling.jobs.schedule.expected_creation import ExpectedCreation, expected_creation
from scheduling.selectors.schedules.run_scope import scope_condition
from scheduling.selectors.schedules.series import load_series
from scheduling.selectors.schedules.week_coverage import series_without_class
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import with_dates_written_out
from scheduling.text.reasons import reason_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOccurrence:
    """An occurrence without a row. ``day`` and times are local to ``zone``.

    ``outcome``: created (it would be made), conflict or closed; ``reason`` says why the latter two
    are not. ``expected_creation`` is the job that makes it. ``with_class`` is the stored class in
    its way, None where that is only planned too.
    """

    key: SeriesKey
    week: date
    student_id: int
    student: str
    teacher_id: int | None
    teacher: str
    day: date
    start_time: time
    end_time: time
    zone: str
    starts_at: datetime
    ends_at: datetime
    subject: str
    is_shared: bool
    outcome: Outcome
    begun: bool
    due: ExpectedCreation
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    closure: str = ""
    with_class: int | None = None

    @property
    def hours(self) -> str:
        """“10:00–11:00”, by the clocks in ``zone``."""
        return clock_hours(self.starts_at, self.ends_at, self.zone)

    @property
    def reason(self) -> str:
        """Why it is not made, in the current language; empty where it is."""
        return with_dates_written_out(reason_text(self.code, self.params))


def planned(
    first: date,
    last: date,
    *,
    student_ids: Iterable[int] = (),
    teacher_ids: Iterable[int] = (),
    now: datetime,
) -> list[PlannedOccurrence]:
    """The occurrences from ``first`` to ``last``, both included, that are not stored, in order.

    Of these students with these teachers; everyone's where a list is empty. Neither the horizon
    nor the current week limits them, and those that have begun are among them. A constant number
    of queries.
    """
    window = Window(first, last + DAY)
    asked, found = plan_of(window, scope_condition(student_ids, teacher_ids), now)
    return build_planned(found.plan, asked, now)


def plan_of(window: Window, scope: Q, now: datetime) -> tuple[set[SeriesKey], ChunkPlan]:
    """The series in ``scope``, and the plan of ``window`` for them.

    Series of the same teachers and students are planned with them: an older one of somebody
    else's takes its place first, as in a run of the whole studio. Of the whole studio those that
    have a row for every week of the window are left out: their classes are stored, and what is
    stored is in nobody's way that it would not be in without them.
    """
    asked = _series(scope) if scope else _lacking(window)
    if scope:
        teachers = {one.teacher_id for one in asked} - {None}
        students = {one.student_id for one in asked}
        near = Q(student_id__among=students) | Q(teacher_id__among=teachers)
        planned_too = _series(near)
    else:
        near, planned_too = scope, asked
    context = PlanningContext(tuple(SeriesKind), window, near, note_bounds=False)
    return {one.key for one in asked}, plan_series(context, planned_too, now)


def _lacking(window: Window) -> list[Series]:
    return [
        one for kind in SeriesKind for one in load_series(kind, series_without_class(kind, window))
    ]


def _series(scope: Q) -> list[Series]:
    return [one for kind in SeriesKind for one in load_series(kind, scope)]


def build_planned(plan: Plan, keys: set[SeriesKey], now: datetime) -> list[PlannedOccurrence]:
    """What ``plan`` would create for the series ``keys``, or can't, as nothing is stored of it."""
    creates = [planned for planned in plan.creates if planned.series.key in keys]
    shut = [one for one in plan.closed_occurrences if one.planned.series.key in keys]
    conflicts = [
        one for one in plan.conflicts if one.planned.row is None and one.planned.series.key in keys
    ]
    planned_classes = [
        *creates,
        *(one.planned for one in shut),
        *(one.planned for one in conflicts),
    ]
    if not planned_classes:
        return []
    bookings = [one.clash.booking for one in conflicts]
    names = PersonNames(
        [planned.series.student_id for planned in planned_classes]
        + [one.student_id for one in bookings],
        [planned.series.teacher_id for planned in planned_classes]
        + [one.teacher_id for one in bookings],
    )
    make = _PlannedBuilder(names, now)
    found = [make.of(planned, Outcome.CREATED) for planned in creates]
    for one in shut:
        name = one.closure.name
        why: dict[str, Any] = {"code": "closed", "params": {"closure": name}, "closure": name}
        found.append(make.of(one.planned, Outcome.CLOSED, **why))
    for conflict in conflicts:
        line = conflict_line(conflict, names)
        in_the_way = conflict.clash.booking.class_id
        why = {"code": line.code, "params": line.params, "with_class": in_the_way}
        found.append(make.of(conflict.planned, Outcome.CONFLICT, **why))
    found.sort(key=lambda one: (one.starts_at, one.student, one.key))
    return found


class _PlannedBuilder:
    """Makes ghosts by the thousand: what many of them share is worked out once."""

    def __init__(self, names: PersonNames, now: datetime) -> None:
        self._names = names
        self._now = now
        self._today = studio_day(now)
        self._calls = Callers(now).call
        self._due = lru_cache(maxsize=None)(self._due_on)

    def _due_on(self, kind: SeriesKind, day: date) -> ExpectedCreation:
        return expected_creation(kind, day, self._today, settings.HORIZON_WEEKS, self._calls)

    def of(self, planned: PlannedClass, outcome: Outcome, **why: Any) -> PlannedOccurrence:
        """``planned`` as a person sees it."""
        series = planned.series
        starts_at = from_epoch(planned.starts)
        return PlannedOccurrence(
            key=series.key,
            week=monday_of(planned.day),
            student_id=series.student_id,
            student=self._names.student(series.student_id),
            teacher_id=series.teacher_id,
            teacher=self._names.teacher(series.teacher_id),
            day=planned.day,
            start_time=series.start_time,
            end_time=series.end_time,
            zone=series.zone,
            starts_at=starts_at,
            ends_at=from_epoch(planned.ends),
            subject=series.subject,
            is_shared=series.is_shared,
            outcome=outcome,
            begun=starts_at <= self._now,
            due=self._due(series.kind, planned.day),
            **why,
        )
