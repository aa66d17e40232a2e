"""Paused, ended and inactive series: future classes are removed, and created on return."""

from datetime import timedelta

import pytest

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import counts, dates, horizon, weekly

pytestmark = pytest.mark.django_db
THURSDAY = MONDAY + timedelta(3)


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.fixture
def slot():
    """Return a slot on Wednesdays with classes of four weeks."""
    row = make.slot(weekday=3)
    horizon(weeks=4)
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]
    return row


def test_pause_removes_future_classes_and_keeps_past(slot):
    change(slot, status="paused")
    assert counts(horizon(THURSDAY, weeks=4)) == {"paused": 1, "removed": 3}
    assert dates() == ["2026-01-07"]


def test_resumed_series_gets_classes_again(slot):
    change(slot, status="paused")
    horizon(THURSDAY, weeks=4)
    change(slot, status="active")
    assert counts(horizon(THURSDAY, weeks=4)) == {"created": 4}
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28", "2026-02-04"]


def test_edited_class_is_kept_in_pause(slot):
    ScheduledClass.objects.filter(date="2026-01-21").update(notes="recital")
    change(slot, status="paused")
    assert counts(horizon(THURSDAY, weeks=4)) == {"paused": 1, "removed": 2, "protected": 1}
    assert dates() == ["2026-01-07", "2026-01-21"]


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_reactivated_person_gets_classes_again(slot, role):
    person = getattr(slot, role)
    change(person, is_active=False)
    assert counts(horizon(THURSDAY, weeks=4)) == {"inactive": 1, "removed": 3}
    change(person, is_active=True)
    horizon(THURSDAY, weeks=3)
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21", "2026-01-28"]


def test_class_on_last_day_of_series_is_kept(slot):
    change(slot, valid_until=MONDAY + timedelta(9))
    assert counts(horizon(THURSDAY, weeks=4)) == {"exists": 1, "removed": 2, "ended": 1}
    assert dates() == ["2026-01-07", "2026-01-14"]


def test_classes_after_end_date_of_student_are_removed(slot):
    change(slot.student, end_date=MONDAY + timedelta(8))
    horizon(THURSDAY, weeks=4)
    assert dates() == ["2026-01-07"]


def test_classes_beyond_window_are_removed(slot):
    change(slot, status="paused")
    assert counts(horizon(MONDAY, weeks=1)) == {"paused": 1, "removed": 4}


def test_cancelled_slot_keeps_no_future_class(slot):
    change(slot, status="cancelled")
    assert counts(horizon(THURSDAY, weeks=4)) == {"ended": 1, "removed": 3}


def test_later_start_removes_earlier_classes(slot):
    change(slot, valid_from=MONDAY + timedelta(15))
    horizon(THURSDAY, weeks=3)
    assert dates() == ["2026-01-07", "2026-01-21", "2026-01-28"]


def test_change_to_fortnightly_removes_classes_between(slot):
    change(slot, interval_weeks=2, valid_from=MONDAY)
    assert counts(horizon(THURSDAY, weeks=4)) == {"removed": 2, "exists": 1, "created": 1}
    assert dates() == ["2026-01-07", "2026-01-21", "2026-02-04"]


def test_classes_are_removed_when_start_date_is_cleared():
    rule = make.schedule(weekday=7)
    weekly()
    change(rule.student, start_date=None)
    assert counts(weekly()) == {"not_started": 1, "removed": 1}
    assert dates() == []
