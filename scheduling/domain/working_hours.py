"""Working hours: the times at which a person works, on weekdays, in local time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from .wallclock import MINUTES_A_DAY, minute_of
from .windows import DAY

# Half-open, in minutes since midnight on the wall clock; the end is at most 1440.
Hours = tuple[int, int]

_TIME = r"(\d{1,2})(?:[:.h](\d{2}))?\s*h?"
_INTERVAL = re.compile(rf"\s*{_TIME}\s*(?:[-–—]|to|a)\s*{_TIME}\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;]|\band\b|\by\b|\n", re.IGNORECASE)


class WeeklyHours(NamedTuple):
    """An interval of a weekday, from ``first`` to ``last``, both included; None is unlimited."""

    weekday: int
    start: int
    end: int
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The working hours of one person. Without any interval they are unknown."""

    intervals: tuple[WeeklyHours, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether any interval was entered, even if none is valid any more."""
        return bool(self.intervals)

    def on(self, day: date) -> list[Hours]:
        """Return the intervals of the local date ``day``, in order and united."""
        weekday = day.isoweekday()
        return united(
            (each.start, each.end)
            for each in self.intervals
            if each.weekday == weekday
            and (each.first is None or each.first <= day)
            and (each.last is None or day <= each.last)
        )

    def contain(self, day: date, start: int, end: int) -> bool:
        """Return whether the minutes ``[start, end)`` from midnight of ``day`` are within them.

        An ``end`` above 1440 is on the next day.
        """
        if end > MINUTES_A_DAY:
            rest = self.on(day + DAY)
            if not is_within(rest, 0, end - MINUTES_A_DAY):
                return False
            end = MINUTES_A_DAY
        return is_within(self.on(day), start, end)


def united(intervals: Iterable[Hours]) -> list[Hours]:
    """Return ``intervals`` in order; those that overlap or touch become one."""
    found: list[Hours] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def is_within(hours: Iterable[Hours], start: int, end: int) -> bool:
    """Return whether one of the united ``hours`` contains the minutes ``[start, end)``."""
    return any(opens <= start and end <= closes for opens, closes in hours)


def end_minute(end: time) -> int:
    """Return the minute at which an interval ends: 00:00 is midnight, 1440."""
    return minute_of(end) or MINUTES_A_DAY


def time_of(minute: int) -> time:
    """Return the wall-clock time of a minute since midnight; 1440 is 00:00."""
    return time(minute // 60 % 24, minute % 60)


def hours_text(intervals: Iterable[Hours]) -> str:
    """Return intervals as “09:00–13:00, 15:00–20:00”."""
    return ", ".join(f"{time_of(start):%H:%M}–{time_of(end):%H:%M}" for start, end in intervals)


def parse_hours(text: str) -> list[Hours]:
    """Return the intervals of ``text``, such as “9–13, 15:00–20:00”, united and in order.

    Midnight at the end may be written as 24:00 or 00:00. Raises ValueError with the part that is
    not an interval.
    """
    return united(_interval(part) for part in _SEPARATOR.split(text) if part.strip())


def _interval(part: str) -> Hours:
    found = _INTERVAL.fullmatch(part)
    if found is None:
        raise ValueError(part.strip())
    hours, minutes, end_hours, end_minutes = (int(group or 0) for group in found.groups())
    start, end = hours * 60 + minutes, (end_hours * 60 + end_minutes) or MINUTES_A_DAY
    if max(minutes, end_minutes) > 59 or not start < end <= MINUTES_A_DAY:
        raise ValueError(part.strip())
    return start, end
