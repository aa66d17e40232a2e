"""Windows: ranges of dates, such as an ISO week or the horizon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
MAX_CATCH_UP_WEEKS = 4

# Dates outside these years are typing errors; they would also overflow calendar arithmetic.
FIRST_DATE = date(1970, 1, 1)
LAST_DATE = date(2199, 12, 31)


def monday_of(day: date) -> date:
    """Return the Monday of the ISO week of ``day`` (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of the month of ``day``."""
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def week_number(day: date) -> int:
    """Return the number of ISO weeks from Monday 0001-01-01 to the week of ``day``."""
    return (day.toordinal() - 1) // 7


def monday_of_number(number: int) -> date:
    """Return the Monday of week ``number``; the inverse of ``week_number``."""
    return date.fromordinal(number * 7 + 1)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open range of dates ``[start, end)``. Raises ValueError if it is empty."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a window needs at least one day: {self.start} to {self.end}")

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day < self.end

    @property
    def last(self) -> date:
        """The last day, included, as interfaces show it."""
        return self.end - DAY

    @property
    def days(self) -> int:
        """The number of dates."""
        return (self.end - self.start).days

    def weeks(self) -> Iterator[date]:
        """Yield the Mondays of the ISO weeks that the window overlaps."""
        monday = monday_of(self.start)
        while monday < self.end:
            yield monday
            monday += WEEK

    def starting(self, start: date) -> "Window":
        """Return the window with the same end and another start."""
        return Window(start, self.end)


def week_window(day: date) -> Window:
    """Return the ISO week of ``day``, Monday to Sunday."""
    monday = monday_of(day)
    return Window(monday, monday + WEEK)


def horizon_window(today: date, weeks: int) -> Window:
    """Return ``[today, today + weeks)``; ``weeks`` is at least 1."""
    return Window(today, today + weeks * WEEK)


def since_window(first: date, today: date) -> Window:
    """Return the window from ``first`` to ``today``, both included; at least today."""
    return Window(min(first, today), today + DAY)


def catch_up_start(current: date, last: date | None) -> date:
    """Return the Monday from which a weekly run in the week ``current`` creates classes.

    ``last`` is the week of the last full, undated, successful weekly run, None if there was none.
    The weeks in between were missed; the run makes up at most ``MAX_CATCH_UP_WEEKS`` of them.
    Both arguments are Mondays.
    """
    if last is None or last >= current:
        return current
    return max(last + WEEK, current - MAX_CATCH_UP_WEEKS * WEEK)
