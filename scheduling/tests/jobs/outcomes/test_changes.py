"""Changed series: future unedited classes follow, past and edited classes are kept."""

from datetime import timedelta

import pytest

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at, moment
from scheduling.tests.jobs.helpers import (
    calendar,
    calendar_content,
    counts,
    dates,
    horizon,
    items,
    weekly,
)

pytestmark = pytest.mark.django_db
THURSDAY = MONDAY + timedelta(3)


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


@pytest.fixture
def slot():
    """Return a slot on Wednesdays at ten, with classes of three weeks."""
    row = make.slot(weekday=3, subject="Piano")
    horizon(weeks=3)
    return row


def future():
    return ScheduledClass.objects.filter(date__gt=THURSDAY).order_by("date")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"start_time": at("16:15")}, {"start_time": at("16:15"), "end_time": at("17:15")}),
        ({"duration_minutes": 90}, {"start_time": at("10:00"), "end_time": at("11:30")}),
        ({"subject": "Cello"}, {"subject": "Cello"}),
        ({"is_shared": True}, {"is_shared": True}),
    ],
)
def test_changed_field_moves_future_classes(slot, values, expected):
    past = calendar()[0]
    ids = [row.pk for row in future()]
    change(slot, **values)
    assert counts(horizon(THURSDAY, weeks=2)) == {"moved": 2}
    for row in future():
        assert {name: getattr(row, name) for name in expected} == expected
    assert ids == [row.pk for row in future()]
    assert calendar()[0] == past


def test_changed_weekday_moves_classes_within_their_weeks(slot):
    ids = [row.pk for row in future()]
    change(slot, weekday=5)
    assert counts(horizon(THURSDAY, weeks=2)) == {"exists": 1, "moved": 2}
    assert dates() == ["2026-01-07", "2026-01-16", "2026-01-23"]
    assert [row.pk for row in future()] == ids
    for row in future():
        assert row.occurrence_date == row.date
        assert row.week == row.date - timedelta(4)


def test_week_with_past_class_gets_no_second_class(slot):
    change(slot, weekday=7)
    horizon(THURSDAY, weeks=2)
    assert dates() == ["2026-01-07", "2026-01-18", "2026-01-25"]


def test_change_to_past_hour_keeps_class_of_this_week(slot):
    tuesday_night = moment("2026-01-06 20:00")
    change(slot, weekday=1)
    horizon(MONDAY + timedelta(1), tuesday_night, weeks=3)
    assert dates()[:3] == ["2026-01-07", "2026-01-12", "2026-01-19"]


def test_changed_teacher_moves_future_classes(slot):
    liszt = make.teacher("Liszt", zone="Asia/Tokyo")
    change(slot, teacher=liszt)
    assert counts(horizon(THURSDAY, weeks=2))["moved"] == 2
    assert {row.teacher for row in future()} == {liszt}
    assert {row.time_zone for row in future()} == {"Asia/Tokyo"}
    assert ScheduledClass.objects.earliest("date").teacher != liszt
    assert future()[0].starts_at == moment("2026-01-14 01:00")


def test_changed_zone_of_teacher_moves_future_classes(slot):
    change(slot.teacher, time_zone="Europe/Madrid")
    assert counts(horizon(THURSDAY, weeks=2)) == {"moved": 2}
    assert [(row.start_time, row.starts_at.hour) for row in future()] == [(at("10:00"), 9)] * 2
    before = ScheduledClass.objects.earliest("date")
    assert (before.time_zone, before.starts_at.hour) == ("UTC", 10)


def test_changed_student_moves_future_classes(slot):
    juan = make.student("Juan")
    change(slot, student=juan)
    horizon(THURSDAY, weeks=2)
    assert {row.student for row in future()} == {juan}


def test_fixed_schedule_gains_and_loses_teacher():
    rule, bach = make.schedule(weekday=5), make.teacher("Bach", zone="Europe/Berlin")
    weekly()
    change(rule, teacher=bach)
    assert counts(weekly()) == {"moved": 1}
    assert ScheduledClass.objects.get().teacher == bach
    change(rule, teacher=None)
    assert counts(weekly()) == {"moved": 1}
    row = ScheduledClass.objects.get()
    assert (row.teacher, row.time_zone) == (None, "UTC")


def test_reverted_change_restores_calendar(slot):
    before = calendar_content()
    for weekday in (5, 3):
        change(slot, weekday=weekday)
        horizon(weeks=3)
    assert calendar_content() == before


def test_reverted_change_keeps_edited_class(slot):
    ScheduledClass.objects.filter(date="2026-01-14").update(attendance="excused")
    change(slot, weekday=5, start_time=at("18:00"))
    assert counts(horizon(weeks=3)) == {"moved": 2, "protected": 1}
    assert dates() == ["2026-01-09", "2026-01-14", "2026-01-23"]
    change(slot, weekday=3, start_time=at("10:00"))
    horizon(weeks=3)
    assert dates() == ["2026-01-07", "2026-01-14", "2026-01-21"]


def test_change_moves_classes_beyond_window(slot):
    change(slot, weekday=2)
    assert counts(horizon(MONDAY, weeks=1)) == {"moved": 3}


def test_change_moves_classes_of_later_dated_run():
    rule = make.schedule(weekday=5)
    weekly()
    weekly(MONDAY + timedelta(14), now=MONDAY, dated=True)
    change(rule, start_time=at("12:00"), end_time=at("13:00"))
    assert counts(weekly()) == {"moved": 2}


def test_class_stays_in_place_when_new_hour_is_taken(slot):
    other = make.lesson(on=MONDAY + timedelta(8), start="16:00", end="17:00", teacher=slot.teacher)
    change(slot, weekday=2, start_time=at("16:30"))
    result = horizon(weeks=3)
    assert counts(result) == {"moved": 2, "conflict": 1}
    (item,) = items(result, "conflict")
    assert item.params["with_class"] == other.pk
    assert item.params["stays_on"] == "2026-01-14 10:00–11:00"
    assert dates(ScheduledClass.objects.exclude(pk=other.pk)) == [
        "2026-01-06", "2026-01-14", "2026-01-20",
    ]  # fmt: skip
    other.delete()
    assert counts(horizon(weeks=3)) == {"moved": 1, "exists": 2}


def test_two_changes_between_runs_make_one_move(slot):
    change(slot, weekday=1, start_time=at("08:00"))
    change(slot, weekday=4, start_time=at("09:00"), duration_minutes=30)
    assert counts(horizon(THURSDAY - timedelta(1), weeks=2))["moved"] == 3
