"""The horizon job: classes of every active slot for twelve weeks."""

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
def test_slot_gets_twelve_classes_from_any_day(weekday, today):
    make.slot(weekday=weekday)
    assert counts(horizon(today)) == {"created": 12}
    assert all(today <= date.fromisoformat(day) < today + timedelta(84) for day in dates())


def test_horizon_ends_on_day_84():
    make.slot(weekday=7)
    make.slot(weekday=1)
    horizon()
    assert max(dates()) == "2026-03-29"  # a Sunday; Monday the 30th is day 85


def test_next_day_adds_classes_of_new_last_day():
    make.slot(weekday=1)
    make.slot(weekday=2)
    horizon()
    assert counts(horizon(MONDAY + timedelta(1))) == {"created": 1, "exists": 23}
    assert max(dates()) == "2026-03-30"


def test_second_run_changes_nothing():
    make.slot()
    horizon()
    before = calendar()
    assert counts(horizon()) == {"exists": 12}
    assert calendar() == before


def test_longer_horizon_adds_and_shorter_one_removes_nothing():
    make.slot()
    horizon(weeks=2)
    assert counts(horizon(weeks=4)) == {"created": 2, "exists": 2}
    before = calendar()
    assert counts(horizon(weeks=1)) == {"exists": 1}
    assert calendar() == before


def test_local_time_stays_across_clock_change():
    make.slot(make.teacher(zone="Europe/Madrid"), weekday=7, start="16:00")
    horizon(date(2026, 3, 16), weeks=4)
    rows = list(ScheduledClass.objects.order_by("date"))
    assert {row.start_time for row in rows} == {at("16:00")}
    assert [row.starts_at.astimezone(UTC).hour for row in rows] == [15, 14, 14, 14]


def test_class_in_skipped_hour_starts_later():
    make.slot(make.teacher(zone="Europe/Madrid"), weekday=7, start="02:30")
    horizon(date(2026, 3, 23), weeks=1)
    row = ScheduledClass.objects.get()
    assert (row.date, row.start_time) == (date(2026, 3, 29), at("02:30"))
    assert row.starts_at.isoformat() == "2026-03-29T01:30:00+00:00"
    assert row.ends_at - row.starts_at == timedelta(hours=1)


def test_class_in_repeated_hour_takes_first():
    make.slot(make.teacher(zone="Europe/Madrid"), weekday=7, start="02:30")
    horizon(date(2026, 10, 19), weeks=1)
    assert ScheduledClass.objects.get().starts_at.isoformat() == "2026-10-25T00:30:00+00:00"


def test_class_can_end_after_midnight():
    make.slot(weekday=7, start="23:30", minutes=90)
    horizon(weeks=1)
    row = ScheduledClass.objects.get()
    assert (row.date, row.start_time, row.end_time) == (date(2026, 1, 11), at("23:30"), at("01:00"))
    assert row.ends_at.isoformat() == "2026-01-12T01:00:00+00:00"


def test_class_can_last_whole_day():
    make.slot(minutes=1440)
    assert counts(horizon(weeks=2)) == {"created": 2}
    row = ScheduledClass.objects.earliest("date")
    assert row.start_time == row.end_time == at("10:00")
    assert row.ends_at - row.starts_at == timedelta(days=1)
    assert counts(horizon(weeks=2)) == {"exists": 2}


def test_teachers_in_distant_zones_have_own_days():
    zones = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
    for zone in zones:
        make.slot(make.teacher(zone=zone), weekday=1, start="00:15")
    horizon(weeks=1)
    for row in ScheduledClass.objects.all():
        local = row.starts_at.astimezone(ZoneInfo(row.time_zone))
        assert (local.date(), f"{local:%H:%M}") == (MONDAY, "00:15")


def test_day_without_midnight_has_its_class():
    for zone, first in [("America/Havana", date(2026, 3, 8)), ("Asia/Beirut", date(2026, 3, 29)),
                        ("Africa/Cairo", date(2026, 4, 24)),
                        ("America/Santiago", date(2026, 9, 6))]:  # fmt: skip
        teacher, once = make.teacher(zone=zone), {"valid_from": first, "valid_until": first}
        make.slot(teacher, weekday=first.isoweekday(), start="00:00", **once)
    horizon(date(2026, 3, 2), weeks=40)
    assert dates() == ["2026-03-08", "2026-03-29", "2026-04-24", "2026-09-06"]


def test_29_february_has_its_class():
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
def test_subject_is_stored_literally(text):
    make.slot(subject=text)
    make.slot(subject="Piano")
    assert counts(horizon(weeks=2)) == {"created": 4}
    assert set(ScheduledClass.objects.values_list("subject", flat=True)) == {text, "Piano"}
    assert counts(horizon(weeks=2)) == {"exists": 4}
