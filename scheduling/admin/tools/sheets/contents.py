"""The contents of the sheets as contexts of the template."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from scheduling.admin.core.display.statement_cells import Period
from scheduling.domain.windows import DAY
from scheduling.models import Attendance
from scheduling.services.sheets import Lesson, StudentLesson, register
from scheduling.text.dates import short_day

# The dates beside each other that a landscape page has room for.
DATES_ACROSS = 18
# What the reader marks on paper, and what a sheet prints for a mark.
MARKS: dict[str, str | Promise] = {
    Attendance.PRESENT: pgettext_lazy("mark on a register", "P"),
    Attendance.EXCUSED: pgettext_lazy("mark on a register", "E"),
    Attendance.UNEXCUSED: pgettext_lazy("mark on a register", "U"),
    Attendance.TEACHER_ABSENT: pgettext_lazy("mark on a register", "T"),
}
NOT_MARKED, CANCELLED = "☐", "×"


def _day(found: list[Lesson], period: Period) -> dict[str, Any]:
    return {"lessons": [_lesson(each) for each in found]}


def _month(found: list[Lesson], period: Period) -> dict[str, Any]:
    return {
        "lessons": [{**_lesson(each), "day": short_day(each.day)} for each in found],
    }


def _by_weekday(found: list[Lesson], period: Period) -> dict[str, Any]:
    """Return a column for each day; Saturday and Sunday only if they have lessons."""
    last = max([4, *(lesson.day.weekday() for lesson in found)])
    days = [period.first + n * DAY for n in range(last + 1)]
    return {
        "columns": [
            (short_day(day), [_lesson(each) for each in found if each.day == day]) for day in days
        ]
    }


def _register(found: list[Lesson], period: Period) -> dict[str, Any]:
    """Return the register in blocks of dates that fit on a page."""
    whole = register(found)
    starts = range(0, len(whole.days), DATES_ACROSS)
    return {
        "blocks": [
            {
                "days": [_short(day) for day in whole.days[n : n + DATES_ACROSS]],
                "rows": [
                    (row.student, [_cell(parts) for parts in row.cells[n : n + DATES_ACROSS]])
                    for row in whole.rows
                ],
            }
            for n in starts
        ],
        "legend": [*_legend(), (NOT_MARKED, _("not marked")), (CANCELLED, _("cancelled"))],
    }


CONTENTS: dict[str, Callable[[list[Lesson], Period], dict[str, Any]]] = {
    "day": _day,
    "week": _by_weekday,
    "register": _register,
    "month": _month,
}


def _legend() -> Iterable[tuple[str, str]]:
    return ((str(MARKS[value]), str(label)) for value, label in Attendance.choices)


def _short(day: date) -> tuple[str, str]:
    """“Mon” and “2/3”."""
    return date_format(day, "D"), f"{day.day}/{day.month}"


def _cell(parts: list[StudentLesson]) -> str:
    return " ".join(_mark(part) for part in parts)


def _mark(part: StudentLesson) -> str:
    if part.is_cancelled:
        return CANCELLED
    return str(MARKS.get(part.attendance, NOT_MARKED))


def _lesson(lesson: Lesson) -> dict[str, Any]:
    return {
        "hours": f"{lesson.starts_at:%H:%M}–{lesson.ends_at:%H:%M}",
        "students": [
            {"name": part.student, "state": _state(part), "is_cancelled": part.is_cancelled}
            for part in lesson.students
        ],
        "teacher": lesson.teacher,
        "room": lesson.room,
        "subject": lesson.subject,
        "is_cancelled": all(part.is_cancelled for part in lesson.students),
    }


def _state(part: StudentLesson) -> str:
    if part.is_cancelled:
        return _("cancelled")
    return str(Attendance(part.attendance).label) if part.attendance else ""
