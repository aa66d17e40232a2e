"""Local time to instants by search alone: no fold, no rule of ours.

Only the direction that is never in doubt is asked of zoneinfo: from an instant to the wall clock.
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
    """What clocks in `zone` show at `moment`, a naive UTC datetime."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@cache
def instants(day, at, zone):
    """Every instant, as naive UTC in order, at which clocks in `zone` show `at` on `day`."""
    local = datetime.combine(day, at)
    offsets = {
        wall(moment, zone) - moment
        for hours in range(-60, 61)
        for moment in [local + timedelta(hours=hours)]
    }
    return sorted(local - off for off in offsets if wall(local - off, zone) == local)


@cache
def expected_instant(day, at, zone):
    """RFC 5545 §3.3.5: the first of several; in a gap, by the offset before the gap."""
    if found := instants(day, at, zone):
        return found[0].replace(tzinfo=UTC)
    local = datetime.combine(day, at)
    # In a gap: clocks jump over `local` within one minute. Halve the time until that one is found.
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
    """The same in seconds since 1970."""
    return int(expected_instant(day, at, zone).timestamp())
