"""Conversion of wall-clock times in IANA zones to instants, by the rules of RFC 5545 §3.3.5.

A skipped local time takes the UTC offset before the gap; a repeated one means its first
occurrence. Both are ``fold=0`` of ``datetime`` (PEP 495).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTES_A_DAY = 24 * 60
# Files of the zone directory that name no place: an unset clock, and the machine's own zone.
_NOT_IANA = {"Factory", "localtime", "posixrules", "build/etc/localtime"}


class UnknownZoneError(ValueError):
    """A time zone's name is not in the IANA database."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown time zone “{name}”")
        self.name = name


@cache
def zone_names() -> frozenset[str]:
    """Return the names of the IANA zones, and of their links, that this machine has.

    ``right/…`` (leap seconds) and ``posix/…`` (duplicates) are not included.
    """
    return frozenset(available_timezones() - _NOT_IANA)


@cache
def _links() -> Mapping[str, str]:
    """Return the zone of each alias, from the lines “L zone alias” of tzdata (zic(8))."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text("utf-8")
    links = (line.split() for line in text.splitlines() if line.startswith("L "))
    return {alias: zone for _mark, zone, alias in links}


def is_same_zone(name: str, other: str) -> bool:
    """Return whether both names are the same zone, such as Europe/Kiev and Europe/Kyiv."""
    links = _links()
    return name == other or links.get(name, name) == links.get(other, other)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return the IANA zone ``name``. Raises UnknownZoneError."""
    if name not in zone_names():
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Return whether ``name`` is an IANA time zone that this machine has."""
    try:
        zone_of(name)
    except UnknownZoneError:
        return False
    return True


def instant(day: date, at: time, zone: str) -> datetime:
    """Return the instant, in UTC, of local time ``at`` on ``day`` in ``zone``.

    Raises UnknownZoneError.
    """
    local = datetime.combine(day, at, tzinfo=zone_of(zone))
    return local.astimezone(UTC)


@lru_cache(maxsize=1 << 16)
def epoch(day: date, at: time, zone: str) -> int:
    """Return ``instant`` in seconds since 1970-01-01T00:00Z. Series share times: it is cached."""
    return to_epoch(instant(day, at, zone))


def to_epoch(moment: datetime) -> int:
    """Return whole seconds since 1970-01-01T00:00Z, rounded down. ``moment`` must be aware."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (moment - EPOCH) // SECOND


def from_epoch(seconds: int) -> datetime:
    """Return the instant, in UTC, ``seconds`` after 1970-01-01T00:00Z."""
    return EPOCH + timedelta(seconds=seconds)


def local_times(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return two instants in local time of ``zone``. Raises UnknownZoneError."""
    info = zone_of(zone)
    return starts_at.astimezone(info), ends_at.astimezone(info)


def clock_hours(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Return two instants as “10:00–11:00” in ``zone``. Raises UnknownZoneError."""
    start, end = local_times(starts_at, ends_at, zone)
    return f"{start:%H:%M}–{end:%H:%M}"


def hours_on(day: date, start: time, end: time, zone: str) -> str:
    """Return the local times of a class, “10:00–11:00”, in ``zone``.

    They differ from the nominal times only where the clocks change. In an unknown zone they are
    the nominal times.
    """
    if not is_zone(zone) or not clocks_change(zone, day):
        return f"{start:%H:%M}–{end:%H:%M}"
    begins = instant(day, start, zone)
    return clock_hours(begins, begins + timedelta(minutes=minutes_between(start, end)), zone)


@lru_cache(maxsize=4096)
def clocks_change(zone: str, day: date) -> bool:
    """Return whether the clocks in ``zone`` change on ``day`` or on the day after it."""
    info = zone_of(zone)
    before = datetime.combine(day, time(), info)
    return before.utcoffset() != datetime.combine(day + timedelta(days=2), time(), info).utcoffset()


def minute_of(at: time) -> int:
    """Return the minutes since midnight on the wall clock."""
    return at.hour * 60 + at.minute


@lru_cache(maxsize=1 << 14)
def add_minutes(at: time, minutes: int) -> time:
    """Return the nominal wall-clock time ``minutes`` after ``at``, which may be past midnight."""
    total = (minute_of(at) + minutes) % MINUTES_A_DAY
    return time(total // 60, total % 60)


def minutes_between(start: time, end: time) -> int:
    """Return the nominal minutes from ``start`` to the next ``end``: 1 to 1440."""
    return (minute_of(end) - minute_of(start)) % MINUTES_A_DAY or MINUTES_A_DAY


@lru_cache(maxsize=4096)
def offsets(zone: str, year: int) -> tuple[int, int]:
    """Return the least and the greatest UTC offset of ``zone`` in ``year``.

    In minutes, rounded outward. Offsets are sampled every week; shorter periods may be missed.
    """
    info = zone_of(zone)
    noon = datetime(year, 1, 1, 12, tzinfo=UTC)
    samples = []
    for week in range(53):
        offset = (noon + timedelta(weeks=week)).astimezone(info).utcoffset()
        assert offset is not None
        samples.append(offset // SECOND)
    return min(samples) // 60, -(-max(samples) // 60)
