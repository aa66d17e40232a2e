"""Identity of classes: one for each series and week, and for each compound key."""

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
    """Expect that the constraint ``name`` refuses the statement."""
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize("status", ["scheduled", "completed", "cancelled"])
def test_series_has_one_class_a_week_in_any_status(source, status):
    make.lesson(on=MONDAY, status=status, **source)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.lesson(on=MONDAY + timedelta(2), start="20:00", end="21:00", **source)
    assert ScheduledClass.objects.count() == 1


def test_other_week_or_other_series_is_accepted(source):
    make.lesson(on=MONDAY, **source)
    make.lesson(on=MONDAY + timedelta(7), **source)
    make.lesson(on=MONDAY, fixed_schedule=make.schedule())
    make.lesson(on=MONDAY, recurring_slot=make.slot())
    assert ScheduledClass.objects.count() == 4


def test_update_to_taken_week_is_refused(source):
    make.lesson(on=MONDAY, **source)
    other = make.lesson(on=MONDAY + timedelta(7), **source)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledClass.objects.filter(pk=other.pk).update(week=MONDAY, occurrence_date=MONDAY)


def test_one_off_classes_have_no_week():
    ana = make.student()
    for hour in ("08", "09", "10"):
        make.lesson(ana, start=f"{hour}:00", end=f"{hour}:45")
    assert ScheduledClass.objects.filter(week=None).count() == 3


INCOMPLETE = [
    {"week": None},
    {"occurrence_date": None},
    {"week": None, "occurrence_date": None},
]


@pytest.mark.parametrize("values", INCOMPLETE, ids=str)
def test_generated_class_requires_week_and_occurrence_date(source, values):
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
def test_one_off_class_with_week_or_occurrence_date_is_refused(values):
    with refused("class_identity"), transaction.atomic():
        make.lesson(on=MONDAY, **values)


def test_class_with_two_sources_is_refused():
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
def test_week_is_monday_of_occurrence_date(source, week, occurrence, by):
    if by == "update":
        row = make.lesson(on=MONDAY, **source)
    with refused("class_week_is_monday_of_occurrence"), transaction.atomic():
        if by == "insert":
            make.lesson(on=MONDAY, week=week, occurrence_date=occurrence, **source)
        else:
            rows = ScheduledClass.objects.filter(pk=row.pk)
            rows.update(week=week, occurrence_date=occurrence)


def test_week_at_new_year_begins_in_previous_year(source):
    new_year = date(2027, 1, 1)  # in 2026-W53
    row = make.lesson(on=new_year, week=date(2026, 12, 28), **source)
    assert row.pk


def test_moved_class_keeps_its_identity(source):
    row = make.lesson(on=MONDAY, **source)
    row.date = MONDAY + timedelta(20)
    row.save()
    row.refresh_from_db()
    assert (row.week, row.occurrence_date) == (MONDAY, MONDAY)


KEY_TAKEN = "class_(compound_key|student_not_double_booked)|UNIQUE constraint failed"


def test_compound_key_is_unique():
    ana = make.student()
    make.lesson(ana, teacher=make.teacher())
    with refused(KEY_TAKEN), transaction.atomic():
        make.lesson(ana)


def test_compound_key_is_in_local_time():
    """Two rows with equal local times are refused even if their instants differ."""
    ana = make.student()
    make.lesson(ana, teacher=make.teacher(zone="Asia/Tokyo"))
    with refused("class_compound_key|UNIQUE constraint failed"), transaction.atomic():
        make.lesson(ana, teacher=make.teacher(zone="America/New_York"))


def test_cancelled_class_frees_its_compound_key():
    ana = make.student()
    make.lesson(ana, status="cancelled")
    make.lesson(ana, status="cancelled")
    row = make.lesson(ana)
    with refused(KEY_TAKEN), transaction.atomic():
        ScheduledClass.objects.exclude(pk=row.pk).update(status="scheduled")


def test_compound_keys_of_students_are_separate():
    make.lesson()
    make.lesson()
    assert ScheduledClass.objects.count() == 2
