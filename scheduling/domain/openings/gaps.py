"""Gaps: the free time of a teacher within the working hours."""

from dataclasses import dataclass
from datetime import date

from .day import Day
from .minutes import intervals_of
from .question import Host, Question


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time of a teacher on one date, in minutes since local midnight."""

    day: date
    start: int
    end: int


def find_gaps(question: Question, host: Host) -> list[Gap]:
    """Return the free time of one teacher within the working hours, in order.

    For a question about single dates; gaps shorter than its ``minutes``, and time that has passed,
    are left out. Raises UnknownZoneError.
    """
    found: list[Gap] = []
    for dates in question.dates():
        day = Day(dates[0], question, host)
        if day.obstacle is None:
            passed = -((day.midnight - question.now - 1) // (60 * question.step)) * question.step
            for start, end in intervals_of(day.free_minutes()):
                start = max(start, passed if day.is_plain else 0)
                if end - start >= question.minutes:
                    found.append(Gap(day.day, start, end))
    return found
