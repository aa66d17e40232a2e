"""The answer: an opening, with the dates on which it is not free."""

from dataclasses import dataclass
from datetime import date, time

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import Booking
from scheduling.domain.working_hours import time_of


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a date is not free: a booking, a closure, or a ``code`` alone.

    Codes: teacher_busy, student_busy, room_busy, same_key, closed, outside_hours; student_starts
    and student_ends, with the date as ``bound``.
    """

    day: date
    code: str
    booking: Booking | None = None
    closure: Closure | None = None
    bound: date | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A start that is free on at least one of ``dates``; ``exceptions`` are the other dates.

    ``start`` and ``end`` are minutes since midnight. ``is_inside_hours`` is None if the working
    hours are unknown. ``leaves_gap``: on some date it leaves a gap before or after it that is too
    short for a lesson of the same length. ``rooms`` are free on all dates but the exceptions; none
    if no room was asked for.
    """

    start: int
    end: int
    dates: tuple[date, ...]
    exceptions: tuple[Obstacle, ...] = ()
    is_inside_hours: bool | None = None
    leaves_gap: bool = False
    rooms: tuple[int, ...] = ()

    @property
    def weekday(self) -> int:
        """The ISO weekday."""
        return self.dates[0].isoweekday()

    @property
    def start_time(self) -> time:
        """The local start."""
        return time_of(self.start)

    @property
    def end_time(self) -> time:
        """The local end; 00:00 is midnight."""
        return time_of(self.end)

    @property
    def free(self) -> int:
        """The number of free dates."""
        return len(self.dates) - len(self.exceptions)

    @property
    def is_free(self) -> bool:
        """Whether all dates are free."""
        return not self.exceptions

    @property
    def rank(self) -> tuple[bool, int, bool, date, int]:
        """The order of answers: fully free first, then those that leave no short gap."""
        exceptions = len(self.exceptions)
        free = len(self.dates) - exceptions
        return (exceptions > 0, -free, self.leaves_gap, self.dates[0], self.start)
