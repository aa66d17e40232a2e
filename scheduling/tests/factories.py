"""Factory functions for rows, with ordinary and valid defaults.

They write no history (auditlog), which would take a tenth of the suite's time. Tests of the history
replace `without_history` with `contextlib.nullcontext`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from itertools import count
from typing import Any, ParamSpec, TypeVar

from auditlog.context import disable_auditlog

from scheduling.models import (
    Closure,
    FixedSchedule,
    Guardian,
    RecurringSlot,
    Room,
    ScheduledClass,
    Student,
    StudentGuardian,
    Studio,
    Teacher,
    WorkingHours,
)
from scheduling.models.studio import first_values

# The date and time of most tests.
MONDAY = date(2026, 1, 5)
EARLY = datetime(2026, 1, 5, 0, 5, tzinfo=UTC)
LONG_AGO = date(2025, 1, 6)

P = ParamSpec("P")
R = TypeVar("R")
without_history: Callable[[], Any] = disable_auditlog

_number = count(1)


def _unlogged(factory: Callable[P, R]) -> Callable[P, R]:
    @wraps(factory)
    def create(*args: P.args, **values: P.kwargs) -> R:
        with without_history():
            return factory(*args, **values)

    return create


def _next_creation_time() -> datetime:
    """Return a moment later than that of all earlier rows; SQLite's clock has milliseconds only."""
    return datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=next(_number))


def at(text: str) -> time:
    """Return "10:30" as a time."""
    return time.fromisoformat(text)


def day(text: str) -> date:
    """Return "2026-01-05" as a date."""
    return date.fromisoformat(text)


def moment(text: str) -> datetime:
    """Return "2026-01-05 10:30" as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@_unlogged
def studio(**values: Any) -> Studio:
    """Save the studio with ``values``; keep its other values."""
    row = Studio.objects.filter(pk=1).first() or Studio(**first_values())
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row


@_unlogged
def teacher(name: str = "", zone: str = "UTC", **values: Any) -> Teacher:
    name = name or f"Teacher {next(_number)}"
    return Teacher.objects.create(name=name, time_zone=zone, **values)


@_unlogged
def hours(
    teacher: Teacher, *weekdays: int, start: str = "15:00", end: str = "18:00"
) -> list[WorkingHours]:
    """Create working hours on each of ``weekdays``."""
    return [
        WorkingHours.objects.create(
            teacher=teacher, weekday=weekday, start_time=at(start), end_time=at(end)
        )
        for weekday in weekdays
    ]


@_unlogged
def room(name: str = "", **values: Any) -> Room:
    return Room.objects.create(name=name or f"Room {next(_number)}", **values)


@_unlogged
def student(name: str = "", start: date | None = LONG_AGO, **values: Any) -> Student:
    first, _, last = (name or f"Student {next(_number)}").partition(" ")
    return Student.objects.create(first_name=first, last_name=last, start_date=start, **values)


# The parameters of the factories below have the names of these two.
_new_teacher, _new_student = teacher, student


@_unlogged
def guardian(name: str = "Eva Ruiz", *students: Student, **values: Any) -> Guardian:
    """Create a guardian of ``students``."""
    first, _space, last = name.partition(" ")
    row = Guardian.objects.create(first_name=first, last_name=last, **values)
    for ward in students:
        StudentGuardian.objects.create(student=ward, guardian=row)
    return row


@_unlogged
def schedule(
    student: Student | None = None,
    teacher: Teacher | None = None,
    weekday: int = 1,
    start: str = "10:00",
    end: str = "11:00",
    **values: Any,
) -> FixedSchedule:
    values.setdefault("created_at", _next_creation_time())
    return FixedSchedule.objects.create(
        student=student or _new_student(),
        teacher=teacher,
        weekday=weekday,
        start_time=at(start),
        end_time=at(end),
        **values,
    )


@_unlogged
def slot(
    teacher: Teacher | None = None,
    student: Student | None = None,
    weekday: int = 1,
    start: str = "10:00",
    minutes: int = 60,
    valid_from: date = LONG_AGO,
    **values: Any,
) -> RecurringSlot:
    values.setdefault("created_at", _next_creation_time())
    return RecurringSlot.objects.create(
        teacher=teacher or _new_teacher(),
        student=student or _new_student(),
        weekday=weekday,
        start_time=at(start),
        duration_minutes=minutes,
        valid_from=valid_from,
        **values,
    )


@_unlogged
def closure(name: str, first: date, last: date | None = None, **values: Any) -> Closure:
    return Closure.objects.create(name=name, first_date=first, last_date=last or first, **values)


@_unlogged
def lesson(
    student: Student | None = None,
    on: date = MONDAY,
    start: str = "10:00",
    end: str = "11:00",
    teacher: Teacher | None = None,
    **values: Any,
) -> ScheduledClass:
    """Create a class of the given ``fixed_schedule`` or ``recurring_slot``, or a one-off."""
    source = values.get("fixed_schedule") or values.get("recurring_slot")
    if source is not None:
        student, teacher = student or source.student, teacher or source.teacher
        values.setdefault("room_id", source.room_id)
        values.setdefault("week", on - timedelta(days=on.weekday()))
        values.setdefault("occurrence_date", on)
    return ScheduledClass.objects.create(
        student=student or _new_student(),
        teacher=teacher,
        date=on,
        start_time=at(start),
        end_time=at(end),
        **values,
    )
