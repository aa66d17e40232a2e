"""The openings of several teachers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time

from scheduling.domain.existing_classes import Booking
from scheduling.domain.openings import (
    WITHOUT_ROOM,
    Attendee,
    Diary,
    Host,
    Opening,
    find_openings,
)
from scheduling.domain.series import Series, SeriesKey
from scheduling.domain.wallclock import minute_of
from scheduling.domain.windows import WEEK, monday_of
from scheduling.domain.working_hours import WorkingHours
from scheduling.models import Teacher
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.taken_times import taken_times

from .query import OpeningsQuery, rooms_of, student_of, teachers_of


@dataclass(frozen=True, slots=True)
class TeacherOpening:
    """An opening of one teacher."""

    teacher: Teacher
    opening: Opening


@dataclass(slots=True)
class Openings:
    """The openings in the order of their ranks, and the teachers who were searched.

    ``rooms`` are the names of the rooms that were searched. ``diaries`` have the time of each
    teacher that is taken.
    """

    found: list[TeacherOpening] = field(default_factory=list)
    teachers: list[Teacher] = field(default_factory=list)
    rooms: dict[int, str] = field(default_factory=dict)
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
    teachers, student = teachers_of(query, now), student_of(query)
    ids = [teacher.pk for teacher in teachers]
    answer = Openings(teachers=teachers, rooms=rooms_of(query), hours=working_hours(ids))
    busy = taken_times(
        query.window,
        ids,
        now,
        student_ids=[] if student is None else [student.pk],
        room_ids=answer.rooms,
        moving=query.moving,
    )
    taught: dict[int | None, list[Booking]] = {}
    used: dict[int | None, list[Booking]] = {}
    for booking in busy:
        taught.setdefault(booking.teacher_id, []).append(booking)
        used.setdefault(booking.room_id, []).append(booking)
    answer.diaries = {pk: Diary("teacher_busy", taught.get(pk, ())) for pk in ids}
    rooms = WITHOUT_ROOM
    if query.needs_room:
        rooms = {pk: Diary("room_busy", used.get(pk, ())) for pk in answer.rooms}
    closures = load_calendar(query.window.start, ids, [student.pk] if student else [])
    attendee = None
    if student is not None:
        theirs = (booking for booking in busy if booking.student_id == student.pk)
        diary = Diary("student_busy", theirs)
        attendee = Attendee(diary=diary, first=student.start_date, last=student.end_date)
    question = query.question(now)
    for teacher in teachers:
        host = Host(
            zone=teacher.time_zone,
            hours=answer.hours.get(teacher.pk, WorkingHours()),
            diary=answer.diaries[teacher.pk],
            closures=closures.concerning(teacher.pk, query.student_id),
            unknown_hours=query.unknown_hours,
            rooms=rooms,
        )
        for opening in find_openings(question, host, attendee):
            answer.found.append(TeacherOpening(teacher, opening))
    # Stable: of equal ones the first is that of the first teacher.
    answer.found.sort(key=lambda each: each.opening.rank)
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


def weekly_openings_near(
    series: Series, first: date, weeks: int, now: datetime, most: int = 3
) -> list[TeacherOpening]:
    """Return the weekly times nearest to those of ``series`` that are free from ``first`` on.

    ``first`` is in a week with a lesson. The teacher, the student and the room, if there is one,
    are free in all ``weeks``; dates of closures, and those before or after the student's, do not
    count. The times do not overlap. None without a teacher. Raises ValidationError as ``openings``
    does.
    """
    if series.teacher_id is None:
        return []
    query = OpeningsQuery(
        minutes=series.duration_minutes,
        first=first,
        weeks=weeks,
        interval_weeks=series.interval_weeks,
        teacher_ids=(series.teacher_id,),
        student_id=series.student_id,
        room_id=series.room_id,
        moving=(series.key, None),
    )
    minute = minute_of(series.start_time)

    def distance(each: TeacherOpening) -> tuple[int, int]:
        days = abs(each.opening.weekday - series.weekday)
        return days, abs(each.opening.start - minute)

    found = [
        each
        for each in openings(query, now).found
        if all(obstacle.closure or obstacle.bound for obstacle in each.opening.exceptions)
        and (each.opening.dates[0] - monday_of(first)) // WEEK % series.interval_weeks == 0
    ]
    return without_overlaps(sorted(found, key=distance))[:most]


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
