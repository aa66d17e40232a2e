"""The database refuses double bookings, with exclusion constraints or triggers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from scheduling.db.class_constraints import (
    ROOM_DOUBLE_BOOKED,
    STUDENT_DOUBLE_BOOKED,
    TEACHER_DOUBLE_BOOKED,
)
from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["insert", "update"])
def place(request):
    """Return ``place(…)``, which creates a class by INSERT or moves one by UPDATE."""

    def by_insert(**values):
        return make.lesson(**values)

    def by_update(start="10:00", end="11:00", on=MONDAY, **values):
        values.setdefault("student", make.student())
        row = make.lesson(on=on - timedelta(70), start=start, end=end, **values)
        row.date = on
        row.save()
        return row

    return by_insert if request.param == "insert" else by_update


@pytest.fixture(params=["teacher", "student", "room"])
def person(request):
    """A teacher, a student or a room, as an argument of ``lesson``."""
    if request.param == "teacher":
        return {"teacher": make.teacher()}
    if request.param == "room":
        return {"room": make.room()}
    return {"student": make.student()}


def refused(person=None, name=None):
    if name is None:
        name = {
            "teacher": TEACHER_DOUBLE_BOOKED,
            "student": STUDENT_DOUBLE_BOOKED,
            "room": ROOM_DOUBLE_BOOKED,
        }[next(iter(person))]
    return pytest.raises(IntegrityError, match=name)


FREE = [("09:00", "10:00"), ("11:00", "12:00"), ("11:01", "11:02"), ("08:00", "08:30")]
TAKEN = [
    ("10:15", "10:45"),
    ("09:00", "12:00"),
    ("10:00", "10:30"),
    ("10:30", "11:00"),
    ("09:30", "10:01"),
    ("10:59", "11:30"),
    ("10:00", "12:00"),
]


@pytest.mark.parametrize(("start", "end"), FREE)
def test_times_before_after_and_back_to_back_are_free(place, person, start, end):
    make.lesson(**person)
    place(start=start, end=end, **person)
    assert ScheduledClass.objects.count() == 2


@pytest.mark.parametrize(("start", "end"), TAKEN)
def test_overlap_is_refused(place, person, start, end):
    make.lesson(**person)
    with refused(person), transaction.atomic():
        place(start=start, end=end, **person)


def test_same_times_of_a_teacher_are_refused(place):
    bach = make.teacher()
    make.lesson(teacher=bach)
    with refused(name=TEACHER_DOUBLE_BOOKED), transaction.atomic():
        place(teacher=bach)


def test_overlap_after_midnight_is_refused(place, person):
    make.lesson(start="23:00", end="01:00", **person)
    with refused(person), transaction.atomic():
        place(on=MONDAY + timedelta(1), start="00:30", end="02:00", **person)
    place(on=MONDAY + timedelta(1), start="01:00", end="02:00", **person)


def test_overlap_in_last_minute_of_24_hours_is_refused(place, person):
    make.lesson(start="00:00", end="00:00", **person)
    with refused(person), transaction.atomic():
        place(start="23:59", end="00:30", **person)
    place(on=MONDAY + timedelta(1), start="00:00", end="00:30", **person)


def test_overlap_is_of_instants_not_local_times(place):
    ana = make.student()
    make.lesson(ana, start="10:00", end="11:00", teacher=make.teacher(zone="Europe/Madrid"))
    with refused(name=STUDENT_DOUBLE_BOOKED), transaction.atomic():
        place(student=ana, start="09:30", end="10:15", teacher=make.teacher())
    place(student=ana, start="10:30", end="11:15", teacher=make.teacher())


def test_completed_class_blocks_its_time_but_cancelled_one_does_not(place, person):
    make.lesson(status="completed", **person)
    with refused(person), transaction.atomic():
        place(start="10:30", end="11:30", **person)
    ScheduledClass.objects.update(status="cancelled")
    place(start="10:30", end="11:30", **person)


def test_cancelled_class_can_overlap(place, person):
    make.lesson(**person)
    place(start="10:30", end="11:30", status="cancelled", **person)


def test_restore_to_taken_time_is_refused(person):
    first = make.lesson(status="cancelled", **person)
    make.lesson(start="10:30", end="11:30", **person)
    first.status = "scheduled"
    with refused(person), transaction.atomic():
        first.save()


def test_class_does_not_overlap_itself(person):
    row = make.lesson(**person)
    row.start_time, row.end_time = at("10:30"), at("11:30")
    row.save()
    row.status = "completed"
    row.save()
    assert ScheduledClass.objects.filter(start_time=at("10:30"), status="completed").exists()


def test_extension_into_next_class_is_refused(person):
    row = make.lesson(**person)
    make.lesson(start="11:00", end="12:00", **person)
    row.end_time = at("11:30")
    with refused(person), transaction.atomic():
        row.save()


def test_transfer_to_busy_person_is_refused(person):
    make.lesson(**person)
    other = make.lesson(start="10:30", end="11:30")
    if "teacher" in person:
        other.teacher = person["teacher"]
    elif "room" in person:
        other.room = person["room"]
    else:
        other.student = person["student"]
    with refused(person), transaction.atomic():
        other.save()


def test_class_without_teacher_blocks_only_its_student(place):
    make.lesson()
    place()
    ana = make.student()
    make.lesson(ana)
    with refused({"student": ana}), transaction.atomic():
        place(student=ana, start="10:30", end="11:30")


def test_different_people_and_rooms_can_overlap(place):
    make.lesson(teacher=make.teacher(), room=make.room())
    place(teacher=make.teacher(), room=make.room())
    assert ScheduledClass.objects.count() == 2


def test_class_without_room_blocks_no_room(place):
    make.lesson(room=make.room())
    place()
    place()
    assert ScheduledClass.objects.count() == 3


def test_same_times_of_a_room_are_refused_for_two_teachers(place):
    hall = make.room()
    make.lesson(teacher=make.teacher(), room=hall)
    with refused(name=ROOM_DOUBLE_BOOKED), transaction.atomic():
        place(teacher=make.teacher(), room=hall)
