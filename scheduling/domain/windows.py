"""Ranges of dates: the ISO week, the horizon, the time since a start date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MAX_CATCH_UP_WEEKS = 4

# Dates outside these years are slips of the pen; they would also overflow calendar arithmetic.
FIRST_DATE = date(1970, 1, 1)
LAST_DATE = date(2199, 12, 31)


def monday_of(day: date) -> date:
    """The Monday of the ISO week of ``day`` (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def week_number(day: date) -> int:
    """ISO weeks since Monday 0001-01-01: the same for all days of a week, one more in the next."""
    return (day.toordinal() - 1) // 7


def monday_of_number(number: int) -> date:
    """The Monday of week ``number``; the inverse of ``week_number``."""
    return date.fromordinal(number * 7 + 1)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open range of dates ``[start, end)``. Raises ValueError when it is empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a window needs at least one day: {self.start} to {self.end}")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end

    @property
    def last(self) -> date:
        """The last day, included: what people see."""
        return self.end - DAY

    @property
    def days(self) -> int:
        """How many dates it holds."""
        return (self.end - self.start).days

    def weeks(self) -> Iterator[date]:
        """The Mondays of the ISO weeks that the window touches."""
        monday = monday_of(self.start)
        while monday < self.end:
            yield monday
            monday += WEEK

    def starting(self, start: date) -> "Window":
        """The same window from an earlier or later start."""
        return Window(start, self.end)


def week_window(day: date) -> Window:
    """The ISO week of ``day``, Monday to Sunday."""
    monday = monday_of(day)
    return Window(monday, monday + WEEK)


def horizon_window(today: date, weeks: int) -> Window:
    """``[today, today + weeks)``: that many lessons of every weekly slot. ``weeks`` from 1."""
    return Window(today, today + weeks * WEEK)


def since_window(first: date, today: date) -> Window:
    """From ``first`` to ``today``, both included; today alone where ``first`` is still to come."""
    return Window(min(first, today), today + DAY)


def catch_up_start(current: date, last: date | None) -> date:
    """The Monday from which a weekly run of the week ``current`` makes classes.

    ``last`` is the week of the last full, undated, successful weekly run. The weeks between the
    two were missed: at most ``MAX_CATCH_UP_WEEKS`` of them are made up for, none where there was
    no run yet. Both are Mondays.
    """
    if last is None or last >= current:
        return current
    return max(last + WEEK, current - MAX_CATCH_UP_WEEKS * WEEK)
