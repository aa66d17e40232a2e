"""Occurrences of a single rule at clock changes, leap days and turns of the year."""

from datetime import date
from itertools import pairwise

import pytest

from scheduling.domain.recurrence import (
    NO_OCCURRENCES,
    candidate_days,
    day_in_week,
    nearest_day,
    occurrences,
)
from scheduling.domain.wallclock import UnknownZoneError, from_epoch
from scheduling.domain.windows import horizon_window, week_number, week_window
from scheduling.tests.domain.planning.builders import day, series, utc, window

pytestmark = pytest.mark.one_database(name="sqlite")


def days_of(rule, span):
    return [found.isoformat() for found in occurrences(rule, span).days]


def starts_of(rule, span):
    return [from_epoch(start) for start in occurrences(rule, span).starts]


def test_local_time_is_kept_across_dst_change():
    rule = series(start_time="16:00")
    assert starts_of(rule, window("2026-03-23", "2026-03-30")) == [
        utc("2026-03-23T15:00"),
        utc("2026-03-30T14:00"),
    ]


def test_zones_that_change_in_different_weeks():
    span = window("2026-03-02", "2026-03-30")
    madrid = starts_of(series(start_time="16:00"), span)
    new_york = starts_of(series(start_time="10:00", zone="America/New_York"), span)
    differences = [
        (new_york_start - madrid_start).total_seconds() / 3600
        for madrid_start, new_york_start in zip(madrid, new_york, strict=True)
    ]
    assert differences == [0, -1, -1, -1, 0]


def test_class_in_gap_keeps_its_date_and_week():
    rule = series(weekday=7, start_time="02:30")
    found = occurrences(rule, window("2026-03-23", "2026-04-05"))
    assert found.days == (day("2026-03-29"), day("2026-04-05"))
    assert [from_epoch(start) for start in found.starts] == [
        utc("2026-03-29T01:30"),
        utc("2026-04-05T00:30"),
    ]


@pytest.mark.parametrize(
    ("zone", "weekday", "date_", "instant"),
    [
        ("America/Havana", 7, "2026-03-08", "2026-03-08T05:00"),
        ("Asia/Beirut", 7, "2026-03-29", "2026-03-28T22:00"),
        ("Africa/Cairo", 5, "2026-04-24", "2026-04-23T22:00"),
        ("America/Santiago", 7, "2026-09-06", "2026-09-06T04:00"),
    ],
)
def test_midnight_series_has_class_on_day_without_midnight(zone, weekday, date_, instant):
    rule = series(weekday=weekday, start_time="00:00", zone=zone)
    span = week_window(day(date_))
    assert days_of(rule, span) == [date_]
    assert starts_of(rule, span) == [utc(instant)]


def test_monday_is_local_in_kiritimati_and_pago_pago():
    span = week_window(day("2026-01-07"))
    kiritimati, pago_pago = series(zone="Pacific/Kiritimati"), series(zone="Pacific/Pago_Pago")
    assert days_of(kiritimati, span) == days_of(pago_pago, span) == ["2026-01-05"]
    assert starts_of(kiritimati, span) == [utc("2026-01-04T20:00")]
    assert starts_of(pago_pago, span) == [utc("2026-01-05T21:00")]


def test_2027_01_01_is_friday_of_2026_w53():
    friday, monday = series(weekday=5), series(weekday=1)
    assert days_of(friday, week_window(day("2026-12-28"))) == ["2027-01-01"]
    assert days_of(monday, week_window(day("2027-01-04"))) == ["2027-01-04"]


def test_interval_of_two_weeks_continues_over_week_53():
    rule = series(interval_weeks=2, anchor="2026-12-14")
    assert days_of(rule, window("2026-12-14", "2027-01-17")) == [
        "2026-12-14",
        "2026-12-28",
        "2027-01-11",
    ]


def test_interval_counts_from_week_of_anchor():
    for anchor in ("2026-03-09", "2026-03-11", "2026-03-15"):
        rule = series(interval_weeks=2, anchor=anchor)
        assert days_of(rule, window("2026-03-01", "2026-04-05")) == ["2026-03-09", "2026-03-23"]


def test_interval_without_anchor_is_kept():
    rule = series(interval_weeks=4)
    found = occurrences(rule, window("2026-03-02", "2026-08-30")).weeks
    assert {later - earlier for earlier, later in pairwise(found)} == {4}


def test_29_february_can_be_class_start_and_end_of_series():
    span = window("2028-02-28", "2028-03-12")
    assert days_of(series(weekday=2), span) == ["2028-02-29", "2028-03-07"]
    assert days_of(series(weekday=2, first="2028-02-29"), span) == ["2028-02-29", "2028-03-07"]
    assert days_of(series(weekday=2, last="2028-02-29"), span) == ["2028-02-29"]


def test_sunday_series_has_class_at_end_of_week():
    assert days_of(series(weekday=7), week_window(day("2026-03-09"))) == ["2026-03-15"]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-10", ["2026-03-11"]),
        ("2026-03-11", ["2026-03-11"]),
        ("2026-03-12", []),
    ],
    ids=["before", "on", "after"],
)
def test_start_in_mid_week_is_first_possible_day(start, expected):
    rule = series(weekday=3, first=start)
    assert days_of(rule, week_window(day("2026-03-09"))) == expected


def test_end_date_is_included():
    span = window("2026-03-09", "2026-03-31")
    assert days_of(series(last="2026-03-16"), span) == ["2026-03-09", "2026-03-16"]
    assert days_of(series(last="2026-03-15"), span) == ["2026-03-09"]


def test_horizon_ends_with_its_last_day():
    span = horizon_window(day("2026-03-11"), 12)
    tuesday, wednesday = series(weekday=2), series(weekday=3)
    assert days_of(tuesday, span)[-1] == "2026-06-02"
    assert days_of(wednesday, span)[-1] == "2026-05-27"
    assert len(days_of(tuesday, span)) == len(days_of(wednesday, span)) == 12


def test_class_across_midnight_has_date_of_its_start():
    rule = series(weekday=7, start_time="23:30", duration_minutes=60)
    assert days_of(rule, week_window(day("2026-03-09"))) == ["2026-03-15"]
    assert rule.end_time.isoformat("minutes") == "00:30"


def test_largest_end_date_is_accepted():
    rule = series(last="9999-12-31")
    assert days_of(rule, week_window(day("2026-03-09"))) == ["2026-03-09"]
    assert day_in_week(rule, week_number(day("2026-03-09"))) == day("2026-03-09")


def test_end_before_start_has_no_occurrence():
    rule = series(first="2026-04-01", last="2026-03-01")
    assert occurrences(rule, window("2026-01-01", "2026-12-31")) is NO_OCCURRENCES
    assert day_in_week(rule, week_number(day("2026-03-16"))) is None


def test_candidate_days_ignore_validity():
    rule = series(first="2026-03-16", last="2026-03-16")
    span = window("2026-03-09", "2026-03-29")
    assert candidate_days(rule, span) == (date(2026, 3, 9), date(2026, 3, 16), date(2026, 3, 23))


def test_unknown_zone_raises_error():
    with pytest.raises(UnknownZoneError):
        occurrences(series(zone="Mars/Olympus"), week_window(day("2026-03-09")))


def test_nearest_day_is_an_occurrence():
    rule = series(weekday=1, interval_weeks=2, first=day("2026-03-02"), last=day("2026-04-30"))
    for asked, nearest in [
        ("2026-03-02", "2026-03-02"),
        ("2026-03-08", "2026-03-02"),
        ("2026-03-09", "2026-03-16"),
        ("2020-01-01", "2026-03-02"),
        ("2030-01-01", "2026-04-27"),
    ]:
        assert nearest_day(rule, day(asked)) == day(nearest)


def test_nearest_day_is_none_without_occurrence():
    rule = series(weekday=7, first=day("2026-03-02"), last=day("2026-03-04"))
    assert nearest_day(rule, day("2026-03-03")) is None


def test_nearest_day_at_ends_of_calendar():
    assert nearest_day(series(weekday=7), date.max) is None
    assert nearest_day(series(weekday=7), date.min) == date(1, 1, 7)
