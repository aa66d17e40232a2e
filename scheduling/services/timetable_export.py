"""The weekly rules as rows of a timetable file, as the import reads it."""

from collections.abc import Iterator
from datetime import date, time
from itertools import chain
from typing import Any, NamedTuple

from scheduling.domain.recurrence import has_day
from scheduling.domain.series import SeriesKind
from scheduling.domain.wallclock import add_minutes, minutes_between
from scheduling.domain.windows import DAY, LAST_DATE, Window
from scheduling.models import RecurringSlot
from scheduling.selectors.schedules.week_coverage import series_due


class TimetableRow(NamedTuple):
    """A weekly rule. The fields are the columns of a timetable file, in order.

    A row has one guardian of the student, the payer if there is one.
    ``end_time`` is None if the lesson ends after midnight; then ``duration_minutes`` is set.
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
    room: str
    valid_from: date
    valid_until: date | None
    is_shared: bool
    interval_weeks: int
    guardian_name: str = ""
    guardian_email: str = ""


def timetable_rows(today: date) -> Iterator[TimetableRow]:
    """Yield the weekly rules with classes today or later, by teacher, weekday and start.

    Rules of people who have left, and paused or cancelled slots, are left out.
    """
    window = Window(today, LAST_DATE + DAY)
    rules = (
        series_due(kind, window)
        .select_related("student", "teacher", "room")
        .prefetch_related("student__student_guardians__guardian")
        for kind in SeriesKind
    )
    rows = (_row(rule) for rule in chain.from_iterable(rules))
    yield from sorted(filter(_has_date, rows), key=_sort_key)


def _row(rule: Any) -> TimetableRow:
    if isinstance(rule, RecurringSlot):
        minutes = rule.duration_minutes
    else:
        minutes = minutes_between(rule.start_time, rule.end_time)
    end = add_minutes(rule.start_time, minutes)
    is_past_midnight = end <= rule.start_time
    student, teacher = rule.student, rule.teacher
    # The payer comes first.
    links = list(student.student_guardians.all())
    guardian = links[0].guardian if links else None
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
        room=rule.room.name if rule.room else "",
        valid_from=rule.valid_from or student.start_date,
        valid_until=rule.valid_until,
        is_shared=rule.is_shared,
        interval_weeks=rule.interval_weeks,
        guardian_name=guardian.full_name if guardian else "",
        guardian_email=guardian.email if guardian else "",
    )


def _has_date(row: TimetableRow) -> bool:
    """Return whether the rule has an occurrence; the import refuses a rule without one."""
    last = row.valid_until
    return last is None or has_day(row.days, row.valid_from, last, row.interval_weeks)


def _sort_key(row: TimetableRow) -> tuple[object, ...]:
    return row.teacher, row.days, row.start_time, row.student_last_name, row.student_first_name
