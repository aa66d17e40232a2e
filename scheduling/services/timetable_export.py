"""The timetable as rows of a file that an import reads without a change."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from scheduling.domain.recurrence import days_between
from scheduling.domain.wallclock import add_minutes, minutes_between
from scheduling.domain.windows import DAY, week_number
from scheduling.models import FixedSchedule, RecurringSlot, SlotStatus


class TimetableRow(NamedTuple):
    """A weekly rule; the fields are the columns of a timetable file, in their order.

    ``end_time`` is None where the lesson ends after midnight: then ``duration_minutes`` says it.
    """

    teacher: str
    teacher_time_zone: str
    student_first_name: str
    student_last_name: str
    student_email: str
    days: int
    start_time: time
    end_time: time | None
    duration_minutes: int | None
    subject: str
    valid_from: date
    valid_until: date | None
    is_shared: bool
    interval_weeks: int


def timetable_rows(today: date) -> Iterator[TimetableRow]:
    """The weekly rules that ask for classes today or later, by teacher, weekday and start.

    Those of people who have left, and slots that are paused or cancelled, are left out.
    """
    fixed = FixedSchedule.objects.annotate(first=Coalesce("valid_from", "student__start_date"))
    slots = RecurringSlot.objects.annotate(first=Coalesce("valid_from", "student__start_date"))
    found = [_row(rule) for rule in _asking(fixed, today)]
    found += [_row(rule) for rule in _asking(slots.filter(status=SlotStatus.ACTIVE), today)]
    yield from sorted(filter(_has_a_day, found), key=_place)


def _asking(rules: Any, today: date) -> Any:
    goes_on = Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    stays = Q(student__end_date__isnull=True) | Q(student__end_date__gte=today)
    teaches = Q(teacher__isnull=True) | Q(teacher__is_active=True)
    asking = rules.filter(goes_on, stays, teaches, student__is_active=True, first__isnull=False)
    return asking.select_related("student", "teacher")


def _row(rule: Any) -> TimetableRow:
    if isinstance(rule, RecurringSlot):
        minutes = rule.duration_minutes
    else:
        minutes = minutes_between(rule.start_time, rule.end_time)
    end = add_minutes(rule.start_time, minutes)
    is_past_midnight = end <= rule.start_time
    student, teacher = rule.student, rule.teacher
    return TimetableRow(
        teacher=teacher.name if teacher else "",
        teacher_time_zone=teacher.time_zone if teacher else "",
        student_first_name=student.first_name,
        student_last_name=student.last_name,
        student_email=student.email,
        days=rule.weekday,
        start_time=rule.start_time,
        end_time=None if is_past_midnight else end,
        duration_minutes=minutes if is_past_midnight else None,
        subject=rule.subject,
        valid_from=rule.first,
        valid_until=rule.valid_until,
        is_shared=rule.is_shared,
        interval_weeks=rule.interval_weeks,
    )


def _has_a_day(row: TimetableRow) -> bool:
    """Whether its dates have its weekday: an import refuses a rule without a day."""
    if row.valid_until is None:
        return True
    first, interval = row.valid_from, row.interval_weeks
    phase = week_number(first) % interval
    return bool(days_between(row.days, first, row.valid_until + DAY, interval, phase))


def _place(row: TimetableRow) -> tuple[object, ...]:
    return row.teacher, row.days, row.start_time, row.student_last_name, row.student_first_name
