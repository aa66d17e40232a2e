"""Openings: when teachers are free, from the plan of every run and the stored classes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.existing_classes import Booking
from scheduling.domain.openings import (
    ALL_WEEKDAYS,
    Attendee,
    Diary,
    Gap,
    Host,
    Obstacle,
    Opening,
    Question,
    find_gaps,
    find_openings,
)
from scheduling.domain.planning.occupancy import is_same_session
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.typed_text import plain_letters
from scheduling.domain.wallclock import MINUTES_A_DAY, is_zone, minute_of, to_epoch
from scheduling.domain.windows import DAY, WEEK, Window
from scheduling.domain.working_hours import WorkingHours
from scheduling.jobs.generation.planning import PlanningContext, due_classes, series_in
from scheduling.jobs.runs.result_lines import PersonNames
from scheduling.models import Student, Teacher
from scheduling.selectors.classes import bookings_between
from scheduling.selectors.people_lists import subjects_taught
from scheduling.selectors.rooms import active_rooms
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import full_day
from scheduling.text.reasons import reason_text

# The hours, in minutes, that are searched where neither the teacher's are known nor any are given.
USUAL_HOURS = (8 * 60, 20 * 60)
MAX_TEACHERS = 50
MAX_WEEKS = 53
# Minutes; free time that is shorter is not shown.
SHORTEST_GAP = 30
# Of a search for single dates.
MAX_DAYS = 183
# Local dates of different zones differ by at most one, and a class may begin a day earlier.
MARGIN = 2 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningsQuery:
    """What is looked for. ``last`` looks for single dates; else ``weeks`` from ``first`` on.

    Without ``teacher_ids`` all active teachers are searched, with a ``subject`` those who teach
    it. Minutes of the day are local to each teacher; None: as the working hours say. ``moving`` is
    a planned lesson, by its series and date, that is not in the way, as it is to be moved.
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
    weekdays: frozenset[int] = ALL_WEEKDAYS
    earliest: int | None = None
    latest: int | None = None
    step: int = 15
    moving: tuple[SeriesKey, date] | None = None

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


@dataclass(frozen=True, slots=True)
class TeacherOpening:
    """An opening of one teacher."""

    teacher: Teacher
    opening: Opening


@dataclass(slots=True)
class Openings:
    """The openings in the order of their ranks, and the teachers who were searched.

    ``diaries`` have the time of each teacher that is taken.
    """

    found: list[TeacherOpening] = field(default_factory=list)
    teachers: list[Teacher] = field(default_factory=list)
    hours: dict[int, WorkingHours] = field(default_factory=dict)
    diaries: dict[int, Diary] = field(default_factory=dict)

    @property
    def without_hours(self) -> list[Teacher]:
        """The teachers whose working hours are unknown."""
        return [teacher for teacher in self.teachers if teacher.pk not in self.hours]


def openings(query: OpeningsQuery, now: datetime) -> Openings:
    """Return the openings of the teachers in ``query``. A constant number of queries.

    Raises ValidationError, by the name of the field.
    """
    teachers, student = _teachers(query, now), _student(query)
    _refuse_unknown_room(query)
    ids = [teacher.pk for teacher in teachers]
    answer = Openings(teachers=teachers, hours=working_hours(ids))
    busy = _bookings(query, set(ids), now)
    taught: dict[int | None, list[Booking]] = {}
    for booking in busy:
        taught.setdefault(booking.teacher_id, []).append(booking)
    answer.diaries = {pk: Diary("teacher_busy", taught.get(pk, ())) for pk in ids}
    closures = load_calendar(query.window.start, ids, [student.pk] if student else [])
    attendee = None
    if student is not None:
        theirs = (booking for booking in busy if booking.student_id == student.pk)
        diary = Diary("student_busy", theirs)
        attendee = Attendee(diary=diary, first=student.start_date, last=student.end_date)
    room = None
    if query.room_id is not None:
        room = Diary("room_busy", (each for each in busy if each.room_id == query.room_id))
    question = query.question(now)
    for teacher in teachers:
        host = Host(
            zone=teacher.time_zone,
            hours=answer.hours.get(teacher.pk, WorkingHours()),
            diary=answer.diaries[teacher.pk],
            closures=closures.concerning(teacher.pk, query.student_id),
            unknown_hours=query.unknown_hours,
            room=room,
        )
        for opening in find_openings(question, host, attendee):
            answer.found.append(TeacherOpening(teacher, opening))
    answer.found.sort(key=lambda each: (*each.opening.rank, each.teacher.name, each.teacher.pk))
    return answer


def openings_near(
    moving: tuple[SeriesKey, date],
    start_time: time,
    minutes: int,
    teacher_id: int,
    student_id: int,
    room_id: int | None,
    now: datetime,
    most: int = 3,
) -> list[TeacherOpening]:
    """Return the free times that are nearest to a planned lesson that has to move.

    Its room, if it has one, is free then. They are within a week of it and do not overlap. Raises
    ValidationError as ``openings`` does.
    """
    day, today = moving[1], studio_day(now)
    query = OpeningsQuery(
        minutes=minutes,
        first=max(today, day - WEEK),
        last=max(today, day) + WEEK,
        teacher_ids=(teacher_id,),
        student_id=student_id,
        room_id=room_id,
        moving=moving,
    )
    minute = minute_of(start_time)

    def distance(each: TeacherOpening) -> tuple[int, int]:
        days = abs(each.opening.dates[0] - day).days
        return days, abs(each.opening.start - minute)

    found = sorted(openings(query, now).found, key=distance)
    return without_overlaps(found)[:most]


def free_time(
    teacher_ids: Iterable[int], first: date, last: date, now: datetime
) -> dict[int, list[Gap]]:
    """Return the free time within the working hours of each teacher for whom these are known.

    A constant number of queries. Raises ValidationError as ``openings`` does.
    """
    today = studio_day(now)
    query = OpeningsQuery(
        minutes=SHORTEST_GAP,
        first=max(first, today - DAY),
        last=max(last, today),
        teacher_ids=tuple(teacher_ids),
    )
    hours = working_hours(query.teacher_ids)
    teachers = [teacher for teacher in _teachers(query, now) if teacher.pk in hours]
    if not teachers:
        return {}
    taught: dict[int | None, list[Booking]] = {}
    for booking in _bookings(query, set(hours), now):
        taught.setdefault(booking.teacher_id, []).append(booking)
    closures = load_calendar(query.window.start, list(hours), [])
    return {
        teacher.pk: find_gaps(
            query.question(now),
            Host(
                zone=teacher.time_zone,
                hours=hours[teacher.pk],
                diary=Diary("teacher_busy", taught.get(teacher.pk, ())),
                closures=closures.concerning(teacher.pk, None),
            ),
        )
        for teacher in teachers
    }


def without_overlaps(found: Iterable[TeacherOpening]) -> list[TeacherOpening]:
    """Return the first of those that overlap: of a teacher, on the same weekday or date."""
    taken: dict[tuple[int, date | int], list[tuple[int, int]]] = {}
    kept = []
    for each in found:
        opening = each.opening
        day = opening.dates[0] if len(opening.dates) == 1 else opening.weekday
        times = taken.setdefault((each.teacher.pk, day), [])
        if all(end <= opening.start or opening.end <= start for start, end in times):
            times.append((opening.start, opening.end))
            kept.append(each)
    return kept


def _teachers(query: OpeningsQuery, now: datetime) -> list[Teacher]:
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


def _student(query: OpeningsQuery) -> Student | None:
    if query.student_id is None:
        return None
    student = Student.objects.filter(pk=query.student_id, is_active=True).first()
    if student is None:
        raise _refusal("student", _("There is no active student with this ID."))
    return student


def _refuse_unknown_room(query: OpeningsQuery) -> None:
    if query.room_id is not None and query.room_id not in active_rooms():
        raise _refusal("room", _("There is no active room with this ID."))


def _refusal(name: str, text: str) -> ValidationError:
    return ValidationError({name: ValidationError(text, code="invalid")})


def _bookings(query: OpeningsQuery, teacher_ids: set[int], now: datetime) -> list[Booking]:
    """Return the time of these people that is taken.

    Taken are the stored classes, and every place at which a series is due to have one: even where
    another class is in its way, as that may change. So an opening holds whatever is created first.
    """
    window = query.window
    student_ids = set() if query.student_id is None else {query.student_id}
    room_ids = set() if query.room_id is None else {query.room_id}
    people = Q(student_id__among=student_ids) | Q(teacher_id__among=teacher_ids)
    if room_ids:
        people |= Q(room_id__among=room_ids)
    context = PlanningContext(tuple(SeriesKind), window, people, note_bounds=False)
    due = due_classes(context, series_in(context, Q()), now)
    start, end = (datetime.combine(day, time(), UTC) for day in (window.start, window.end))
    stored = bookings_between(start, end, teacher_ids, student_ids, room_ids)
    return [
        *stored,
        *(
            planned.booking()._replace(class_id=None)
            for planned in due
            if (planned.series.key, planned.day) != query.moving
        ),
    ]


class ObstacleTexts:
    """The obstacles of openings in words, with the names of the people in them."""

    def __init__(self, answer: Openings, obstacles: Iterable[Obstacle]) -> None:
        self._diaries = answer.diaries
        self._bookings = [each.booking for each in obstacles if each.booking is not None]

    @cached_property
    def _names(self) -> PersonNames:
        return PersonNames(
            {booking.student_id for booking in self._bookings},
            {booking.teacher_id for booking in self._bookings},
        )

    def text(self, obstacle: Obstacle) -> str:
        """Return the reason in the current language, such as “Clara teaches Iker”."""
        if obstacle.closure is not None:
            return reason_text("closed", {"closure": obstacle.closure.name})
        if obstacle.bound is not None:
            return reason_text(obstacle.code, {"date": full_day(obstacle.bound)})
        booking = obstacle.booking
        if booking is None:
            return _("outside the working hours")
        names = {
            "student": self._names.student(booking.student_id),
            "teacher": self._names.teacher(booking.teacher_id),
        }
        if self._clashes(booking):
            return _("a lesson of %(student)s that clashes is due then") % names
        if obstacle.code == "room_busy":
            return _("%(student)s has a class in this room") % names
        if obstacle.code == "teacher_busy":
            return _("%(teacher)s teaches %(student)s") % names
        if booking.teacher_id is None:
            return _("%(student)s has another class") % names
        return _("%(student)s has a class with %(teacher)s") % names

    def _clashes(self, booking: Booking) -> bool:
        """Return whether a lesson that is not stored yet is in another one's way."""
        diary = self._diaries.get(booking.teacher_id or 0)
        if booking.class_id is not None or diary is None:
            return False
        others = diary.between(booking.starts, booking.ends)
        return any(
            other.student_id != booking.student_id and not is_same_session(booking, other)
            for other in others
        )
