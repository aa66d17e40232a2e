"""Closures: nothing is made under one; untouched classes are cancelled, and restored with it."""

from datetime import date, timedelta

import pytest

from scheduling.models import Closure, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon, shape, weekly

pytestmark = pytest.mark.django_db
SECOND = date(2026, 1, 14)  # a Wednesday, as are all lessons here


@pytest.fixture
def slot():
    return make.slot(weekday=3)


@pytest.fixture
def generated(slot):
    horizon(weeks=3)
    return slot


def the_second():
    return ScheduledClass.objects.get(week=SECOND - timedelta(2))


@pytest.mark.parametrize("scope", ["everyone", "teacher", "student"])
def test_nothing_is_made_under_a_closure(slot, scope):
    who = {} if scope == "everyone" else {scope: getattr(slot, scope)}
    make.closure("Strike", SECOND, **who)
    assert counts(horizon(weeks=3)) == {"created": 2, "closed": 1}
    assert dates() == ["2026-01-07", "2026-01-21"]
    Closure.objects.all().delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "created": 1}


@pytest.mark.parametrize("scope", ["teacher", "student"])
def test_another_persons_closure_is_none_of_theirs(slot, scope):
    make.closure("Leave", SECOND, **{scope: getattr(make, scope)()})
    assert counts(horizon(weeks=3)) == {"created": 3}


@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [(-1, 0, 1), (0, 0, 1), (0, 7, 2), (1, 6, 0), (-30, 60, 3), (-7, -1, 1)],
)
def test_both_ends_are_included(generated, first, last, closed):
    make.closure("Strike", SECOND + timedelta(first), SECOND + timedelta(last))
    result = horizon(weeks=3)
    assert (result.counts["cancelled"], result.counts["exists"]) == (closed, 3 - closed)


def test_a_closure_added_later_cancels_and_is_recorded(generated):
    strike = make.closure("Strike", SECOND)
    assert counts(horizon(weeks=3)) == {"cancelled": 1, "exists": 2}
    row = the_second()
    assert (row.status, row.cancelled_by) == ("cancelled", "closure")
    assert (row.cancel_reason, row.closure) == ("Strike", strike)
    assert row.edited_at is None
    before = calendar()
    assert counts(horizon(weeks=3)) == {"closed": 1, "exists": 2}
    assert calendar() == before


def test_when_it_goes_the_class_is_as_it_was(generated):
    before, number = shape(), the_second().pk
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.delete()
    assert counts(horizon(weeks=3)) == {"restored": 1, "exists": 2}
    assert the_second().pk == number
    assert shape() == before


def test_a_closure_that_moves(generated):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.first_date = strike.last_date = SECOND + timedelta(7)
    strike.save()
    assert counts(horizon(weeks=3)) == {"restored": 1, "cancelled": 1, "exists": 1}
    assert dates() == ["2026-01-07", "2026-01-14"]


def test_of_two_that_overlap_the_other_keeps_it_closed(generated):
    first = make.closure("Strike", SECOND)
    second = make.closure("Leave", SECOND - timedelta(3), SECOND + timedelta(3),
                          teacher=generated.teacher)  # fmt: skip
    horizon(weeks=3)
    assert the_second().closure == first
    first.delete()
    horizon(weeks=3)
    assert (the_second().status, the_second().closure) == ("cancelled", second)
    assert the_second().cancel_reason == "Leave"
    second.delete()
    horizon(weeks=3)
    assert the_second().status == "scheduled"


def test_an_attended_class_stands_through_a_closure(generated):
    row = the_second()
    row.attendance = "present"
    row.save()
    make.closure("Strike", SECOND)
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert the_second().status == "scheduled"


def test_a_class_that_has_begun_stands_through_a_closure(generated):
    make.closure("Strike", MONDAY, MONDAY + timedelta(6))
    horizon(MONDAY, now=MONDAY + timedelta(3), weeks=3)
    assert dates()[0] == "2026-01-07"


def test_what_a_person_cancelled_is_not_restored_with_the_closure(generated):
    row = the_second()
    row.status, row.cancelled_by = "cancelled", "student"
    row.save()
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    strike.delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "protected": 1}
    assert (the_second().status, the_second().cancelled_by) == ("cancelled", "student")


def test_a_series_that_changes_under_a_closure_comes_back_changed(generated):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    generated.subject, generated.start_time = "Cello", make.at("17:00")
    generated.save()
    horizon(weeks=3)
    strike.delete()
    horizon(weeks=3)
    assert (the_second().subject, the_second().start_time) == ("Cello", make.at("17:00"))


def test_a_series_that_moves_off_the_closed_day_is_restored_there(generated):
    make.closure("Strike", SECOND)
    horizon(weeks=3)
    generated.weekday = 4
    generated.save()
    assert counts(horizon(weeks=3)) == {"moved": 2, "restored": 1}
    assert dates() == ["2026-01-08", "2026-01-15", "2026-01-22"]


def test_its_hour_taken_meanwhile_it_is_not_restored_and_that_is_said(generated):
    strike = make.closure("Strike", SECOND)
    horizon(weeks=3)
    make.lesson(on=SECOND, whom=generated.teacher)
    strike.delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "conflict": 1}
    ScheduledClass.objects.filter(recurring_slot__isnull=True).delete()
    assert counts(horizon(weeks=3)) == {"exists": 2, "restored": 1}


def test_a_paused_series_under_a_closure_leaves_no_cancelled_row(generated):
    make.closure("Strike", SECOND)
    horizon(weeks=3)
    generated.status = "paused"
    generated.save()
    assert counts(horizon(weeks=3)) == {"paused": 1, "removed": 3}
    assert not ScheduledClass.objects.exists()


def test_the_29th_of_february_closed():
    make.slot(weekday=2)
    make.closure("Leap day", date(2028, 2, 29))
    assert counts(horizon(date(2028, 2, 28), weeks=1)) == {"closed": 1}


def test_a_very_long_closure():
    make.schedule(weekday=2)
    make.closure("For ever", date(1, 1, 1), date(9999, 12, 31))
    assert counts(weekly()) == {"closed": 1}


def test_a_name_of_any_length_and_kind():
    slot = make.slot(weekday=2)
    horizon(weeks=1)
    name = "“Día” \\N\t'%s {} \u202e 🎻" * 6
    make.closure(name[:150], MONDAY, MONDAY + timedelta(6))
    assert counts(horizon(weeks=1)) == {"cancelled": 1}
    assert ScheduledClass.objects.get(recurring_slot=slot).cancel_reason == name[:150]
