"""Planned occurrences for the calendar, from the same planner as every run."""

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
from scheduling.domain.recurrence import occurrences
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.wallclock import clock_hours, from_epoch, to_epoch
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.jobs.generation.planning import ChunkPlan, PlanningContext, plan_series
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.runs.result_lines import PersonNames, conflict_line, rooms_of
from scheduling.jobs.schedule.expected_creation import ExpectedCreation, expected_creation
from scheduling.jobs.schedule.registry import GENERATING
from scheduling.selectors.classes.uncovered import uncovered_series
from scheduling.selectors.schedules.run_scope import scope_condition
from scheduling.selectors.schedules.series import load_by_key, load_series
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import with_dates_written_out
from scheduling.text.reasons import reason_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOccurrence:
    """An occurrence without a row. ``day`` and times are local to ``zone``.

    ``outcome``: created (a run will create it), conflict or closed; ``reason`` explains the latter
    two. ``due`` is the job that creates it. ``begun``: the start is past. ``with_class``: the id of
    the stored class in its way, None if that is only planned.
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
    room_id: int | None
    room: str
    outcome: Outcome
    begun: bool
    due: ExpectedCreation
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    closure: str = ""
    with_class: int | None = None

    @property
    def hours(self) -> str:
        """“10:00–11:00”, local to ``zone``."""
        return clock_hours(self.starts_at, self.ends_at, self.zone)

    @property
    def is_expected(self) -> bool:
        """Whether a scheduled run will create it; past occurrences may be left out."""
        return self.due.job in GENERATING

    @property
    def reason(self) -> str:
        """Why it is not created, in the current language; empty if it is."""
        return with_dates_written_out(reason_text(self.code, self.params))


def planned(
    first: date,
    last: date,
    *,
    student_ids: Iterable[int] = (),
    teacher_ids: Iterable[int] = (),
    now: datetime,
    between: tuple[datetime, datetime] | None = None,
) -> list[PlannedOccurrence]:
    """Return the planned occurrences from ``first`` to ``last``, both included, in order.

    Limited to these students with these teachers; an empty list means everyone. Neither the horizon
    nor the current week limits them, and those that have begun are included. A constant number of
    queries. ``between``: only those that take place between two instants.
    """
    window = Window(first, last + DAY)
    keys, chunk = plan_of(window, scope_condition(student_ids, teacher_ids), now, between)
    found = build_planned(chunk.plan, keys, now)
    if between is None:
        return found
    start, end = between
    return [each for each in found if each.starts_at < end and each.ends_at > start]


def plan_of(
    window: Window, scope: Q, now: datetime, between: tuple[datetime, datetime] | None = None
) -> tuple[set[SeriesKey], ChunkPlan]:
    """Return the keys of the series in ``scope``, and their plan for ``window``.

    The other series of the same teachers, students and rooms are planned too, because an older
    series has precedence, as in a run of the whole studio. Without a scope, series with a class on
    each of their dates are left out: conflicts with these classes are still found.
    """
    if scope:
        requested = _series(scope)
        teachers = {series.teacher_id for series in requested} - {None}
        students = {series.student_id for series in requested}
        rooms = {series.room_id for series in requested} - {None}
        planning_scope = Q(student_id__among=students) | Q(teacher_id__among=teachers)
        if rooms:
            planning_scope |= Q(room_id__among=rooms)
        to_plan = _series(planning_scope)
    else:
        requested = to_plan = _uncovered(window, now, between)
        planning_scope = scope
    context = PlanningContext(
        tuple(SeriesKind), window, planning_scope, note_bounds=False, is_bounded=True
    )
    return {series.key for series in requested}, plan_series(context, to_plan, now)


def _uncovered(
    window: Window, now: datetime, between: tuple[datetime, datetime] | None
) -> list[Series]:
    """Return the series that lack a class in ``window``, or between two instants in it."""
    lacking = {
        SeriesKey(kind, number): uncovered.days
        for kind in SeriesKind
        for uncovered in uncovered_series(
            kind, window, monday_of(window.start), [], now, is_bounded=True
        )
        for number in uncovered.ids
    }
    found = load_by_key(lacking)
    if between is None:
        return found
    # A day earlier, because a class lasts less than that.
    first, end = to_epoch(between[0] - DAY), to_epoch(between[1])

    def is_between(series: Series) -> bool:
        dates = occurrences(series, window)
        days = lacking[series.key]
        return any(
            first < starts < end
            for day, starts in zip(dates.days, dates.starts, strict=True)
            if day in days
        )

    return [
        series
        for series in found
        if series.error is None and (not lacking[series.key] or is_between(series))
    ]


def _series(scope: Q) -> list[Series]:
    return [series for kind in SeriesKind for series in load_series(kind, scope)]


def build_planned(plan: Plan, keys: set[SeriesKey], now: datetime) -> list[PlannedOccurrence]:
    """Return what ``plan`` creates for the series ``keys``, and what is closed or in conflict."""
    creates = [planned for planned in plan.creates if planned.series.key in keys]
    closed = [shut for shut in plan.closed_occurrences if shut.planned.series.key in keys]
    conflicts = [
        conflict
        for conflict in plan.conflicts
        if conflict.planned.row is None and conflict.planned.series.key in keys
    ]
    planned_classes = [
        *creates,
        *(shut.planned for shut in closed),
        *(conflict.planned for conflict in conflicts),
    ]
    if not planned_classes:
        return []
    bookings = [conflict.clash.booking for conflict in conflicts]
    names = PersonNames(
        [planned.series.student_id for planned in planned_classes]
        + [booking.student_id for booking in bookings],
        [planned.series.teacher_id for planned in planned_classes]
        + [booking.teacher_id for booking in bookings],
        [planned.series.room_id for planned in planned_classes] + rooms_of(conflicts),
    )
    builder = _PlannedBuilder(names, now)
    occurrences = [builder.build(planned, Outcome.CREATED) for planned in creates]
    for shut in closed:
        name = shut.closure.name
        fields: dict[str, Any] = {"code": "closed", "params": {"closure": name}, "closure": name}
        occurrences.append(builder.build(shut.planned, Outcome.CLOSED, **fields))
    for conflict in conflicts:
        line = conflict_line(conflict, names)
        class_id = conflict.clash.booking.class_id
        fields = {"code": line.code, "params": line.params, "with_class": class_id}
        occurrences.append(builder.build(conflict.planned, Outcome.CONFLICT, **fields))
    occurrences.sort(
        key=lambda occurrence: (occurrence.starts_at, occurrence.student, occurrence.key)
    )
    return occurrences


class _PlannedBuilder:
    """Builds planned occurrences, thousands at a time; caches the creating job by kind and date."""

    def __init__(self, names: PersonNames, now: datetime) -> None:
        self._names = names
        self._now = now
        self._today = studio_day(now)
        self._calls = Callers(now).starts
        self._due = lru_cache(maxsize=None)(self._due_on)

    def _due_on(self, kind: SeriesKind, day: date) -> ExpectedCreation:
        return expected_creation(kind, day, self._today, settings.HORIZON_WEEKS, self._calls)

    def build(self, planned: PlannedClass, outcome: Outcome, **fields: Any) -> PlannedOccurrence:
        """Return ``planned`` with the names and texts that a person reads."""
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
            room_id=series.room_id,
            room=self._names.room(series.room_id),
            outcome=outcome,
            begun=starts_at <= self._now,
            due=self._due(series.kind, planned.day),
            **fields,
        )
