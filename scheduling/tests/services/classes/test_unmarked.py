"""Lessons without an attendance mark, and studios that keep no marks."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from scheduling.models import Attendance, ScheduledClass
from scheduling.selectors.classes.attendance import marks, unmarked
from scheduling.services.roles import SCHEDULER
from scheduling.tests import factories as make
from scheduling.tests.factories import moment
from scheduling.tests.support.roles import account

pytestmark = pytest.mark.django_db
NOW = moment("2026-03-16 12:00")
LIST = "/admin/scheduling/scheduledclass/"


def lesson(ended: datetime, **values) -> ScheduledClass:
    """Create a lesson of an hour that ended at ``ended``."""
    row = make.lesson(on=ended.date(), **values)
    times = {"starts_at": ended - timedelta(hours=1), "ends_at": ended}
    ScheduledClass.objects.filter(pk=row.pk).update(**times)
    return row


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def counted() -> int:
    found = marks(NOW).unmarked
    assert ScheduledClass.objects.filter(unmarked(NOW)).count() == found
    return found


def test_lessons_older_than_a_week_are_unmarked():
    lesson(ago(7))
    lesson(ago(6.9))
    lesson(ago(0.1))
    lesson(ago(-1))
    assert counted() == 1


def test_period_is_set_by_the_studio(settings):
    lesson(ago(2))
    lesson(ago(4))
    settings.UNMARKED_DAYS = 3
    assert counted() == 1
    settings.UNMARKED_DAYS = 0
    assert marks(NOW).unmarked == 0


def test_marked_completed_and_cancelled_lessons_do_not_count():
    for mark in Attendance.values:
        lesson(ago(9), attendance=mark)
    lesson(ago(9), status="completed")
    lesson(ago(9), status="cancelled", cancelled_by="student")
    assert counted() == 0


def test_completed_group_lesson_needs_attendance():
    lesson(ago(9), status="completed", is_shared=True)
    lesson(ago(9), status="completed", is_shared=True, attendance="present")
    assert counted() == 1


def test_lessons_older_than_a_quarter_do_not_count():
    lesson(ago(97))
    lesson(ago(99))
    assert counted() == 1


def test_marks_are_kept_once_one_is_set():
    lesson(ago(9))
    assert not marks(NOW).is_kept
    lesson(ago(2), attendance="excused")
    assert marks(NOW).is_kept


def test_list_filter_shows_the_same_lessons(client: Client, settings):
    client.force_login(account(SCHEDULER))
    settings.UNMARKED_DAYS = 7
    now = datetime.now(tz=NOW.tzinfo)
    late, soon = lesson(now - timedelta(days=8)), lesson(now - timedelta(days=2))
    found = client.get(LIST, {"when": "all", "attendance": "overdue"}).context["cl"].result_list
    assert list(found) == [late]
    found = client.get(LIST, {"when": "all", "attendance": "missing"}).context["cl"].result_list
    assert set(found) == {late, soon}
    settings.UNMARKED_DAYS = 0
    answer = client.get(LIST, {"when": "all", "attendance": "overdue"})
    assert answer.status_code == 302
