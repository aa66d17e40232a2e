"""Identity: a series has one class a week, and a student one class at a compound key."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["fixed_schedule", "recurring_slot"])
def source(request):
    kind = "schedule" if request.param == "fixed_schedule" else "slot"
    return {request.param: getattr(make, kind)()}


def refused(name):
    """The database refuses what is done in this block, by that constraint."""
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize("status", ["scheduled", "completed", "cancelled"])
def test_one_class_a_series_and_week_whatever_became_of_it(source, status):
    make.lesson(on=MONDAY, status=status, **source)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.lesson(on=MONDAY + timedelta(2), start="20:00", end="21:00", **source)
    assert ScheduledClass.objects.count() == 1


def test_another_week_or_another_series_is_another_class(source):
    make.lesson(on=MONDAY, **source)
    make.lesson(on=MONDAY + timedelta(7), **source)
    make.lesson(on=MONDAY, fixed_schedule=make.schedule())
    make.lesson(on=MONDAY, recurring_slot=make.slot())
    assert ScheduledClass.objects.count() == 4


def test_a_week_cannot_be_taken_by_an_update_either(source):
    make.lesson(on=MONDAY, **source)
    other = make.lesson(on=MONDAY + timedelta(7), **source)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledClass.objects.filter(pk=other.pk).update(week=MONDAY, occurrence_date=MONDAY)


def test_one_offs_have_no_week_and_may_be_many():
    ana = make.student()
    for hour in ("08", "09", "10"):
        make.lesson(ana, start=f"{hour}:00", end=f"{hour}:45")
    assert ScheduledClass.objects.filter(week=None).count() == 3


WITHOUT_SENSE = [
    {"week": None},
    {"occurrence_date": None},
    {"week": None, "occurrence_date": None},
]


@pytest.mark.parametrize("values", WITHOUT_SENSE, ids=str)
def test_a_generated_class_has_both_week_and_original_date(source, values):
    with refused("class_identity"), transaction.atomic():
        make.lesson(on=MONDAY, **source, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"week": MONDAY},
        {"occurrence_date": MONDAY},
        {"week": MONDAY, "occurrence_date": MONDAY},
    ],
)
def test_a_one_off_has_neither(values):
    with refused("class_identity"), transaction.atomic():
        make.lesson(on=MONDAY, **values)


def test_a_class_has_one_source_at_most():
    with refused("class_(one_source|identity)"), transaction.atomic():
        make.lesson(on=MONDAY, fixed_schedule=make.schedule(), recurring_slot=make.slot())


@pytest.mark.parametrize(
    ("week", "occurrence"),
    [
        (MONDAY + timedelta(1), MONDAY + timedelta(1)),
        (MONDAY - timedelta(1), MONDAY),
        (MONDAY, MONDAY + timedelta(7)),
        (MONDAY, MONDAY - timedelta(1)),
        (MONDAY - timedelta(7), MONDAY),
    ],
)
@pytest.mark.parametrize("by", ["insert", "update"])
def test_week_is_the_monday_of_the_original_date(source, week, occurrence, by):
    if by == "update":
        row = make.lesson(on=MONDAY, **source)
    with refused("class_week_is_monday_of_occurrence"), transaction.atomic():
        if by == "insert":
            make.lesson(on=MONDAY, week=week, occurrence_date=occurrence, **source)
        else:
            rows = ScheduledClass.objects.filter(pk=row.pk)
            rows.update(week=week, occurrence_date=occurrence)


def test_over_new_year_the_week_is_of_the_year_before(source):
    new_year = date(2027, 1, 1)  # in 2026-W53
    row = make.lesson(on=new_year, week=date(2026, 12, 28), **source)
    assert row.pk


def test_a_class_that_is_moved_keeps_its_identity(source):
    row = make.lesson(on=MONDAY, **source)
    row.date = MONDAY + timedelta(20)
    row.save()
    row.refresh_from_db()
    assert (row.week, row.occurrence_date) == (MONDAY, MONDAY)


KEY_TAKEN = "class_(compound_key|student_not_double_booked)|UNIQUE constraint failed"


def test_a_students_compound_key_is_taken_once():
    ana = make.student()
    make.lesson(ana, whom=make.teacher())
    with refused(KEY_TAKEN), transaction.atomic():
        make.lesson(ana)


def test_the_key_is_local_time_whatever_the_zone():
    """Even where the instants lie hours apart: two rows that read alike confuse everyone."""
    ana = make.student()
    make.lesson(ana, whom=make.teacher(zone="Asia/Tokyo"))
    with refused("class_compound_key|UNIQUE constraint failed"), transaction.atomic():
        make.lesson(ana, whom=make.teacher(zone="America/New_York"))


def test_a_cancelled_class_frees_its_key():
    ana = make.student()
    make.lesson(ana, status="cancelled")
    make.lesson(ana, status="cancelled")
    row = make.lesson(ana)
    with refused(KEY_TAKEN), transaction.atomic():
        ScheduledClass.objects.exclude(pk=row.pk).update(status="scheduled")


def test_another_student_has_keys_of_their_own():
    make.lesson()
    make.lesson()
    assert ScheduledClass.objects.count() == 2
