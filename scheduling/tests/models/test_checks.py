"""Check constraints: values that the database refuses in a single row."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from scheduling.models import LessonDuration, LessonSettings, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY

pytestmark = pytest.mark.django_db


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ("ends_at = starts_at", "class_ends_after_start"),
        ("starts_at = '2027-01-01 00:00:00'", "class_ends_after_start"),
        ("ends_at = '2026-01-06 10:00:01'", "class_at_most_a_day"),
        ("ends_at = '2026-03-01 10:00:00'", "class_at_most_a_day"),
        ("status = 'lost'", "class_status"),
        ("status = ''", "class_status"),
        ("cancelled_by = 'student'", "class_cancelled_by_only_when_cancelled"),
        ("status = 'completed', cancelled_by = 'closure'", "class_cancelled_by_only_when"),
    ],
)  # fmt: skip
def test_invalid_class_is_refused(values, name):
    make.lesson()
    with refused(name), transaction.atomic():
        sql(f"UPDATE classes SET {values}")


def test_class_of_24_hours_is_accepted():
    make.lesson()
    sql("UPDATE classes SET ends_at = '2026-01-06 10:00:00'")
    assert (
        ScheduledClass.objects.get().ends_at - ScheduledClass.objects.get().starts_at
        == timedelta(1)
    )


@pytest.mark.parametrize("column", ["starts_at", "ends_at"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T10:30:00",
        "2026-01-05 10:30",
        "05.01.2026 10:30:00",
        "2026-01-05 10:30:00+02:00",
        "2026-01-05 10:30:00Z",
        "2026-13-05 10:30:00",
        "2026-01-05 99:30:00",
        "some-ti-me 10:30:00",
        "1767609000",
    ],
)
@pytest.mark.sqlite
def test_instant_in_other_format_is_refused(column, text):
    """SQLite compares instants as text, so another format would hide a double booking."""
    make.lesson()
    other = {"starts_at": "ends_at = '2026-01-05 10:45:00'", "ends_at": "starts_at = starts_at"}
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"UPDATE classes SET {column} = %s, {other[column]}", text)


@pytest.mark.sqlite
@pytest.mark.parametrize("text", ["2026-01-05 10:30:00.5", "2026-01-05 10:30:00.123456"])
def test_instant_with_fraction_of_second_is_accepted(text):
    make.lesson()
    sql("UPDATE classes SET starts_at = %s", text)
    assert ScheduledClass.objects.get().starts_at.microsecond in (500_000, 123_456)


RULES = [
    ("weekday = 0", "weekday"),
    ("weekday = 8", "weekday"),
    ("interval_weeks = 0", "interval"),
    ("interval_weeks = 5", "interval"),
    ("valid_from = '2026-02-01', valid_until = '2026-01-31'", "validity"),
]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        *RULES,
        ("end_time = start_time", "ends_after_start"),
        ("end_time = '09:00'", "ends_after_start"),
    ],
)  # fmt: skip
def test_invalid_fixed_schedule_is_refused(values, name):
    make.schedule()
    with refused(f"fixed_schedule_{name}"), transaction.atomic():
        sql(f"UPDATE scheduling_fixedschedule SET {values}")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        *RULES,
        ("duration_minutes = 0", "duration"),
        ("duration_minutes = 1441", "duration"),
        ("status = 'asleep'", "status"),
    ],
)
def test_invalid_slot_is_refused(values, name):
    make.slot()
    with refused(f"recurring_slot_{name}"), transaction.atomic():
        sql(f"UPDATE scheduling_recurringslot SET {values}")


@pytest.mark.parametrize("table", ["fixedschedule", "recurringslot"])
def test_series_of_a_single_day_is_accepted(table):
    make.schedule()
    make.slot()
    sql(f"UPDATE scheduling_{table} SET valid_from = '2026-01-31', valid_until = '2026-01-31'")


def test_end_of_student_before_start_is_refused():
    ana = make.student(start=MONDAY, end_date=MONDAY)
    ana.end_date = MONDAY - timedelta(1)
    with refused("student_ends_after_start"), transaction.atomic():
        ana.save()


def test_end_of_closure_before_start_is_refused():
    with refused("closure_dates"), transaction.atomic():
        make.closure("x", MONDAY, MONDAY - timedelta(1))


def test_closure_for_teacher_and_student_is_refused():
    with refused("closure_scope"), transaction.atomic():
        make.closure("x", MONDAY, teacher=make.teacher(), student=make.student())


@pytest.mark.parametrize(
    ("minutes", "price"), [(0, 10), (1441, 10), (60, -1), (-60, 10)]
)  # fmt: skip
def test_invalid_lesson_duration_is_refused(minutes, price):
    settings = LessonSettings.objects.create(teacher=make.teacher())
    with refused("lesson_duration|CHECK|minutes"), transaction.atomic():
        LessonDuration.objects.create(settings=settings, minutes=minutes, price=price)


def test_repeated_lesson_duration_is_refused():
    settings = LessonSettings.objects.create(teacher=make.teacher())
    LessonDuration.objects.create(settings=settings, minutes=60, price=10)
    with pytest.raises(IntegrityError), transaction.atomic():
        LessonDuration.objects.create(settings=settings, minutes=60, price=20)
    LessonDuration.objects.create(settings=settings, minutes=60, price=20, valid_from=MONDAY)


def test_leap_day_is_stored():
    ana = make.student(start=date(2028, 2, 29), end_date=date(2028, 2, 29))
    ana.refresh_from_db()
    assert ana.start_date == date(2028, 2, 29)


@pytest.mark.parametrize("name", ['O\'Neil "Bo"', "🎻👩‍🏫", "‮ليلى‬", "=1+1", "x" * 100])
def test_any_name_is_stored_unchanged(name):
    ana = make.student(start=None)
    ana.first_name = name
    ana.save()
    ana.refresh_from_db()
    assert ana.first_name == name
