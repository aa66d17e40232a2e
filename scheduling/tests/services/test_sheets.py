"""The lessons of sheets: stored and planned ones, groups, and the attendance register."""

from datetime import timedelta

import pytest

from scheduling.models import ScheduledClass
from scheduling.services.sheets import Whose, lessons, register
from scheduling.tests import factories as make
from scheduling.tests.factories import day, moment

pytestmark = pytest.mark.django_db

# A Wednesday.
NOW = moment("2026-03-04 12:00")
MONDAY, SUNDAY = day("2026-03-02"), day("2026-03-08")
QUERIES = 15


def found(whose, first=MONDAY, last=SUNDAY):
    return lessons(ScheduledClass.objects.all(), whose, first, last, NOW)


def lines(whose, first=MONDAY, last=SUNDAY):
    return [
        (
            f"{lesson.starts_at:%a %H:%M}",
            [part.student for part in lesson.students],
            lesson.students[0].class_id is None,
        )
        for lesson in found(whose, first, last)
    ]


@pytest.fixture
def studio():
    """Create Marta's week: two stored lessons, a group, and a slot without a class."""
    marta, tom = make.teacher("Marta Gil"), make.teacher("Tom Lee")
    hall = make.room("Hall")
    ana, leo, eva = (make.student(name) for name in ("Ana Ruiz", "Leo Park", "Eva Sol"))
    make.lesson(ana, MONDAY, teacher=marta, room=hall, attendance="present")
    make.lesson(leo, MONDAY, teacher=tom)
    for student in (leo, eva):
        make.lesson(student, day("2026-03-03"), teacher=marta, is_shared=True)
    make.lesson(leo, MONDAY, "12:00", "13:00", marta, status="cancelled")
    make.slot(marta, eva, weekday=5, room=hall)
    return marta, hall, ana, leo, eva


def test_lessons_of_teacher_are_stored_and_planned(studio):
    marta, *_ = studio
    assert lines(Whose(teacher_id=marta.pk)) == [
        ("Mon 10:00", ["Ana Ruiz"], False),
        ("Mon 12:00", ["Leo Park"], False),
        ("Tue 10:00", ["Eva Sol", "Leo Park"], False),
        ("Fri 10:00", ["Eva Sol"], True),
    ]


def test_lessons_of_room_and_of_students(studio):
    _, hall, _ana, leo, eva = studio
    assert lines(Whose(room_id=hall.pk)) == [
        ("Mon 10:00", ["Ana Ruiz"], False),
        ("Fri 10:00", ["Eva Sol"], True),
    ]
    # Others of a group are not named.
    assert lines(Whose(student_ids=frozenset([eva.pk]))) == [
        ("Tue 10:00", ["Eva Sol"], False),
        ("Fri 10:00", ["Eva Sol"], True),
    ]
    assert len(lines(Whose(student_ids=frozenset([leo.pk, eva.pk])))) == 4
    assert lines(Whose(student_ids=frozenset())) == []


def test_days_are_those_of_the_studio(studio):
    marta, _hall, ana, *_ = studio
    make.studio(is_settled=True, time_zone="Pacific/Auckland")
    make.lesson(ana, SUNDAY, "20:00", "21:00", marta)
    whose = Whose(teacher_id=marta.pk)
    assert ("Mon 09:00", ["Ana Ruiz"], False) not in lines(whose)
    after = SUNDAY + timedelta(days=1)
    assert ("Mon 09:00", ["Ana Ruiz"], False) in lines(whose, after, after)


def test_register_has_students_down_and_dates_across(studio):
    marta, *_ = studio
    whole = register(found(Whose(teacher_id=marta.pk)))
    assert whole.days == [MONDAY, day("2026-03-03"), day("2026-03-06")]
    cells = {
        row.student: [[(part.attendance, part.is_cancelled) for part in cell] for cell in row.cells]
        for row in whole.rows
    }
    assert list(cells) == ["Ana Ruiz", "Eva Sol", "Leo Park"]
    assert cells["Ana Ruiz"] == [[("present", False)], [], []]
    assert cells["Leo Park"] == [[("", True)], [("", False)], []]


def test_queries_do_not_grow(studio, django_assert_max_num_queries):
    marta, *_ = studio
    for number in range(20):
        make.lesson(
            on=day("2026-03-05"), start=f"{number:02}:00", end=f"{number:02}:30", teacher=marta
        )
    with django_assert_max_num_queries(QUERIES):
        assert len(found(Whose(teacher_id=marta.pk))) == 24
