"""Working hours: writing those of a teacher, and warnings about lessons outside them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.domain.recurrence import days_between
from scheduling.domain.wallclock import minute_of
from scheduling.domain.windows import DAY, LAST_DATE, WEEK, week_number
from scheduling.domain.working_hours import WorkingHours, hours_text
from scheduling.models import FixedSchedule, RecurringSlot, Teacher
from scheduling.models import WorkingHours as WorkingHoursRow
from scheduling.models.timetable import Weekday
from scheduling.selectors.schedules.working_hours import working_hours

FIELDS = ("weekday", "start_time", "end_time", "valid_from", "valid_until")
# How far ahead a weekly lesson is compared with the working hours.
WEEKS_AHEAD = 52


def write_working_hours(teacher: Teacher, wanted: Iterable[Mapping[str, Any]]) -> bool:
    """Make ``wanted`` the working hours of ``teacher``; return whether that changes them.

    Each has the ``FIELDS``; missing dates are None. Equal rows stay, so that the log of edits
    shows what changed.
    """
    new = [tuple(row.get(name) for name in FIELDS) for row in wanted]
    with transaction.atomic():
        rows = WorkingHoursRow.objects.select_for_update().filter(teacher=teacher)
        gone = []
        for row in rows.order_by("id"):
            values = tuple(getattr(row, name) for name in FIELDS)
            if values in new:
                new.remove(values)
            else:
                gone.append(row)
        for row in gone:
            row.delete()
        for values in new:
            WorkingHoursRow.objects.create(
                teacher=teacher, **dict(zip(FIELDS, values, strict=True))
            )
    return bool(gone or new)


def outside_hours(rules: Iterable[FixedSchedule | RecurringSlot], today: date) -> list[str]:
    """Return a warning for each of ``rules`` that is outside its teacher's working hours.

    Compares the dates of the next year; unknown hours cause no warning. One query.
    """
    with_teacher = [rule for rule in rules if rule.teacher is not None]
    known = working_hours({rule.teacher_id for rule in with_teacher if rule.teacher_id})
    warnings = (
        _warning(rule, known[rule.teacher_id], today)
        for rule in with_teacher
        if rule.teacher_id in known
    )
    return [text for text in warnings if text]


def _warning(rule: FixedSchedule | RecurringSlot, hours: WorkingHours, today: date) -> str:
    start = minute_of(rule.start_time)
    if isinstance(rule, RecurringSlot):
        end = start + rule.duration_minutes
    else:
        end = minute_of(rule.end_time)
    for day in _days(rule, today):
        if not hours.contain(day, start, end):
            names = {"teacher": rule.teacher, "day": Weekday(rule.weekday).label}
            if opened := hours.on(day):
                text = _("Outside the working hours of %(teacher)s on %(day)s: %(hours)s.")
                return text % (names | {"hours": hours_text(opened)})
            return _("%(teacher)s does not work on %(day)s.") % names
    return ""


def _days(rule: FixedSchedule | RecurringSlot, today: date) -> tuple[date, ...]:
    first = max(today, rule.valid_from or today)
    last = min(first + WEEKS_AHEAD * WEEK, rule.valid_until or LAST_DATE, LAST_DATE)
    phase = week_number(rule.valid_from or first) % rule.interval_weeks
    return days_between(rule.weekday, first, last + DAY, rule.interval_weeks, phase)
