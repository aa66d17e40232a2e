"""What is looked for, and the people and rooms that it names."""

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.openings import ALL_WEEKDAYS, Question
from scheduling.domain.series import SeriesKey
from scheduling.domain.typed_text import plain_letters
from scheduling.domain.wallclock import MINUTES_A_DAY, is_zone, to_epoch
from scheduling.domain.windows import DAY, WEEK, Window
from scheduling.models import Student, Teacher
from scheduling.selectors.people_lists import subjects_taught
from scheduling.selectors.rooms import active_rooms
from scheduling.selectors.studio import studio_day

# The hours, in minutes, that are searched where neither the teacher's are known nor any are given.
USUAL_HOURS = (8 * 60, 20 * 60)
MAX_TEACHERS = 50
MAX_WEEKS = 53
# Of a search for single dates.
MAX_DAYS = 183
# Local dates of different zones differ by at most one, and a class may begin a day earlier.
MARGIN = 2 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningsQuery:
    """What is looked for. ``last`` looks for single dates; else ``weeks`` from ``first`` on.

    Without ``teacher_ids`` all active teachers are searched, with a ``subject`` those who teach
    it. The room ``room_id`` has to be free, too, or with ``any_room`` one of the active rooms.
    Minutes of the day are local to each teacher; None: as the working hours say. ``moving`` is a
    series that is not in the way on a date, or on any date, as it is to be moved.
    """

    minutes: int
    first: date
    weeks: int = 1
    interval_weeks: int = 1
    last: date | None = None
    teacher_ids: tuple[int, ...] = ()
    subject: str = ""
    student_id: int | None = None
    room_id: int | None = None
    any_room: bool = False
    weekdays: frozenset[int] = ALL_WEEKDAYS
    earliest: int | None = None
    latest: int | None = None
    step: int = 15
    moving: tuple[SeriesKey, date | None] | None = None

    @property
    def unknown_hours(self) -> tuple[int, int]:
        """The minutes that are searched for a teacher without working hours."""
        earliest, latest = USUAL_HOURS
        if self.earliest is not None:
            earliest = self.earliest
        if self.latest is not None:
            latest = self.latest
        return earliest, latest

    @property
    def window(self) -> Window:
        """The dates of everything that may be in the way."""
        # A start that has passed today is searched for a week longer.
        end = self.last + DAY if self.last else self.first + (self.weeks + 1) * WEEK
        return Window(self.first - MARGIN, end + MARGIN)

    @property
    def needs_room(self) -> bool:
        """Whether a room has to be free."""
        return self.any_room or self.room_id is not None

    def question(self, now: datetime) -> Question:
        """Return the question to the domain."""
        return Question(
            minutes=self.minutes,
            first=self.first,
            now=to_epoch(now),
            weeks=self.weeks,
            interval_weeks=self.interval_weeks,
            last=self.last,
            weekdays=self.weekdays,
            earliest=self.earliest or 0,
            latest=MINUTES_A_DAY if self.latest is None else self.latest,
            step=self.step,
        )


def teachers_of(query: OpeningsQuery, now: datetime) -> list[Teacher]:
    """Return the teachers who are searched, by name. Raises ValidationError."""
    rows = Teacher.objects.order_by("name", "id")
    if query.teacher_ids:
        rows = rows.filter(pk__in=query.teacher_ids)
        found = list(rows[: MAX_TEACHERS + 1])
        missing = set(query.teacher_ids) - {teacher.pk for teacher in found if teacher.is_active}
        if missing:
            raise _refusal("teacher", _("There is no active teacher with this ID."))
    else:
        found = list(rows.filter(is_active=True))
    if query.subject:
        wanted = plain_letters(query.subject)
        taught = subjects_taught(studio_day(now))
        found = [
            teacher
            for teacher in found
            if any(plain_letters(subject) == wanted for subject in taught[teacher.pk])
        ]
    if len(found) > MAX_TEACHERS:
        text = _("These are more than %(most)d teachers. Choose some of them, or a subject.")
        raise _refusal("teacher", text % {"most": MAX_TEACHERS})
    return [teacher for teacher in found if is_zone(teacher.time_zone)]


def student_of(query: OpeningsQuery) -> Student | None:
    """Return the student, if one is asked for. Raises ValidationError."""
    if query.student_id is None:
        return None
    student = Student.objects.filter(pk=query.student_id, is_active=True).first()
    if student is None:
        raise _refusal("student", _("There is no active student with this ID."))
    return student


def rooms_of(query: OpeningsQuery) -> dict[int, str]:
    """Return the names of the rooms of which one has to be free. Raises ValidationError."""
    if not query.needs_room:
        return {}
    rooms = active_rooms()
    if query.room_id is None:
        return rooms
    if query.room_id not in rooms:
        raise _refusal("room", _("There is no active room with this ID."))
    return {query.room_id: rooms[query.room_id]}


def _refusal(name: str, text: str) -> ValidationError:
    return ValidationError({name: ValidationError(text, code="invalid")})
