"""Make-ups that a family books, into openings of the teacher of the lost class.

An opening is offered within the teacher's known working hours, in the room of the lost class, at
least ``cancel_notice_hours`` ahead, and within the teacher's ``advance_booking_days`` and the days
in which the class can be made up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from scheduling.domain.wallclock import instant, minutes_between, zone_of
from scheduling.domain.windows import DAY
from scheduling.jobs.notifications.changes import ClassChange, Place
from scheduling.models import LessonSettings, Room, ScheduledClass, Student
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.classes import make_ups
from scheduling.services.notices import notify
from scheduling.services.openings import (
    MAX_DAYS,
    OpeningsQuery,
    TeacherOpening,
    openings,
    without_overlaps,
)

from .errors import FamilyActError

_BOOKING_DAYS: int = LessonSettings._meta.get_field("advance_booking_days").default


def lost_classes(students: Sequence[Student], today: date) -> list[ScheduledClass]:
    """Return the classes of these students for which a make-up is owed, the most urgent first."""
    rows = ScheduledClass.objects.filter(make_ups.make_ups_owed(today), student__in=students)
    related = ("student", "teacher__lesson_settings", "room")
    return list(rows.select_related(*related).defer("notes").order_by("date", "starts_at", "id"))


def lost_class(pk: int, students: Iterable[Student]) -> ScheduledClass | None:
    """Return a cancelled class of these students, whether or not a make-up is owed for it."""
    rows = ScheduledClass.objects.filter(pk=pk, student__in=students, status="cancelled")
    return rows.select_related("student", "teacher__lesson_settings", "room").first()


def last_bookable_day(lost: ScheduledClass, today: date) -> date:
    """Return the last date of a make-up of ``lost`` that can be booked on ``today``."""
    settings = getattr(lost.teacher, "lesson_settings", None)
    days = settings.advance_booking_days if settings is not None else _BOOKING_DAYS
    return min(make_ups.last_day(lost), today + min(days, MAX_DAYS) * DAY)


def make_up_openings(lost: ScheduledClass, now: datetime) -> list[TeacherOpening]:
    """Return the openings for a make-up of ``lost``, the best first; they may overlap.

    There are none without a teacher, or if the teacher's working hours are unknown.
    """
    today = studio_day(now)
    last = last_bookable_day(lost, today)
    if lost.teacher is None or last < today:
        return []
    query = OpeningsQuery(
        minutes=minutes_between(lost.start_time, lost.end_time),
        first=today,
        last=last,
        teacher_ids=(lost.teacher.pk,),
        student_id=lost.student_id,
        room_id=lost.room_id if _room_of(lost) is not None else None,
    )
    try:
        answer = openings(query, now)
    except ValidationError:  # the teacher or the student is not active any more
        return []
    earliest = now + timedelta(hours=studio().cancel_notice_hours)
    return [
        each
        for each in answer.found
        if each.opening.is_free
        and each.opening.is_inside_hours
        and (start := _start(each)) >= earliest
        # Not in the hour that is skipped when the clocks change.
        and start.time() == each.opening.start_time
    ]


def offered(found: Iterable[TeacherOpening]) -> list[TeacherOpening]:
    """Return openings that do not overlap, in order of time."""
    return sorted(
        without_overlaps(found), key=lambda each: (each.opening.dates[0], each.opening.start)
    )


def book(lost: ScheduledClass, day: date, start: time, now: datetime) -> ScheduledClass:
    """Book the make-up of ``lost`` at a local time of its teacher, and notify the teacher.

    A make-up that exists already is returned. Raises FamilyActError: "not_owed", or "taken" if
    the time is not free any more.
    """
    made = make_ups.make_up_of(lost)
    if made is not None:
        return made
    is_open = any(
        (each.opening.dates[0], each.opening.start_time) == (day, start)
        for each in make_up_openings(lost, now)
    )
    try:
        # First, as the reason is more useful.
        make_ups.refuse_lost(lost, studio_day(now))
        if not is_open:
            raise FamilyActError("taken")
        with transaction.atomic():
            row = make_ups.schedule(
                lost.pk,
                to_date=day,
                start_time=start,
                teacher=lost.teacher,
                room=_room_of(lost),
                now=now,
            )
            place = Place.of(row)
            new = replace(place, is_new=True, is_cancelled=True)
            change = ClassChange(row.pk, row.updated_at, new, place)
            notify([change], now, with_families=False)
        return row
    except ValidationError as error:
        # The other parent may have been faster. Other messages may name other people.
        if (made := make_ups.make_up_of(lost)) is not None:
            return made
        raise FamilyActError("not_owed" if hasattr(error, "error_dict") else "taken") from error


def _room_of(lost: ScheduledClass) -> Room | None:
    return lost.room if lost.room is not None and lost.room.is_active else None


def _start(each: TeacherOpening) -> datetime:
    """Return the start in the zone of the teacher."""
    zone = each.teacher.time_zone
    start = instant(each.opening.dates[0], each.opening.start_time, zone)
    return start.astimezone(zone_of(zone))
