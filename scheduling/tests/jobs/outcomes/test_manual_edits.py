"""Manual edits: no run changes or deletes an edited class."""

from datetime import date, timedelta

import pytest
from django.db import connection

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon

pytestmark = pytest.mark.django_db

EDITS = {
    "cancelled": "status = 'cancelled'",
    "cancelled by the student": "status = 'cancelled', cancelled_by = 'student'",
    "cancelled by the teacher": "status = 'cancelled', cancelled_by = 'teacher'",
    "cancelled by the studio": "status = 'cancelled', cancelled_by = 'studio'",
    "completed": "status = 'completed'",
    "attended": "attendance = 'present'",
    "excused": "attendance = 'excused'",
    "noted": "notes = 'recital'",
    "edited": "edited_at = '2026-01-05 00:00:01'",
    "moved": "edited_at = '2026-01-05 00:00:01', date = '2026-01-15', "
    "starts_at = '2026-01-15 10:00:00', ends_at = '2026-01-15 11:00:00'",
}


@pytest.fixture
def slot():
    row = make.slot(weekday=3)
    horizon(weeks=3)
    return row


@pytest.fixture(params=EDITS)
def edited_row(slot, request):
    """Edit the class of 14 January by SQL and return its row."""
    row = ScheduledClass.objects.get(date="2026-01-14")
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE classes SET {EDITS[request.param]} WHERE id = {row.pk}")
    return next(line for line in calendar() if line[0] == row.pk)


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"weekday": 5},
        {"start_time": at("17:00")},
        {"subject": "Cello"},
        {"status": "paused"},
        {"status": "cancelled"},
        {"valid_until": date(2026, 1, 7)},
        {"interval_weeks": 2, "valid_from": MONDAY},
    ],
    ids=str,
)
def test_edited_class_is_kept_when_series_changes(slot, edited_row, values):
    change(slot, **values)
    result = horizon(weeks=3)
    assert edited_row in calendar()
    assert result.counts["protected"] == 1
    weeks = list(ScheduledClass.objects.values_list("week", flat=True))
    assert len(weeks) == len(set(weeks))


def test_edited_class_is_kept_during_closure(slot, edited_row):
    make.closure("Strike", date(2026, 1, 12), date(2026, 1, 18))
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert edited_row in calendar()


def test_edited_class_is_kept_when_people_become_inactive(slot, edited_row):
    change(slot.student, is_active=False)
    change(slot.teacher, is_active=False, time_zone="Asia/Tokyo")
    horizon(weeks=3)
    assert [row for row in calendar() if row[0] == edited_row[0]] == [edited_row]


def test_class_cancelled_by_person_is_never_created_again(slot):
    ScheduledClass.objects.filter(date="2026-01-14").update(
        status="cancelled", cancelled_by="student"
    )
    for weekday in (3, 5, 1, 3):
        change(slot, weekday=weekday)
        horizon(weeks=3)
        week = ScheduledClass.objects.filter(week="2026-01-12")
        assert [row.status for row in week] == ["cancelled"]


def test_cancelled_class_frees_its_hour(slot):
    ScheduledClass.objects.filter(date="2026-01-14").update(
        status="cancelled", cancelled_by="student"
    )
    make.slot(slot.teacher, weekday=3, valid_from=date(2026, 1, 14), valid_until=date(2026, 1, 14))
    assert counts(horizon(weeks=3))["created"] == 1


def test_moved_class_is_not_created_again(slot):
    row = ScheduledClass.objects.get(date="2026-01-14")
    change(row, date=date(2026, 1, 16), edited_at=row.created_at)
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert dates() == ["2026-01-07", "2026-01-16", "2026-01-21"]


def test_class_moved_to_other_week_fulfils_its_own(slot):
    row = ScheduledClass.objects.get(date="2026-01-14")
    change(row, date=date(2026, 1, 23), edited_at=row.created_at)
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert dates() == ["2026-01-07", "2026-01-21", "2026-01-23"]


def test_class_moved_onto_next_occurrence_conflicts_with_it(slot):
    ScheduledClass.objects.filter(date="2026-01-21").delete()
    row = ScheduledClass.objects.get(date="2026-01-14")
    change(row, date=date(2026, 1, 21), edited_at=row.created_at)
    assert counts(horizon(weeks=3)) == {"exists": 1, "protected": 1, "conflict": 1}
    change(row, start_time=at("15:00"), end_time=at("16:00"))
    assert counts(horizon(weeks=3)) == {"exists": 1, "protected": 1, "created": 1}


def test_class_moved_onto_closure_is_kept(slot):
    make.closure("Holiday", date(2026, 1, 16))
    row = ScheduledClass.objects.get(date="2026-01-14")
    change(row, date=date(2026, 1, 16), edited_at=row.created_at)
    horizon(weeks=3)
    assert dates() == ["2026-01-07", "2026-01-16", "2026-01-21"]


def test_occurrence_cancelled_before_creation_is_not_created(slot):
    day = MONDAY + timedelta(30)
    make.lesson(on=day, recurring_slot=slot, status="cancelled", cancelled_by="student",
                edited_at=slot.created_at)  # fmt: skip
    horizon(weeks=6)
    assert str(day) not in dates()
    assert ScheduledClass.objects.filter(week=day - timedelta(2)).count() == 1


def test_one_off_is_kept(slot):
    row = make.lesson(on=date(2026, 1, 8))
    before = next(line for line in calendar() if line[0] == row.pk)
    change(slot, status="paused")
    horizon(weeks=3)
    assert calendar() == [before]
