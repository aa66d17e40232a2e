"""Conversion of local time to instants, compared with a search that does not use fold."""

# ruff: noqa: DTZ001 - the search works on naive UTC

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.wallclock import (
    add_minutes,
    epoch,
    from_epoch,
    instant,
    minutes_between,
    offsets,
    to_epoch,
    zone_names,
)
from scheduling.tests.domain.oracles.time_oracle import HARD_ZONES, expected_instant, instants, wall

from .examples import examples

pytestmark = pytest.mark.one_database(name="sqlite")

MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))


def transitions(zone, year):
    """Return the first minute after each clock change in `zone`, as naive UTC."""
    moment, end = datetime(year, 1, 1), datetime(year + 1, 1, 1)
    found = []
    while moment < end:
        later = moment + timedelta(days=5)
        if wall(moment, zone) - moment != wall(later, zone) - later:
            low, high = moment, later
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                same = wall(middle, zone) - middle == wall(low, zone) - low
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        moment = later
    return found


@pytest.mark.parametrize("zone", HARD_ZONES)
def test_instants_around_each_transition_match_search(zone):
    for year in (2011, 2026, 2027):
        for moment in transitions(zone, year):
            start = wall(moment, zone).replace(minute=0, second=0) - timedelta(hours=3)
            for quarter in range(28):
                local = start + timedelta(minutes=15 * quarter)
                got = instant(local.date(), local.time(), zone)
                assert got == expected_instant(local.date(), local.time(), zone)


@examples(150)
@given(
    zone=st.sampled_from(sorted(zone_names())),
    day=st.dates(date(1990, 1, 1), date(2037, 12, 1)),
    at=MINUTES,
)
def test_instant_in_any_zone_matches_search(zone, day, at):
    got = instant(day, at, zone)
    assert got == expected_instant(day, at, zone)
    assert got.utcoffset() == timedelta(0)
    assert epoch(day, at, zone) == got.timestamp()
    if instants(day, at, zone):
        assert wall(got.replace(tzinfo=None), zone) == datetime.combine(day, at)


@examples(100)
@given(st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)))
def test_epoch_seconds_are_reversible(moment):
    seconds = to_epoch(moment)
    assert from_epoch(seconds) <= moment < from_epoch(seconds + 1)
    assert to_epoch(from_epoch(seconds)) == seconds


@examples(100)
@given(start=MINUTES, minutes=st.integers(1, 1440))
def test_nominal_end_and_duration_are_inverse(start, minutes):
    end = add_minutes(start, minutes)
    assert minutes_between(start, end) == minutes
    elapsed = datetime.combine(date(2026, 1, 1), start) + timedelta(minutes=minutes)
    assert elapsed.time() == end


@examples(60)
@given(
    zone=st.sampled_from(HARD_ZONES),
    moment=st.datetimes(datetime(2005, 1, 1), datetime(2035, 12, 31)),
)
def test_offsets_of_year_enclose_offset_of_each_instant(zone, moment):
    low, high = offsets(zone, moment.year)
    assert timedelta(minutes=low) <= wall(moment, zone) - moment <= timedelta(minutes=high)
