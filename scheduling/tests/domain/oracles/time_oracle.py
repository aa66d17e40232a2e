"""An oracle for instants: a search that does not use fold.

It uses zoneinfo only from an instant to local time, which is unambiguous.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
HARD_ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/Santiago",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Madrid",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]


def wall(moment, zone):
    """Return the local time in `zone` at `moment`, a naive UTC datetime."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@cache
def instants(day, at, zone):
    """Return the instants, as naive UTC in order, of the local time `at` on `day` in `zone`."""
    local = datetime.combine(day, at)
    offsets = {
        wall(moment, zone) - moment
        for hours in range(-60, 61)
        for moment in [local + timedelta(hours=hours)]
    }
    return sorted(local - off for off in offsets if wall(local - off, zone) == local)


@cache
def expected_instant(day, at, zone):
    """Return the instant by RFC 5545 §3.3.5: the first one; in a gap, with the offset before it."""
    if found := instants(day, at, zone):
        return found[0].replace(tzinfo=UTC)
    local = datetime.combine(day, at)
    # In a gap: find the minute of the clock change by bisection.
    before, after = local - timedelta(hours=60), local + timedelta(hours=60)
    assert wall(before, zone) < local < wall(after, zone)
    while after - before > MINUTE:
        middle = before + (after - before) // 2
        if wall(middle, zone) < local:
            before = middle
        else:
            after = middle
    offset_before = wall(before, zone) - before
    return (local - offset_before).replace(tzinfo=UTC)


def expected_epoch(day, at, zone):
    """Return the expected instant in seconds since 1970."""
    return int(expected_instant(day, at, zone).timestamp())
