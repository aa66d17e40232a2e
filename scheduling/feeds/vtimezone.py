"""VTIMEZONE components (RFC 5545 §3.6.5) in the only form that all programs read.

That form is two yearly rules, such as “the last Sunday of March”, or a fixed offset; Outlook
ignores lists of dates (RDATE). Times in other zones are written in UTC: Africa/Casablanca follows
Ramadan, and America/Santiago changes on the Sunday after the first Saturday.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from scheduling.domain.wallclock import SECOND, UnknownZoneError, zone_of
from scheduling.domain.windows import DAY
from scheduling.selectors.feeds.events import FeedEvent

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# The number of years after which dates fall on the same weekdays again.
CYCLE = 28


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a zone's offset at an instant, in UTC."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def local(self) -> datetime:
        """The local time of the change, by the offset before it."""
        return (self.at + self.before).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class YearlyChange:
    """A change on the ``nth`` (-1: last) ``weekday`` (0: Monday) of a month, every year.

    ``time`` is local, by the offset before the change.
    """

    month: int
    weekday: int
    nth: int
    time: time
    before: timedelta
    after: timedelta

    def in_year(self, year: int) -> Change:
        """Return the change in ``year``."""
        first, days = monthrange(year, self.month)
        day = 1 + (self.weekday - first) % 7
        day += (days - day) // 7 * 7 if self.nth == -1 else (self.nth - 1) * 7
        local = datetime.combine(date(year, self.month, day), self.time, tzinfo=UTC)
        return Change(local - self.before, self.before, self.after)


def zones_of(events: Iterable[FeedEvent]) -> dict[str, Timezone | None]:
    """Return the zones of ``events``, valid for the time that the events span."""
    events = list(events)
    if not events:
        return {}
    first = min(event.starts_at for event in events)
    last = max(event.ends_at for event in events)
    names = sorted({event.time_zone for event in events})
    return {name: vtimezone(name, first, last) for name in names}


def vtimezone(name: str, first: datetime, last: datetime) -> Timezone | None:
    """Return the component of the zone ``name``, valid from ``first`` to ``last``.

    Return None if times in the zone must be written in UTC.
    """
    try:
        yearly = yearly_changes(name, last.year + 1)
    except UnknownZoneError:
        return None
    if yearly is None:
        return None
    years = range(first.year - 1, last.year + 2)
    expected = sorted((rule.in_year(year) for rule in yearly for year in years), key=_at)
    offset = _offset(name, first)
    before = [change for change in expected if change.at <= first]
    if before and before[-1].after != offset:
        return None
    if [change for change in expected if first < change.at <= last] != changes(name, first, last):
        return None
    if not yearly:
        is_expressible = offset and not offset % timedelta(minutes=1)
        return _component(name, [_fixed(offset)]) if is_expressible else None
    return _component(name, [_yearly(rule, years.start) for rule in yearly])


@lru_cache(maxsize=1024)
def yearly_changes(name: str, year: int) -> tuple[YearlyChange, ...] | None:
    """Return the two changes of the zone in ``year`` and every later year.

    Return an empty tuple if there is none in ``year``, and None if they differ between years or
    are not on the nth weekday of a month. Raises UnknownZoneError.
    """
    found = changes(name, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    if len(found) not in (0, 2):
        return None
    yearly = [_yearly_change(name, change) for change in found]
    return tuple(rule for rule in yearly if rule) if all(yearly) else None


def _yearly_change(name: str, change: Change) -> YearlyChange | None:
    local = change.local
    if local.second or any(o % timedelta(minutes=1) for o in (change.before, change.after)):
        return None
    _first, days = monthrange(local.year, local.month)
    candidates = [-1] if local.day + 7 > days else []
    if (nth := (local.day - 1) // 7 + 1) < 5:
        candidates.append(nth)
    for nth in candidates:
        rule = YearlyChange(
            local.month, local.weekday(), nth, local.time(), change.before, change.after
        )
        if all(_happens(name, rule.in_year(local.year + n)) for n in range(CYCLE)):
            return rule
    return None


def _happens(name: str, change: Change) -> bool:
    offsets = _offset(name, change.at - SECOND), _offset(name, change.at)
    return offsets == (change.before, change.after)


def changes(name: str, first: datetime, last: datetime) -> list[Change]:
    """Return the changes of the zone's offset after ``first``, up to and including ``last``.

    Raises UnknownZoneError.
    """
    found = []
    start, before = first, _offset(name, first)
    while start < last:
        end = min(start + DAY, last)
        if (after := _offset(name, end)) != before:
            low, high = start, end
            while high - low > SECOND:
                middle = low + (high - low) // (2 * SECOND) * SECOND
                low, high = (middle, high) if _offset(name, middle) == before else (low, middle)
            found.append(Change(high, before, after))
        start, before = end, after
    return found


def _at(change: Change) -> datetime:
    return change.at


def _offset(name: str, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone_of(name)).utcoffset()
    assert offset is not None
    return offset


def _component(name: str, parts: list[TimezoneStandard | TimezoneDaylight]) -> Timezone:
    zone = Timezone()
    zone.add("tzid", name)
    for part in parts:
        zone.add_component(part)
    return zone


def _fixed(offset: timedelta) -> TimezoneStandard:
    part = TimezoneStandard()
    part.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  (local time)
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", offset)
    return part


def _yearly(change: YearlyChange, year: int) -> TimezoneStandard | TimezoneDaylight:
    # By the offsets: tzdata's own flag for daylight saving is inverted in Ireland.
    part = TimezoneDaylight() if change.after > change.before else TimezoneStandard()
    part.add("dtstart", change.in_year(year).local)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    day = f"{change.nth}{WEEKDAYS[change.weekday]}"
    part.add("rrule", {"FREQ": "YEARLY", "BYMONTH": change.month, "BYDAY": day})
    return part
