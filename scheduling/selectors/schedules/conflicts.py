"""Conflicts of manually entered classes, and of weekly rules."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from scheduling.models import ClassStatus, FixedSchedule, RecurringSlot, ScheduledClass, SlotStatus
from scheduling.selectors.studio import studio

Rule = FixedSchedule | RecurringSlot
WEEK = 7 * 24 * 60


def blocking_class(wanted: ScheduledClass) -> ScheduledClass | None:
    """Return the stored active class that ``wanted`` would overlap, or None.

    The instants of ``wanted`` must be set. The rule is that of the planner and the database:
    intervals are half-open, and the students of a group lesson do not conflict.
    """
    if wanted.status == ClassStatus.CANCELLED:
        return None
    return (
        _active_but([wanted])
        .filter(_blocks(wanted))
        .select_related("student", "teacher", "room")
        .order_by("starts_at", "id")
        .first()
    )


def is_any_blocked(wanted: Sequence[ScheduledClass]) -> bool:
    """Return whether a stored class blocks one of ``wanted``, which do not block each other here.

    The instants of ``wanted`` must be set. One query.
    """
    active = [row for row in wanted if row.status != ClassStatus.CANCELLED]
    conditions = reduce(or_, map(_blocks, active), Q(pk__in=()))
    return _active_but(wanted).filter(conditions).exists()


def _active_but(rows: Sequence[ScheduledClass]) -> QuerySet[ScheduledClass]:
    ids = [row.pk for row in rows if row.pk is not None]
    return ScheduledClass.objects.exclude(status=ClassStatus.CANCELLED).exclude(pk__in=ids)


def _blocks(wanted: ScheduledClass) -> Q:
    overlap = Q(starts_at__lt=wanted.ends_at, ends_at__gt=wanted.starts_at)
    people = Q(student_id=wanted.student_id)
    if wanted.teacher_id is not None:
        teacher = Q(teacher_id=wanted.teacher_id)
        if wanted.is_shared:
            teacher &= ~Q(is_shared=True, starts_at=wanted.starts_at, ends_at=wanted.ends_at)
        people |= teacher
    if wanted.room_id is not None:
        room = Q(room_id=wanted.room_id)
        if wanted.is_shared:
            room &= ~Q(
                is_shared=True,
                starts_at=wanted.starts_at,
                ends_at=wanted.ends_at,
                **_same_teacher(wanted),
            )
        people |= room
    same_key = Q(
        student_id=wanted.student_id,
        date=wanted.date,
        start_time=wanted.start_time,
        end_time=wanted.end_time,
    )
    return (overlap & people) | same_key


def _same_teacher(wanted: ScheduledClass) -> dict[str, Any]:
    if wanted.teacher_id is None:
        return {"teacher__isnull": True}
    return {"teacher_id": wanted.teacher_id}


def overlap(one: Rule, other: Rule) -> bool:
    """Return True if two rules of one person would ever have classes at the same time.

    Weekdays and wall-clock hours are compared; rules in different zones are left to the planner.
    Rules of every second week count as weekly, unless both alternate and never share a week.
    """
    return (
        _zone(one) == _zone(other)
        and _same_days(one, other)
        and _same_weeks(one, other)
        and _same_hours(one, other)
    )


def conflicting_series(rules: Sequence[FixedSchedule]) -> list[Rule | None]:
    """Return, for each of ``rules``, a stored rule of its teacher or room that overlaps it."""
    teachers = {rule.teacher_id for rule in rules if rule.teacher_id is not None}
    rooms = {rule.room_id for rule in rules if rule.room_id is not None}
    if not teachers and not rooms:
        return [None for _rule in rules]
    theirs = Q(teacher_id__in=teachers) | Q(room_id__in=rooms)
    theirs &= Q(student__is_active=True)
    stored: list[Rule] = [
        *FixedSchedule.objects.filter(theirs).select_related("student", "teacher"),
        *RecurringSlot.objects.filter(theirs, status=SlotStatus.ACTIVE).select_related(
            "student", "teacher"
        ),
    ]
    # Rows that are edited in the same form are not compared in their stored state.
    edited = {rule.pk for rule in rules if rule.pk}
    others = [r for r in stored if not (isinstance(r, FixedSchedule) and r.pk in edited)]
    return [next((r for r in others if _rival(rule, r)), None) for rule in rules]


def _rival(one: Rule, other: Rule) -> bool:
    same_teacher = one.teacher_id == other.teacher_id
    is_shared = one.is_shared and other.is_shared and _span(one) == _span(other)
    if same_teacher and is_shared:
        return False
    has_same = same_teacher and one.teacher_id is not None
    has_same |= one.room_id is not None and one.room_id == other.room_id
    return has_same and overlap(one, other)


def _zone(rule: Rule) -> str:
    return rule.teacher.time_zone if rule.teacher is not None else studio().time_zone


def _span(rule: Rule) -> tuple[int, int]:
    """Return start and end in minutes from the beginning of the week."""
    start = (rule.weekday - 1) * 24 * 60 + _minutes(rule.start_time)
    if isinstance(rule, RecurringSlot):
        return start, start + rule.duration_minutes
    return start, start + _minutes(rule.end_time) - _minutes(rule.start_time)


def _minutes(value: time) -> int:
    return value.hour * 60 + value.minute


def _same_hours(one: Rule, other: Rule) -> bool:
    (begin, end), (start, stop) = _span(one), _span(other)
    # A slot late on Sunday extends into Monday.
    return any(begin < stop + shift and start + shift < end for shift in (-WEEK, 0, WEEK))


def _same_days(one: Rule, other: Rule) -> bool:
    return _first(one) <= _last(other) and _first(other) <= _last(one)


def _first(rule: Any) -> date:
    return rule.valid_from or getattr(rule.student, "start_date", None) or date.min


def _last(rule: Any) -> date:
    return min(rule.valid_until or date.max, getattr(rule.student, "end_date", None) or date.max)


def _same_weeks(one: Rule, other: Rule) -> bool:
    if not one.interval_weeks == other.interval_weeks == 2:
        return True
    first, second = (_monday(_first(rule)) for rule in (one, other))
    if date.min in (first, second):
        return True
    return (first - second).days // 7 % 2 == 0


def _monday(day: date) -> date:
    return day if day == date.min else day - timedelta(days=day.weekday())
