"""Repair of rows that SQL deleted or altered; started classes are not repaired."""

from datetime import timedelta

import pytest
from django.db import connection

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import calendar_content, counts, dates, horizon

pytestmark = pytest.mark.django_db
THURSDAY = MONDAY + timedelta(3)


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


@pytest.fixture
def slot():
    row = make.slot(make.teacher(zone="Europe/Madrid"), weekday=3, subject="Piano")
    horizon(weeks=3)
    return row


def test_deleted_row_is_created_again(slot):
    before = calendar_content()
    assert sql("DELETE FROM classes WHERE date = '2026-01-14'") == 1
    assert counts(horizon(weeks=3)) == {"created": 1, "exists": 2}
    assert calendar_content() == before


def test_deleted_past_row_in_window_is_created_again(slot):
    sql("DELETE FROM classes WHERE date = '2026-01-07'")
    assert counts(horizon(MONDAY, THURSDAY, weeks=3)) == {"created": 1, "exists": 2}
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21"]


@pytest.mark.parametrize(
    "assignment",
    [
        "subject = 'Drums'",
        "is_shared = TRUE",
        "time_zone = 'UTC'",
        "start_time = '09:00:00'",
        "date = '2026-01-15'",
        "occurrence_date = '2026-01-16'",
        "starts_at = '2026-01-14 08:00:00'",
        "ends_at = '2026-01-14 23:00:00'",
        "teacher_id = NULL",
        "updated_at = '2020-01-01 00:00:00'",
    ],
)
def test_altered_row_is_repaired(slot, assignment):
    before = calendar_content()
    assert sql(f"UPDATE classes SET {assignment} WHERE date = '2026-01-14'") == 1
    result = horizon(weeks=3)
    expected = {"exists": 3} if "updated_at" in assignment else {"moved": 1, "exists": 2}
    assert counts(result) == expected
    assert calendar_content() == before


@pytest.mark.parametrize("assignment", ["subject = 'Drums'", "starts_at = '2026-01-07 08:00:00'"])
def test_altered_row_of_started_class_is_kept(slot, assignment):
    sql(f"UPDATE classes SET {assignment} WHERE date = '2026-01-07'")
    altered = calendar_content()
    assert counts(horizon(MONDAY, THURSDAY, weeks=3)) == {"exists": 3}
    assert calendar_content() == altered


def test_row_with_unknown_zone_is_repaired(slot):
    before = calendar_content()
    sql("UPDATE classes SET time_zone = 'Mars/Olympus' WHERE date = '2026-01-14'")
    assert counts(horizon(weeks=3)) == {"moved": 1, "exists": 2}
    assert calendar_content() == before


def test_row_with_other_student_is_repaired(slot):
    before = calendar_content()
    sql("UPDATE classes SET student_id = %s WHERE date = '2026-01-14'", make.student().pk)
    assert counts(horizon(weeks=3)) == {"moved": 1, "exists": 2}
    assert calendar_content() == before


def test_row_in_wrong_week_is_repaired_when_its_series_moved(slot):
    """On Tuesday the series moves to Mondays; Monday has passed, so Wednesday is kept."""
    tuesday = MONDAY + timedelta(1)
    sql(
        "UPDATE classes SET date = '2026-01-15', starts_at = '2026-01-15 09:00:00',"
        " ends_at = '2026-01-15 10:00:00' WHERE date = '2026-01-07'"
    )
    slot.weekday = 1
    slot.save()
    result = horizon(tuesday, weeks=2)
    assert counts(result) == {"moved": 3}
    assert dates() == ["2026-01-07", "2026-01-12", "2026-01-19"]
    assert counts(horizon(tuesday, weeks=2)) == {"exists": 3}


def test_row_in_wrong_week_is_kept_once_its_hour_has_passed(slot):
    sql(
        "UPDATE classes SET date = '2026-01-15', starts_at = '2026-01-15 09:00:00',"
        " ends_at = '2026-01-15 10:00:00' WHERE date = '2026-01-07'"
    )
    slot.weekday = 1
    slot.save()
    assert counts(horizon(THURSDAY, weeks=2))["moved"] == 2
    assert dates() == ["2026-01-12", "2026-01-15", "2026-01-19"]


def test_all_deleted_rows_are_created_again(slot):
    before = calendar_content()
    ScheduledClass.objects.all().delete()
    horizon(weeks=3)
    assert calendar_content() == before
