"""The question: the lesson that is looked for, and the people and rooms that it needs."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import Booking
from scheduling.domain.recurrence import days_between
from scheduling.domain.wallclock import MINUTES_A_DAY
from scheduling.domain.windows import DAY, WEEK, week_number
from scheduling.domain.working_hours import Hours, WorkingHours

from .minutes import minutes_in, starts_in

DAY_SECONDS = 60 * MINUTES_A_DAY
ALL_WEEKDAYS = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: lessons of ``minutes`` between ``earliest`` and ``latest``.

    Weekly: on the dates of a weekday in every ``interval_weeks``-th of ``weeks`` weeks from
    ``first`` on. With ``last``, single lessons from ``first`` to ``last``, both included. Without a
    bound of the day the working hours alone count. ``now``: no opening begins before it.
    """

    minutes: int
    first: date
    now: int
    weeks: int = 1
    interval_weeks: int = 1
    last: date | None = None
    weekdays: frozenset[int] = ALL_WEEKDAYS
    earliest: int = 0
    latest: int = MINUTES_A_DAY
    step: int = 15

    def dates(self) -> Iterator[tuple[date, ...]]:
        """Yield the dates that belong together: those of a weekday, or each single date."""
        if self.last is not None:
            for number in range((self.last - self.first).days + 1):
                day = self.first + number * DAY
                if day.isoweekday() in self.weekdays:
                    yield (day,)
            return
        for weekday in sorted(self.weekdays):
            start = self.first + timedelta(days=(weekday - self.first.isoweekday()) % 7)
            end = self.first + self.weeks * WEEK
            phase = week_number(start) % self.interval_weeks
            yield days_between(weekday, start, end, self.interval_weeks, phase)


class Diary:
    """Bookings in order, of which none is longer than a day.

    ``code`` is the reason that a booking gives: teacher_busy, student_busy or room_busy. Local days
    are given by the epoch seconds of their midnight, and are days on which no clocks change.
    """

    def __init__(self, code: str, bookings: Iterable[Booking] = ()) -> None:
        self.code = code
        self.bookings = sorted(bookings, key=lambda booking: (booking.starts, booking.ends))
        self._starts = [booking.starts for booking in self.bookings]
        self._taken: dict[int, int] = {}
        self._free_starts: dict[tuple[int, int], int] = {}

    def between(self, starts: int, ends: int) -> list[Booking]:
        """Return the bookings that overlap ``[starts, ends)``."""
        first = bisect_left(self._starts, starts - DAY_SECONDS)
        found = self.bookings[first : bisect_left(self._starts, ends)]
        return [booking for booking in found if booking.ends > starts]

    def taken(self, midnight: int) -> int:
        """Return the minutes of a local day in which there is a booking."""
        if midnight not in self._taken:
            self._taken[midnight] = minutes_in(
                (
                    max(0, (booking.starts - midnight) // 60),
                    min(-((midnight - booking.ends) // 60), MINUTES_A_DAY),
                )
                for booking in self.between(midnight, midnight + DAY_SECONDS)
            )
        return self._taken[midnight]

    def free_starts(self, midnight: int, length: int) -> int:
        """Return the minutes of a local day at which no booking begins within ``length``."""
        key = midnight, length
        if key not in self._free_starts:
            self._free_starts[key] = starts_in(~self.taken(midnight), length)
        return self._free_starts[key]


# Room by room, the diaries of a lesson that needs none.
WITHOUT_ROOM: Mapping[int | None, Diary] = {None: Diary("room_busy")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """The student who is to have the lesson, from ``first`` to ``last``, both included."""

    diary: Diary
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The teacher: zone, working hours, bookings, and the closures that concern the lesson.

    Without known hours, ``unknown_hours`` are searched. One of ``rooms`` must be free, too; they
    are in the order in which they are named.
    """

    zone: str
    hours: WorkingHours
    diary: Diary
    closures: Sequence[Closure] = ()
    unknown_hours: Hours = (0, MINUTES_A_DAY)
    rooms: Mapping[int | None, Diary] = field(default_factory=lambda: WITHOUT_ROOM)
