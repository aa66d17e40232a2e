"""The kinds of sheets, and the people and rooms that they are for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from scheduling.domain.windows import DAY, WEEK, monday_of, month_of
from scheduling.models import Guardian, Room, Student, Teacher
from scheduling.services.sheets import Whose

TEACHER, ROOM, STUDENT, GUARDIAN = "teacher", "room", "student", "guardian"
MODELS: dict[str, Any] = {
    TEACHER: Teacher,
    ROOM: Room,
    STUDENT: Student,
    GUARDIAN: Guardian,
}


class Person(NamedTuple):
    """The row whose lessons a sheet shows; in URLs “teacher:3”, “room:1”, “guardian:7”."""

    kind: str
    row: Any

    def __str__(self) -> str:
        return f"{self.kind}:{self.row.pk}"

    @property
    def whose(self) -> Whose:
        if self.kind == TEACHER:
            return Whose(teacher_id=self.row.pk)
        if self.kind == ROOM:
            return Whose(room_id=self.row.pk)
        if self.kind == STUDENT:
            return Whose(student_ids=frozenset([self.row.pk]))
        return Whose(student_ids=frozenset(self.row.students.values_list("pk", flat=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A kind of sheet: its title, its days around a date, and the kinds of rows it is for."""

    title: str | Promise
    days: Callable[[date], tuple[date, date]]
    kinds: tuple[str, ...]
    is_wide: bool = False


SHEETS = {
    "day": Sheet(
        title=gettext_lazy("Day"),
        days=lambda day: (day, day),
        kinds=(TEACHER, ROOM),
    ),
    "week": Sheet(
        title=gettext_lazy("Week"),
        days=lambda day: (monday_of(day), monday_of(day) + WEEK - DAY),
        kinds=(TEACHER, ROOM),
        is_wide=True,
    ),
    "register": Sheet(
        title=gettext_lazy("Attendance register"),
        days=month_of,
        kinds=(TEACHER, ROOM),
        is_wide=True,
    ),
    "month": Sheet(title=gettext_lazy("Month"), days=month_of, kinds=(STUDENT, GUARDIAN)),
}
