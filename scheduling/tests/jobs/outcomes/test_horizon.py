"""The horizon: every active slot has its lessons twelve weeks ahead."""

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import calendar, counts, dates, horizon

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("weekday", range(1, 8))
@pytest.mark.parametrize("today", [MONDAY, MONDAY + timedelta(3), MONDAY + timedelta(6)])
def test_twelve_lessons_of_each_slot_whatever_the_day(weekday, today):
    make.slot(weekday=weekday)
    assert counts(horizon(today)) == {"created": 12}
    assert all(today <= date.fromisoformat(day) < today + timedelta(84) for day in dates())


def test_the_last_day_of_the_horizon():
    make.slot(weekday=7)
    make.slot(weekday=1)
    horizon()
    assert max(dates()) == "2026-03-29"  # a Sunday; Monday the 30th is day 85


def test_a_day_later_it_is_extended_by_what_came_into_sight():
    make.slot(weekday=1)
    make.slot(weekday=2)
    horizon()
    assert counts(horizon(MONDAY + timedelta(1))) == {"created": 1, "exists": 23}
    assert max(dates()) == "2026-03-30"


def test_the_second_run_finds_all_as_it_is():
    make.slot()
    horizon()
    before = calendar()
    assert counts(horizon()) == {"exists": 12}
    assert calendar() == before


def test_a_longer_horizon_adds_a_shorter_one_removes_nothing():
    make.slot()
    horizon(weeks=2)
    assert counts(horizon(weeks=4)) == {"created": 2, "exists": 2}
    before = calendar()
    assert counts(horizon(weeks=1)) == {"exists": 1}
    assert calendar() == before


def test_wall_clock_stays_across_a_change_of_the_clocks():
    make.slot(make.teacher(zone="Europe/Madrid"), weekday=7, start="16:00")
    horizon(date(2026, 3, 16), weeks=4)
    rows = list(ScheduledClass.objects.order_by("date"))
    assert {row.start_time for row in rows} == {at("16:00")}
    assert [row.starts_at.astimezone(UTC).hour for row in rows] == [15, 14, 14, 14]


def test_a_lesson_in_the_hour_that_the_clocks_skip():
    make.slot(make.teacher(zone="Europe/Madrid"), weekday=7, start="02:30")
    horizon(date(2026, 3, 23), weeks=1)
    row = ScheduledClass.objects.get()
    assert (row.date, row.start_time) == (date(2026, 3, 29), at("02:30"))
    assert row.starts_at.isoformat() == "2026-03-29T01:30:00+00:00"
    assert row.ends_at - row.starts_at == timedelta(hours=1)


def test_a_lesson_in_the_hour_that_comes_twice_is_its_first():
    make.slot(make.teacher(zone="Europe/Madrid"), weekday=7, start="02:30")
    horizon(date(2026, 10, 19), weeks=1)
    assert ScheduledClass.objects.get().starts_at.isoformat() == "2026-10-25T00:30:00+00:00"


def test_a_lesson_over_midnight():
    make.slot(weekday=7, start="23:30", minutes=90)
    horizon(weeks=1)
    row = ScheduledClass.objects.get()
    assert (row.date, row.start_time, row.end_time) == (date(2026, 1, 11), at("23:30"), at("01:00"))
    assert row.ends_at.isoformat() == "2026-01-12T01:00:00+00:00"


def test_a_lesson_of_a_whole_day():
    make.slot(minutes=1440)
    assert counts(horizon(weeks=2)) == {"created": 2}
    row = ScheduledClass.objects.earliest("date")
    assert row.start_time == row.end_time == at("10:00")
    assert row.ends_at - row.starts_at == timedelta(days=1)
    assert counts(horizon(weeks=2)) == {"exists": 2}


def test_teachers_far_apart_each_have_their_own_days():
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    for zone in zones:
        make.slot(make.teacher(zone=zone), weekday=1, start="00:15")
    horizon(weeks=1)
    for row in ScheduledClass.objects.all():
        local = row.starts_at.astimezone(ZoneInfo(row.time_zone))
        assert (local.date(), f"{local:%H:%M}") == (MONDAY, "00:15")


def test_days_without_midnight_have_their_lessons():
    for zone, first in [("America/Havana", date(2026, 3, 8)), ("Asia/Beirut", date(2026, 3, 29)),
                        ("Africa/Cairo", date(2026, 4, 24)),
                        ("America/Santiago", date(2026, 9, 6))]:  # fmt: skip
        teacher, once = make.teacher(zone=zone), {"valid_from": first, "valid_until": first}
        make.slot(teacher, weekday=first.isoweekday(), start="00:00", **once)
    horizon(date(2026, 3, 2), weeks=40)
    assert dates() == ["2026-03-08", "2026-03-29", "2026-04-24", "2026-09-06"]


def test_the_29th_of_february():
    make.slot(weekday=2, valid_from=date(2028, 2, 29), valid_until=date(2028, 2, 29))
    horizon(date(2028, 2, 21), weeks=3)
    assert dates() == ["2028-02-29"]


TEXTS = [
    "\\N",
    "\\.",
    "a\tb\\tc",
    "a\nb\r\nc",
    "'; DROP TABLE classes; --",
    "%s %(x)s {}",
    "🎻 ‮ñ",
    ",",
]


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_a_subject_is_stored_as_it_was_written(text):
    make.slot(subject=text)
    make.slot(subject="Piano")
    assert counts(horizon(weeks=2)) == {"created": 4}
    assert set(ScheduledClass.objects.values_list("subject", flat=True)) == {text, "Piano"}
    assert counts(horizon(weeks=2)) == {"exists": 4}
