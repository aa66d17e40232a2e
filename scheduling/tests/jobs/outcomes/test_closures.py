"""Closures: they prevent and cancel unedited classes, which are restored when they end."""

from datetime import date, timedelta

import pytest

from scheduling.models import Closure, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import calendar, calendar_content, counts, dates, horizon, weekly

pytestmark = pytest.mark.django_db
SECOND = date(2026, 1, 14)  # a Wednesday, like all classes here


@pytest.fixture
def slot():
    return make.slot(weekday=3)


@pytest.fixture
def generated(slot):
    horizon(weeks=3)
    return slot


def second_class():
    return ScheduledClass.objects.get(week=SECOND - timedelta(2))


@pytest.mark.parametrize("scope", ["studio", "teacher", "student"])
def test_no_class_is_created_during_closure(slot, scope):
    people = {} if scope == "studio" else {scope: getattr(slot, scope)}
    make.closure("Strike", SECOND, **people)
    assert counts(horizon(weeks=3)) == {"created": 2, "closed": 1}
    assert dates() == ["2026-01-07", "2026-01-21"]
    Closure.objects.all().delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "created": 1}


@pytest.mark.parametrize("scope", ["teacher", "student"])
def test_closure_of_other_person_closes_nothing(slot, scope):
    make.closure("Leave", SECOND, **{scope: getattr(make, scope)()})
    assert counts(horizon(weeks=3)) == {"created": 3}


@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [(-1, 0, 1), (0, 0, 1), (0, 7, 2), (1, 6, 0), (-30, 60, 3), (-7, -1, 1)],
)
def test_first_and_last_day_of_closure_are_included(generated, first, last, closed):
    make.closure("Strike", SECOND + timedelta(first), SECOND + timedelta(last))
    result = horizon(weeks=3)
    assert (result.counts["cancelled"], result.counts["exists"]) == (closed, 3 - closed)


def test_later_closure_cancels_class_and_is_recorded_on_it(generated):
    strike = make.closure("Strike", SECOND)
    assert counts(horizon(weeks=3)) == {"cancelled": 1, "exists": 2}
    row = second_class()
    assert (row.status, row.cancelled_by) == ("cancelled", "closure")
    assert (row.cancel_reason, row.closure) == ("Strike", strike)
    assert row.edited_at is None
    before = calendar()
    assert counts(horizon(weeks=3)) == {"closed": 1, "exists": 2}
    assert calendar() == before


def test_deleted_closure_restores_class(generated):
    before, number = calendar_content(), second_class().pk
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.delete()
    assert counts(horizon(weeks=3)) == {"restored": 1, "exists": 2}
    assert second_class().pk == number
    assert calendar_content() == before


def test_moved_closure_restores_and_cancels(generated):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.first_date = strike.last_date = SECOND + timedelta(7)
    strike.save()
    assert counts(horizon(weeks=3)) == {"restored": 1, "cancelled": 1, "exists": 1}
    assert dates() == ["2026-01-07", "2026-01-14"]


def test_class_stays_cancelled_under_second_closure(generated):
    first = make.closure("Strike", SECOND)
    second = make.closure("Leave", SECOND - timedelta(3), SECOND + timedelta(3),
                          teacher=generated.teacher)  # fmt: skip
    horizon(weeks=3)
    assert second_class().closure == first
    first.delete()
    horizon(weeks=3)
    assert (second_class().status, second_class().closure) == ("cancelled", second)
    assert second_class().cancel_reason == "Leave"
    second.delete()
    horizon(weeks=3)
    assert second_class().status == "scheduled"


def test_class_with_attendance_is_not_cancelled(generated):
    row = second_class()
    row.attendance = "present"
    row.save()
    make.closure("Strike", SECOND)
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert second_class().status == "scheduled"


def test_started_class_is_not_cancelled(generated):
    make.closure("Strike", MONDAY, MONDAY + timedelta(6))
    horizon(MONDAY, now=MONDAY + timedelta(3), weeks=3)
    assert dates()[0] == "2026-01-07"


def test_class_cancelled_by_person_is_not_restored(generated):
    row = second_class()
    row.status, row.cancelled_by = "cancelled", "student"
    row.save()
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert (second_class().status, second_class().cancelled_by) == ("cancelled", "student")


def test_class_of_changed_series_is_restored_with_change(generated):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    generated.subject, generated.start_time = "Cello", make.at("17:00")
    generated.save()
    horizon(weeks=3)
    strike.delete()
    horizon(weeks=3)
    assert (second_class().subject, second_class().start_time) == ("Cello", make.at("17:00"))


def test_class_moved_off_closed_day_is_restored(generated):
    make.closure("Strike", SECOND)
    horizon(weeks=3)
    generated.weekday = 4
    generated.save()
    assert counts(horizon(weeks=3)) == {"moved": 2, "restored": 1}
    assert dates() == ["2026-01-08", "2026-01-15", "2026-01-22"]


def test_class_is_not_restored_into_taken_hour(generated):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    make.lesson(on=SECOND, teacher=generated.teacher)
    strike.delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "conflict": 1}
    ScheduledClass.objects.filter(recurring_slot__isnull=True).delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "restored": 1}


def test_classes_of_series_paused_during_closure_are_removed(generated):
    make.closure("Strike", SECOND)
    horizon(weeks=3)
    generated.status = "paused"
    generated.save()
    assert counts(horizon(weeks=3)) == {"paused": 1, "removed": 3}
    assert not ScheduledClass.objects.exists()


def test_29_february_can_be_closed():
    make.slot(weekday=2)
    make.closure("Leap day", date(2028, 2, 29))
    assert counts(horizon(date(2028, 2, 28), weeks=1)) == {"closed": 1}


def test_closure_over_all_dates_is_allowed():
    make.schedule(weekday=2)
    make.closure("Always", date(1, 1, 1), date(9999, 12, 31))
    assert counts(weekly()) == {"closed": 1}


def test_closure_name_is_stored_literally_as_reason():
    slot = make.slot(weekday=2)
    horizon(weeks=1)
    name = "“Día” \\N\t'%s {} \u202e 🎻" * 6
    make.closure(name[:150], MONDAY, MONDAY + timedelta(6))
    assert counts(horizon(weeks=1)) == {"cancelled": 1}
    assert ScheduledClass.objects.get(recurring_slot=slot).cancel_reason == name[:150]
