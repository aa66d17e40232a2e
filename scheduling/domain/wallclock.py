"""Wall-clock time in IANA zones to instants, by the rules of RFC 5545 §3.3.5.

A local time that a transition skips takes the UTC offset before the gap; one that occurs twice is
its first instance. Both are what ``datetime`` means by ``fold=0`` (PEP 495).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTES_A_DAY = 24 * 60
# Files of a zone folder that are no place: an unset clock, and whatever this machine's is.
_NOT_IANA = {"Factory", "localtime", "posixrules", "build/etc/localtime"}


class UnknownZoneError(ValueError):
    """The name of a time zone that the IANA database doesn't know."""

    def __init__(self, name: str) -> None:
        super().__init__(f"unknown time zone “{name}”")
        self.name = name


@cache
def zone_names() -> frozenset[str]:
    """The names of the IANA zones, and of their links, that this machine knows.

    ``right/…`` counts leap seconds and ``posix/…`` repeats a name: neither is one.
    """
    return frozenset(available_timezones() - _NOT_IANA)


@cache
def _links() -> Mapping[str, str]:
    """Each other name of a zone, and the zone: the lines “L zone name” of zic(8)."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text("utf-8")
    found = (line.split() for line in text.splitlines() if line.startswith("L "))
    return {name: zone for _mark, zone, name in found}


def is_same_zone(name: str, other: str) -> bool:
    """Whether both name one zone: Europe/Kiev has been called Europe/Kyiv since 2022."""
    links = _links()
    return name == other or links.get(name, name) == links.get(other, other)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The IANA zone ``name``. Raises UnknownZoneError."""
    if name not in zone_names():
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA time zone that this machine knows."""
    try:
        zone_of(name)
    except UnknownZoneError:
        return False
    return True


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant, in UTC, of local time ``at`` on ``day`` in ``zone``.

    Raises UnknownZoneError.
    """
    local = datetime.combine(day, at, tzinfo=zone_of(zone))
    return local.astimezone(UTC)


@lru_cache(maxsize=1 << 16)
def epoch(day: date, at: time, zone: str) -> int:
    """``instant`` in whole seconds since 1970-01-01T00:00Z; a thousand of them serve a studio."""
    return to_epoch(instant(day, at, zone))


def to_epoch(moment: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00Z, rounded down. ``moment`` must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (moment - EPOCH) // SECOND


def from_epoch(seconds: int) -> datetime:
    """The instant, in UTC, ``seconds`` after 1970-01-01T00:00Z."""
    return EPOCH + timedelta(seconds=seconds)


def local_times(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[datetime, datetime]:
    """What the clocks in ``zone`` show at two instants. Raises UnknownZoneError."""
    info = zone_of(zone)
    return starts_at.astimezone(info), ends_at.astimezone(info)


def clock_hours(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """“10:00–11:00” by the clocks in ``zone``. Raises UnknownZoneError."""
    start, end = local_times(starts_at, ends_at, zone)
    return f"{start:%H:%M}–{end:%H:%M}"


def hours_on(day: date, start: time, end: time, zone: str) -> str:
    """“10:00–11:00”: what the clocks in ``zone`` show when a class of these nominal times is.

    The nominal times but where the clocks change; in an unknown zone they don't.
    """
    if not is_zone(zone) or not clocks_change(zone, day):
        return f"{start:%H:%M}–{end:%H:%M}"
    begins = instant(day, start, zone)
    return clock_hours(begins, begins + timedelta(minutes=minutes_between(start, end)), zone)


@lru_cache(maxsize=4096)
def clocks_change(zone: str, day: date) -> bool:
    """Whether the clocks in ``zone`` change on ``day`` or on the day after it."""
    info = zone_of(zone)
    before = datetime.combine(day, time(), info)
    return before.utcoffset() != datetime.combine(day + timedelta(days=2), time(), info).utcoffset()


def minute_of(at: time) -> int:
    """Minutes since midnight by the clock on the wall."""
    return at.hour * 60 + at.minute


@lru_cache(maxsize=1 << 14)
def add_minutes(at: time, minutes: int) -> time:
    """The nominal wall-clock time ``minutes`` after ``at``, past midnight if need be."""
    total = (minute_of(at) + minutes) % MINUTES_A_DAY
    return time(total // 60, total % 60)


def minutes_between(start: time, end: time) -> int:
    """Nominal minutes from ``start`` to the next ``end``: 1 to 1440, past midnight if need be."""
    return (minute_of(end) - minute_of(start)) % MINUTES_A_DAY or MINUTES_A_DAY


@lru_cache(maxsize=4096)
def offsets(zone: str, year: int) -> tuple[int, int]:
    """The least and the greatest UTC offset of ``zone`` in ``year``, in minutes, rounded outward.

    Sampled every week, which misses no regime that lasts longer.
    """
    info = zone_of(zone)
    noon = datetime(year, 1, 1, 12, tzinfo=UTC)
    seen = []
    for week in range(53):
        offset = (noon + timedelta(weeks=week)).astimezone(info).utcoffset()
        assert offset is not None
        seen.append(offset // SECOND)
    return min(seen) // 60, -(-max(seen) // 60)
