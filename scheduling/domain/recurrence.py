"""The dates and instants of a weekly series (RFC 5545 ``FREQ=WEEKLY``, ``WKST=MO``)."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache

from .series import Series
from .wallclock import epoch
from .windows import DAY, LAST_DATE, WEEK, Window, week_number


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Occurrences in order: their dates, week numbers and starts in epoch seconds, in parallel."""

    days: tuple[date, ...]
    weeks: tuple[int, ...]
    starts: tuple[int, ...]


NO_OCCURRENCES = Occurrences((), (), ())


def occurrences(series: Series, window: Window) -> Occurrences:
    """Return the occurrences of ``series`` in ``window``, ignoring closures and suspensions.

    The window's dates are local dates of the series. Raises UnknownZoneError.
    """
    start, end = window.start, window.end
    if series.first is not None and series.first > start:
        start = series.first
    # The last possible date, 9999-12-31, is a common "for ever" and has no day after it.
    if series.last is not None and series.last < end - DAY:
        end = series.last + DAY
    if start >= end:
        return NO_OCCURRENCES
    return _occurrences(
        series.weekday,
        start,
        end,
        series.interval_weeks,
        _phase(series),
        series.start_time,
        series.zone,
    )


# Series with the same weekday, time and zone share one tuple, so that comparing 10,000 of them to
# the stored classes costs little more than 10,000 dictionary look-ups.
@lru_cache(maxsize=1 << 14)
def _occurrences(
    weekday: int, start: date, end: date, interval: int, phase: int, at: time, zone: str
) -> Occurrences:
    days = days_between(weekday, start, end, interval, phase)
    return Occurrences(
        days,
        tuple(week_number(day) for day in days),
        tuple(epoch(day, at, zone) for day in days),
    )


@lru_cache(maxsize=1 << 10)
def days_between(
    weekday: int, start: date, end: date, interval: int, phase: int
) -> tuple[date, ...]:
    """Return the dates of ``weekday`` in ``[start, end)`` in every ``interval``-th week.

    These are the weeks whose number modulo ``interval`` is ``phase``.
    """
    day = start + timedelta(days=(weekday - 1 - start.weekday()) % 7)
    days = []
    while day < end:
        if interval == 1 or week_number(day) % interval == phase:
            days.append(day)
        day += WEEK
    return tuple(days)


def has_day(weekday: int, first: date, last: date, interval: int) -> bool:
    """Return whether a rule has any date from ``first`` to ``last``, both included.

    Its weeks are counted from the week of ``first``.
    """
    phase = week_number(first) % interval
    return bool(days_between(weekday, first, last + DAY, interval, phase))


def _phase(series: Series) -> int:
    anchor = series.anchor or series.first
    if series.interval_weeks == 1 or anchor is None:
        return 0
    return week_number(anchor) % series.interval_weeks


def day_in_week(series: Series, number: int) -> date | None:
    """Return the date of the occurrence of ``series`` in week ``number``, or None."""
    if series.interval_weeks != 1 and number % series.interval_weeks != _phase(series):
        return None
    day = date.fromordinal(number * 7 + series.weekday)
    if series.first is not None and day < series.first:
        return None
    if series.last is not None and day > series.last:
        return None
    return day


def starts_in(series: Series, weeks: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the starts of the occurrences of ``series`` in ``weeks``, which are in order.

    Return None if one of the weeks has no occurrence. ``weeks`` must not be empty.
    """
    if day_in_week(series, weeks[0]) is None or day_in_week(series, weeks[-1]) is None:
        return None
    interval = series.interval_weeks
    if interval != 1 and any(week % interval != _phase(series) for week in weeks):
        return None
    return _starts_in(series.weekday, series.start_time, series.zone, weeks)


@lru_cache(maxsize=1 << 13)
def _starts_in(weekday: int, at: time, zone: str, weeks: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(epoch(date.fromordinal(week * 7 + weekday), at, zone) for week in weeks)


def candidate_days(series: Series, window: Window) -> tuple[date, ...]:
    """Return the dates of the series in ``window``, ignoring its first and last date."""
    return _occurrences(
        series.weekday,
        window.start,
        window.end,
        series.interval_weeks,
        _phase(series),
        series.start_time,
        series.zone,
    ).days


def nearest_day(series: Series, day: date) -> date | None:
    """Return the occurrence of ``series`` nearest to ``day``; the later one of two.

    Closures and suspensions are ignored. Return None if there is no occurrence nearby.
    """
    if series.first is not None and day < series.first:
        day = series.first
    if series.last is not None and day > series.last:
        day = series.last
    week, interval = week_number(day), series.interval_weeks
    numbers = range(max(0, week - interval), min(week + interval, week_number(LAST_DATE)) + 1)
    days = [found for number in numbers if (found := day_in_week(series, number)) is not None]
    return min(days, key=lambda found: (abs(found - day), day - found), default=None)
