"""Statements: every figure agrees with its classes, and one query makes a statement."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import LessonDuration, LessonSettings, ScheduledClass, StudentGuardian
from scheduling.services.classes import edit, make_ups
from scheduling.services.statements.definitions import GROUPINGS
from scheduling.services.statements.statement import lengths_without_price, statement
from scheduling.tests import factories as make
from scheduling.tests.factories import at, day, moment
from scheduling.tests.jobs.helpers import horizon

from . import oracle
from .oracle import FIGURES, FIRST, LAST

pytestmark = pytest.mark.django_db

NOW = moment("2026-04-10 12:00")


def figures(row):
    return {name: getattr(row, name) for name in FIGURES}


def march(by="teacher", now=NOW):
    return statement(FIRST, LAST, by, now)


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 12))]
)
def test_sums_agree_with_the_classes(seed):
    now = oracle.populate(seed)
    classes = oracle.read_classes()
    for by in GROUPINGS:
        found = march(by, now)
        rows, totals = oracle.expected(classes, FIRST, LAST, by, now)
        assert {row.key: figures(row) for row in found.rows} == rows
        assert figures(found.totals) == totals
        keyed = [row.id for row in found.rows if by != "subject"]
        assert keyed == [row.key for row in found.rows if by != "subject"]
    lengths = lengths_without_price(FIRST, LAST, now)
    assert sum(length.classes for length in lengths) == totals["without_price"]


@pytest.mark.soak
@pytest.mark.one_database(name="sqlite")
def test_a_month_of_the_real_timetable_agrees_with_its_classes():
    make.studio(time_zone="Europe/Madrid", makeup_rule="notice", makeup_days=21, is_settled=True)
    before = day("2026-02-26")
    oracle.add_real_timetable()
    assert horizon(before, weeks=5).counts["created"] > 4_000
    oracle.mark_real_month(Random(3), before, day("2026-04-02"))
    now, classes = moment("2026-03-31 18:30"), oracle.read_classes()
    for by in GROUPINGS:
        found = march(by, now)
        rows, totals = oracle.expected(classes, FIRST, LAST, by, now)
        assert {row.key: figures(row) for row in found.rows} == rows
        assert figures(found.totals) == totals
    assert all(totals[name] for name in FIGURES)


def test_totals_are_the_same_by_anything():
    now = oracle.populate(1)
    totals = [march(by, now).totals for by in GROUPINGS]
    assert totals == totals[:1] * len(GROUPINGS)
    assert totals[0].lessons > 20


def test_a_class_counts_in_the_month_to_which_it_was_moved():
    lesson = make.lesson(on=day("2026-02-27"), teacher=make.teacher())
    assert march().rows == []
    edit.move(lesson.pk, to_date=day("2026-03-02"), now=moment("2026-02-20 10:00"))
    assert march().totals.lessons == 1


def test_the_studios_days_begin_and_end_the_period():
    make.studio(time_zone="Pacific/Auckland", is_settled=True)
    for on, start in (("2026-02-28", "10:30"), ("2026-02-28", "11:30")):  # Auckland: UTC+13
        make.lesson(on=day(on), start=start, end=f"{start[:3]}45", teacher=make.teacher())
    assert march().totals.lessons == 1
    assert statement(day("2026-02-28"), day("2026-02-28"), "student", NOW).totals.lessons == 1


def test_a_price_counts_on_its_days_only():
    teacher = make.teacher("Marta Gil")
    settings = LessonSettings.objects.create(teacher=teacher)
    for price, first in (("30.10", "2026-01-01"), ("33.33", "2026-03-10"), (None, "2026-03-20")):
        LessonDuration.objects.create(
            settings=settings, minutes=60, price=price and Decimal(price), valid_from=day(first)
        )
    for number in (9, 10, 11, 20, 21):
        make.lesson(on=day(f"2026-03-{number:02}"), teacher=teacher, attendance="present")
    make.lesson(on=day("2026-03-12"), end="10:45", teacher=teacher, attendance="present")
    (row,) = march().rows
    assert (row.amount, row.chargeable, row.without_price) == (Decimal("96.76"), 6, 3)
    assert [length[1:] for length in lengths_without_price(FIRST, LAST, NOW)] == [
        ("Marta Gil", 45, 1),
        ("Marta Gil", 60, 2),
    ]
    (row,) = statement(day("2026-03-20"), LAST, "teacher", NOW).rows
    assert (row.amount, row.chargeable) == (None, 2)


def test_sums_of_prices_are_exact():
    teacher = make.teacher()
    settings = LessonSettings.objects.create(teacher=teacher)
    LessonDuration.objects.create(settings=settings, minutes=5, price=Decimal("8192.07"))
    for minute in range(0, 60, 5):
        end = f"10:{minute + 5:02}" if minute < 55 else "11:00"
        start = f"10:{minute:02}"
        make.lesson(on=FIRST, start=start, end=end, teacher=teacher, attendance="unexcused")
    assert str(march().totals.amount) == "98304.84"


def test_a_group_lesson_counts_once_for_its_teacher_and_once_for_each_student():
    teacher, students = make.teacher(), [make.student() for _ in range(3)]
    eva = make.guardian("Eva Ruiz", *students[:2])
    StudentGuardian.objects.filter(guardian=eva).update(is_payer=True)
    for student in students:
        make.lesson(student, FIRST, teacher=teacher, is_shared=True, status="completed")
    (row,) = march().rows
    assert (row.lessons, row.minutes, row.not_marked, row.present) == (1, 60, 3, 0)
    assert [row.lessons for row in march("student").rows] == [1, 1, 1]
    rows = [(row.id, row.name, row.lessons) for row in march("guardian").rows]
    assert rows == [(eva.pk, "Eva Ruiz", 2), (None, "Students without a payer", 1)]
    assert march("guardian").totals.lessons == 1


def test_a_make_up_is_charged_unless_its_lost_class_is():
    teacher = make.teacher()
    for chargeable in (True, False):
        lost = make.lesson(on=FIRST, teacher=teacher, start=f"1{chargeable:d}:00", end="12:00")
        cancelled = moment("2026-02-20 10:00")
        edit.cancel(lost.pk, by="teacher", chargeable=chargeable, now=cancelled)
        made = make_ups.schedule(
            lost.pk,
            to_date=FIRST + timedelta(2 + chargeable),
            start_time=at("10:00"),
            now=cancelled,
        )
        ScheduledClass.objects.filter(pk=made.pk).update(attendance="present")
    (row,) = march().rows
    assert (row.cancelled_by_teacher, row.present, row.make_ups_given) == (2, 2, 2)
    assert (row.chargeable, row.make_ups_owed) == (2, 0)


def test_a_make_up_is_owed_until_its_last_day():
    make.studio(makeup_days=40)
    lost = make.lesson(on=day("2026-03-02"), teacher=make.teacher())
    edit.cancel(lost.pk, by="teacher", now=moment("2026-03-01 10:00"))
    owed = [
        statement(FIRST, LAST, "teacher", moment(f"2026-04-{number} 23:59")).totals.make_ups_owed
        for number in (10, 11, 12)
    ]
    assert owed == [1, 1, 0]


@pytest.mark.parametrize("by", GROUPINGS)
def test_a_statement_is_one_query(by):
    oracle.populate(2)
    with CaptureQueriesContext(connection) as queries:
        assert march(by).rows
    # The others read the studio.
    assert len([query for query in queries if '"classes"' in query["sql"]]) == 1
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
