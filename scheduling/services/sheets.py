"""The lessons of some days for printed sheets: stored classes, and those that runs will create."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from scheduling.domain.outcomes import Outcome
from scheduling.domain.typed_text import plain_letters
from scheduling.domain.windows import DAY
from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.studio import studio_day, studio_zone
from scheduling.services.classes.occurrences import planned
from scheduling.services.statements.definitions import begins_within


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentLesson:
    """A student's part of a lesson. ``class_id`` is None for a class that a run will create."""

    class_id: int | None
    student_id: int
    student: str
    attendance: str = ""
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson with its students; several in a group lesson. Times are in the studio's zone."""

    starts_at: datetime
    ends_at: datetime
    teacher: str
    room: str
    subject: str
    students: tuple[StudentLesson, ...]

    @property
    def day(self) -> date:
        return self.starts_at.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """The people or the room whose lessons a sheet shows; None means all."""

    teacher_id: int | None = None
    room_id: int | None = None
    student_ids: frozenset[int] | None = None

    @property
    def condition(self) -> Q:
        """The condition for their stored classes."""
        found = Q()
        if self.teacher_id is not None:
            found &= Q(teacher_id=self.teacher_id)
        if self.room_id is not None:
            found &= Q(room_id=self.room_id)
        if self.student_ids is not None:
            found &= Q(student_id__in=self.student_ids)
        return found


def lessons(
    classes: QuerySet[ScheduledClass], whose: Whose, first: date, last: date, now: datetime
) -> list[Lesson]:
    """Return the lessons of ``whose`` that begin on these days at the studio, in order.

    ``classes`` are the stored classes that the reader may see. A lesson that all of its students
    have cancelled is included. A constant number of queries.
    """
    zone = studio_zone()
    stored = classes.filter(whose.condition, begins_within(first, last))
    parts = [_stored(row) for row in stored.select_related("student", "teacher", "room")]
    parts += _planned(whose, first, last, now, zone)
    parts.sort(key=lambda part: (part[0], part[1].student))
    return [
        Lesson(
            starts_at=starts_at.astimezone(zone),
            ends_at=ends_at.astimezone(zone),
            teacher=teacher,
            room=room,
            subject=subject,
            students=tuple(part for _place, part in group),
        )
        for (starts_at, ends_at, teacher, subject, room, _alone), group in groupby(
            parts, key=lambda part: part[0]
        )
    ]


# The times, the teacher, the subject and the room, which the students of a group lesson share;
# last a number that tells lessons of one student from each other, 0 for a group.
_Place = tuple[datetime, datetime, str, str, str, int]


def _stored(row: ScheduledClass) -> tuple[_Place, StudentLesson]:
    teacher, room = str(row.teacher or ""), str(row.room or "")
    alone = 0 if row.is_shared and row.teacher else row.pk
    part = StudentLesson(
        class_id=row.pk,
        student_id=row.student_id,
        student=row.student.full_name,
        attendance=row.attendance,
        is_cancelled=row.status == ClassStatus.CANCELLED,
    )
    return (row.starts_at, row.ends_at, teacher, row.subject, room, alone), part


def _planned(
    whose: Whose, first: date, last: date, now: datetime, zone: ZoneInfo
) -> Iterable[tuple[_Place, StudentLesson]]:
    """Return the occurrences that a run is due to create, as ``_stored`` returns classes."""
    if last < studio_day(now) or whose.student_ids == frozenset():
        return
    # A day more on both sides, because the date of an occurrence is local to its own zone.
    found = planned(
        first - DAY,
        last + DAY,
        student_ids=whose.student_ids or (),
        teacher_ids=() if whose.teacher_id is None else (whose.teacher_id,),
        now=now,
    )
    for number, each in enumerate(found, 1):
        if (
            each.outcome is Outcome.CREATED
            and each.is_expected
            and first <= each.starts_at.astimezone(zone).date() <= last
            and whose.room_id in (None, each.room_id)
        ):
            alone = 0 if each.is_shared and each.teacher else -number
            place = (each.starts_at, each.ends_at, each.teacher, each.subject, each.room, alone)
            yield (
                place,
                StudentLesson(class_id=None, student_id=each.student_id, student=each.student),
            )


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A student of a register, with a list of marks for each of its dates."""

    student: str
    cells: list[list[StudentLesson]]


@dataclass(frozen=True, slots=True)
class Register:
    """An attendance register: students down, the dates with lessons across."""

    days: list[date]
    rows: list[RegisterRow]


def register(found: Iterable[Lesson]) -> Register:
    """Return the attendance register of some lessons, students in order of their names."""
    cells: dict[tuple[str, int], dict[date, list[StudentLesson]]] = {}
    days = set()
    for lesson in found:
        days.add(lesson.day)
        for part in lesson.students:
            row = cells.setdefault((part.student, part.student_id), {})
            row.setdefault(lesson.day, []).append(part)
    ordered = sorted(days)
    return Register(
        ordered,
        [
            RegisterRow(student, [row.get(day, []) for day in ordered])
            for (student, _pk), row in sorted(cells.items(), key=lambda item: _by_name(*item[0]))
        ],
    )


def _by_name(name: str, pk: int) -> tuple[str, int]:
    return plain_letters(name), pk
