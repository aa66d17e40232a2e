"""Shared lessons: classes of several students with a teacher at exactly the same times."""

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
from scheduling.tests.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def bach():
    return make.teacher("Bach")


@pytest.fixture(params=["insert", "update"])
def place(request):
    def by_insert(**values):
        return make.lesson(**values)

    def by_update(**values):
        row = make.lesson(on=MONDAY - timedelta(70), **values)
        row.date = MONDAY
        row.save()
        return row

    return by_insert if request.param == "insert" else by_update


def refused(name=TEACHER_DOUBLE_BOOKED):
    return pytest.raises(IntegrityError, match=name)


def test_shared_lesson_has_several_students(bach, place):
    for _ in range(5):
        place(teacher=bach, is_shared=True)
    assert ScheduledClass.objects.count() == 5


@pytest.mark.parametrize(
    "times",
    [{"start": "10:30"}, {"end": "11:30"}, {"start": "10:15", "end": "10:45"}, {"start": "09:59"}],
    ids=str,
)
def test_shared_lessons_with_other_times_are_refused(bach, place, times):
    make.lesson(teacher=bach, is_shared=True)
    with refused(), transaction.atomic():
        place(teacher=bach, is_shared=True, **times)


@pytest.mark.parametrize("first", [True, False])
def test_shared_and_unshared_classes_are_refused(bach, place, first):
    make.lesson(teacher=bach, is_shared=first)
    with refused(), transaction.atomic():
        place(teacher=bach, is_shared=not first)


def test_student_twice_in_shared_lesson_is_refused(bach, place):
    ana = make.student()
    make.lesson(ana, teacher=bach, is_shared=True)
    name = f"{STUDENT_DOUBLE_BOOKED}|class_compound_key|UNIQUE"
    with refused(name), transaction.atomic():
        place(student=ana, teacher=bach, is_shared=True)


def test_student_in_two_shared_lessons_is_refused(bach, place):
    ana = make.student()
    make.lesson(ana, teacher=bach, is_shared=True)
    with refused(STUDENT_DOUBLE_BOOKED), transaction.atomic():
        place(student=ana, teacher=make.teacher(), is_shared=True, start="10:30", end="11:30")


def test_shared_class_without_teacher_blocks_only_its_student(place):
    make.lesson(is_shared=True)
    place(is_shared=True)
    assert ScheduledClass.objects.count() == 2


def test_class_of_a_group_can_not_become_unshared(bach):
    rows = [make.lesson(teacher=bach, is_shared=True) for _ in range(2)]
    rows[0].is_shared = False
    with refused(), transaction.atomic():
        rows[0].save()
    rows[1].delete()
    rows[0].save()


def test_shared_lessons_can_be_back_to_back(bach, place):
    for start, end in (("10:00", "11:00"), ("11:00", "12:00")):
        for _ in range(2):
            place(teacher=bach, is_shared=True, start=start, end=end)
    assert ScheduledClass.objects.count() == 4


@pytest.mark.parametrize("day", ["1970-01-05", "2026-01-05", "2199-12-30"])
def test_shared_lessons_are_checked_in_any_year(bach, day):
    on = make.day(day)
    for _ in range(2):
        make.lesson(on=on, teacher=bach, is_shared=True)
    with refused(), transaction.atomic():
        make.lesson(on=on, teacher=bach, is_shared=True, end="10:59")
    with refused(), transaction.atomic():
        make.lesson(on=on, teacher=bach)


def test_overlap_of_shared_lessons_is_of_instants(bach, place):
    make.lesson(teacher=bach, is_shared=True)
    with refused(), transaction.atomic():
        place(teacher=bach, is_shared=True, start="10:30", end="11:30", time_zone="Europe/Madrid")
    place(teacher=bach, is_shared=True, start="11:00", end="12:00", time_zone="Europe/Madrid")


def test_a_group_of_one_teacher_shares_a_room(bach, place):
    hall = make.room()
    for _ in range(4):
        place(teacher=bach, is_shared=True, room=hall)
    assert ScheduledClass.objects.count() == 4


def test_a_group_without_a_teacher_shares_a_room(place):
    hall = make.room()
    for _ in range(2):
        place(is_shared=True, room=hall)
    with refused(ROOM_DOUBLE_BOOKED), transaction.atomic():
        place(teacher=make.teacher(), is_shared=True, room=hall)


def test_two_teachers_groups_do_not_share_a_room(bach, place):
    hall = make.room()
    make.lesson(teacher=bach, is_shared=True, room=hall)
    with refused(ROOM_DOUBLE_BOOKED), transaction.atomic():
        place(teacher=make.teacher(), is_shared=True, room=hall)


@pytest.mark.parametrize(
    "values", [{"start": "10:30", "end": "11:30"}, {"end": "10:30"}, {"is_shared": False}], ids=str
)
def test_another_class_is_refused_in_the_room_of_a_group(bach, place, values):
    hall = make.room()
    make.lesson(teacher=bach, is_shared=True, room=hall)
    with refused(f"{ROOM_DOUBLE_BOOKED}|{TEACHER_DOUBLE_BOOKED}"), transaction.atomic():
        place(**{"teacher": bach, "is_shared": True, "room": hall, **values})
    with refused(ROOM_DOUBLE_BOOKED), transaction.atomic():
        place(**{"teacher": None, "is_shared": True, "room": hall, **values})


def test_a_member_of_a_group_cannot_get_another_teacher_in_its_room(bach):
    hall = make.room()
    rows = [make.lesson(teacher=bach, is_shared=True, room=hall) for _ in range(2)]
    rows[0].teacher = make.teacher()
    with refused(ROOM_DOUBLE_BOOKED), transaction.atomic():
        rows[0].save()
    rows[0].room = make.room()
    rows[0].save()
