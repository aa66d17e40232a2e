"""Local times that are skipped, repeated or unusual, and unknown zones."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from scheduling.domain.wallclock import (
    UnknownZoneError,
    add_minutes,
    epoch,
    from_epoch,
    instant,
    is_same_zone,
    is_zone,
    minutes_between,
    offsets,
    to_epoch,
    zone_of,
)

pytestmark = pytest.mark.one_database(name="sqlite")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(day, clock, zone):
    return instant(date.fromisoformat(day), time.fromisoformat(clock), zone)


def test_madrid_gap_2026_03_29_has_offset_before():
    assert at("2026-03-29", "02:30", "Europe/Madrid") == utc("2026-03-29T01:30")
    assert at("2026-03-29", "01:59", "Europe/Madrid") == utc("2026-03-29T00:59")
    assert at("2026-03-29", "03:00", "Europe/Madrid") == utc("2026-03-29T01:00")


def test_madrid_repeated_hour_2026_10_25_is_first_instant():
    assert at("2026-10-25", "02:30", "Europe/Madrid") == utc("2026-10-25T00:30")
    assert at("2026-10-25", "03:00", "Europe/Madrid") == utc("2026-10-25T02:00")


def assert_no_midnight(zone, day, expected):
    """Check that the missing hour has the offset before it, and that 01:00 is the first minute."""
    assert at(day, "00:00", zone) == utc(expected)
    assert at(day, "00:30", zone) == utc(expected) + timedelta(minutes=30)
    assert at(day, "01:00", zone) == utc(expected)


def test_havana_day_without_midnight():
    assert_no_midnight("America/Havana", "2026-03-08", "2026-03-08T05:00")


def test_beirut_day_without_midnight():
    assert_no_midnight("Asia/Beirut", "2026-03-29", "2026-03-28T22:00")


def test_cairo_day_without_midnight():
    assert_no_midnight("Africa/Cairo", "2026-04-24", "2026-04-23T22:00")


def test_santiago_day_without_midnight():
    assert_no_midnight("America/Santiago", "2026-09-06", "2026-09-06T04:00")


def test_havana_repeated_hour_2026_11_01_is_first_instant():
    assert at("2026-11-01", "00:30", "America/Havana") == utc("2026-11-01T04:30")


def test_lord_howe_shifts_by_half_an_hour():
    zone = "Australia/Lord_Howe"
    # 2026-04-05 02:00 (+11) goes back to 01:30 (+10:30)
    assert at("2026-04-05", "01:45", zone) == utc("2026-04-04T14:45")
    assert at("2026-04-05", "02:00", zone) == utc("2026-04-04T15:30")
    # 2026-10-04 02:00 (+10:30) goes forward to 02:30 (+11)
    assert at("2026-10-04", "02:15", zone) == utc("2026-10-03T15:45")
    assert at("2026-10-04", "02:30", zone) == utc("2026-10-03T15:30")


def test_apia_has_no_30_december_2011():
    assert at("2011-12-29", "10:00", "Pacific/Apia") == utc("2011-12-29T20:00")
    assert at("2011-12-30", "10:00", "Pacific/Apia") == utc("2011-12-30T20:00")
    assert at("2011-12-31", "10:00", "Pacific/Apia") == utc("2011-12-30T20:00")


def test_casablanca_changes_for_ramadan():
    zone = "Africa/Casablanca"
    assert at("2026-02-10", "16:00", zone) == utc("2026-02-10T15:00")
    assert at("2026-02-20", "16:00", zone) == utc("2026-02-20T16:00")
    assert at("2026-03-25", "16:00", zone) == utc("2026-03-25T15:00")


def test_kiritimati_and_pago_pago_are_25_hours_apart():
    kiritimati = at("2026-01-05", "10:00", "Pacific/Kiritimati")
    pago_pago = at("2026-01-05", "10:00", "Pacific/Pago_Pago")
    assert (kiritimati, pago_pago) == (utc("2026-01-04T20:00"), utc("2026-01-05T21:00"))


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "Mars/Olympus", "Europe", "../etc/hosts", "/etc/hosts", " UTC", "UTC "),
        *("a\0b", "é", "europe/madrid"),
        # Other files of the zone folder: leap seconds, copies, placeholders, the local zone.
        *("right/Europe/Madrid", "posix/Europe/Madrid", "Factory", "localtime", "posixrules"),
    ],
)
def test_unknown_zone_raises_error(name):
    assert not is_zone(name)
    with pytest.raises(UnknownZoneError) as caught:
        zone_of(name)
    assert caught.value.name == name
    with pytest.raises(UnknownZoneError):
        epoch(date(2026, 1, 1), time(10), name)


@pytest.mark.parametrize("name", ["UTC", "Europe/Madrid", "Asia/Kolkata", "Etc/GMT+12"])
def test_known_zone_is_accepted(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Europe/Kiev", "Europe/Kyiv", True),
        ("Europe/Kiev", "Europe/Uzhgorod", True),
        ("Asia/Calcutta", "Asia/Kolkata", True),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires", True),
        ("Europe/Madrid", "Europe/Madrid", True),
        ("Europe/Madrid", "Europe/Paris", False),
        ("Europe/London", "Europe/Lisbon", False),
        ("UTC", "Atlantic/Reykjavik", False),
    ],
)
def test_renamed_zone_is_same_zone(name, other, same):
    assert is_same_zone(name, other) is same
    assert is_same_zone(other, name) is same


def test_offsets_are_smallest_and_largest_of_year():
    assert offsets("Europe/Madrid", 2026) == (60, 120)
    assert offsets("Asia/Kathmandu", 2026) == (345, 345)
    assert offsets("Africa/Casablanca", 2026) == (0, 60)
    assert offsets("Pacific/Apia", 2011) == (-660, 840)


def test_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        to_epoch(datetime(2026, 1, 1))  # noqa: DTZ001


def test_epoch_rounds_down():
    half = datetime(1970, 1, 1, 1, 0, 0, 500_000, tzinfo=timezone(timedelta(hours=1)))
    assert to_epoch(half) == 0
    assert to_epoch(from_epoch(-1) + timedelta(microseconds=1)) == -1


def test_minutes_are_added_past_midnight():
    assert add_minutes(time(23, 30), 60) == time(0, 30)
    assert add_minutes(time(9), 24 * 60) == time(9)
    assert minutes_between(time(23, 30), time(0, 30)) == 60
    assert minutes_between(time(9), time(9)) == 24 * 60
