"""The UTC offsets of a period, compared with the zone minute by minute."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scheduling.domain.utc_offsets import offset_transitions
from scheduling.domain.wallclock import UnknownZoneError, epoch, zone_names

pytestmark = pytest.mark.one_database(name="sqlite")

SPAN = timedelta(weeks=64)
ZONES = sorted(zone_names())


def epoch_by_transitions(day, at, zone, first):
    local = datetime.combine(day, at)
    offset = offset_transitions(zone, first, first + SPAN).offset(local)
    return int((local.replace(tzinfo=UTC) - timedelta(seconds=offset)).timestamp())


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(1975, 1, 1), date(2090, 1, 1)),
    days=st.integers(0, SPAN.days),
    minute=st.integers(0, 24 * 60 - 1),
)
@example(zone="Africa/Casablanca", first=date(2026, 1, 5), days=43, minute=150)
@example(zone="Pacific/Apia", first=date(2011, 12, 1), days=29, minute=60)
def test_transitions_give_same_instant_as_zone(zone, first, days, minute):
    day, at = first + timedelta(days), time(minute // 60, minute % 60)
    assert epoch_by_transitions(day, at, zone, first) == epoch(day, at, zone)


@pytest.mark.parametrize("zone", ["Europe/Madrid", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25"])
def test_transitions_are_exact_on_days_of_clock_changes(zone, day):
    first = date(2026, 1, 5)
    for minute in range(24 * 60):
        at = time(minute // 60, minute % 60)
        assert epoch_by_transitions(date.fromisoformat(day), at, zone, first) == epoch(
            date.fromisoformat(day), at, zone
        )


def test_zone_without_change_has_one_offset():
    found = offset_transitions("Asia/Kolkata", date(2026, 1, 5), date(2027, 1, 5))
    assert (found.at, found.offsets) == ((), (19_800,))


def test_year_in_madrid_has_two_transitions():
    found = offset_transitions("Europe/Madrid", date(2026, 1, 5), date(2027, 1, 5))
    # 02:30 is skipped in March and takes the offset before; in October it is repeated.
    assert found.at == tuple(map(datetime.fromisoformat, ("2026-03-29T03:00", "2026-10-25T03:00")))
    assert found.offsets == (3_600, 7_200, 3_600)


def test_unknown_zone_raises_error():
    with pytest.raises(UnknownZoneError):
        offset_transitions("Mars/Olympus", date(2026, 1, 5), date(2026, 1, 6))
