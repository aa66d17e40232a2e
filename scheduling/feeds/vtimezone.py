"""Time zones as iCalendar describes them (RFC 5545 §3.6.5), in the one form that all programs read.

That is one yearly rule each way, such as “the last Sunday of March”, or an offset that never
changes. Outlook ignores lists of dates (RDATE). A zone that can't be described like that, at the
time that a calendar covers, has its times written in UTC: Africa/Casablanca follows Ramadan,
America/Santiago changes on the Sunday after the first Saturday.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

from scheduling.domain.wallclock import SECOND, UnknownZoneError, zone_of
from scheduling.domain.windows import DAY
from scheduling.selectors.feed_events import FeedEvent

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# After this many years dates fall on the same weekdays again.
CYCLE = 28


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the clocks at an instant, in UTC."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def local(self) -> datetime:
        """The onset as the clocks show it that are about to be changed."""
        return (self.at + self.before).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class YearlyChange:
    """A change on the ``nth`` (-1: last) ``weekday`` (0: Monday) of a month, every year.

    ``time`` is by the clocks that are about to be changed.
    """

    month: int
    weekday: int
    nth: int
    time: time
    before: timedelta
    after: timedelta

    def in_year(self, year: int) -> Change:
        """The change in ``year``."""
        first, days = monthrange(year, self.month)
        day = 1 + (self.weekday - first) % 7
        day += (days - day) // 7 * 7 if self.nth == -1 else (self.nth - 1) * 7
        local = datetime.combine(date(year, self.month, day), self.time, tzinfo=UTC)
        return Change(local - self.before, self.before, self.after)


def zones_of(events: Iterable[FeedEvent]) -> dict[str, Timezone | None]:
    """The zones of ``events``, each right for the time that all of them cover; see `vtimezone`."""
    events = list(events)
    if not events:
        return {}
    first = min(one.starts_at for one in events)
    last = max(one.ends_at for one in events)
    names = sorted({one.time_zone for one in events})
    return {name: vtimezone(name, first, last) for name in names}


def vtimezone(name: str, first: datetime, last: datetime) -> Timezone | None:
    """The zone ``name``, right for every instant from ``first`` to ``last``.

    None where times in that zone are to be written in UTC.
    """
    try:
        yearly = yearly_changes(name, last.year + 1)
    except UnknownZoneError:
        return None
    if yearly is None:
        return None
    years = range(first.year - 1, last.year + 2)
    expected = sorted((one.in_year(year) for one in yearly for year in years), key=_at)
    offset = _offset(name, first)
    before = [one for one in expected if one.at <= first]
    if before and before[-1].after != offset:
        return None
    if [one for one in expected if first < one.at <= last] != changes(name, first, last):
        return None
    if not yearly:
        is_described = offset and not offset % timedelta(minutes=1)
        return _component(name, [_fixed(offset)]) if is_described else None
    return _component(name, [_yearly(one, years.start) for one in yearly])


@lru_cache(maxsize=1024)
def yearly_changes(name: str, year: int) -> tuple[YearlyChange, ...] | None:
    """The two changes that the zone has in ``year`` and in each of the years after it.

    Empty where it has none in ``year``; None where they are not the same every year, or can't be
    said as the nth weekday of a month. Raises UnknownZoneError.
    """
    found = changes(name, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))
    if len(found) not in (0, 2):
        return None
    yearly = [_yearly_change(name, one) for one in found]
    return tuple(one for one in yearly if one) if all(yearly) else None


def _yearly_change(name: str, found: Change) -> YearlyChange | None:
    local = found.local
    if local.second or any(o % timedelta(minutes=1) for o in (found.before, found.after)):
        return None
    _first, days = monthrange(local.year, local.month)
    candidates = [-1] if local.day + 7 > days else []
    if (nth := (local.day - 1) // 7 + 1) < 5:
        candidates.append(nth)
    for nth in candidates:
        one = YearlyChange(
            local.month, local.weekday(), nth, local.time(), found.before, found.after
        )
        if all(_happens(name, one.in_year(local.year + n)) for n in range(CYCLE)):
            return one
    return None


def _happens(name: str, change: Change) -> bool:
    offsets = _offset(name, change.at - SECOND), _offset(name, change.at)
    return offsets == (change.before, change.after)


def changes(name: str, first: datetime, last: datetime) -> list[Change]:
    """The changes of the zone's offset after ``first``, until ``last``. Raises UnknownZoneError."""
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
    part.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  (of the clocks on the wall)
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", offset)
    return part


def _yearly(change: YearlyChange, year: int) -> TimezoneStandard | TimezoneDaylight:
    # By the offsets, not by what tzdata calls standard: that is summer in Ireland.
    part = TimezoneDaylight() if change.after > change.before else TimezoneStandard()
    part.add("dtstart", change.in_year(year).local)
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    day = f"{change.nth}{WEEKDAYS[change.weekday]}"
    part.add("rrule", {"FREQ": "YEARLY", "BYMONTH": change.month, "BYDAY": day})
    return part
