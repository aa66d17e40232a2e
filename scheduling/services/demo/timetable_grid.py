"""Conflict-free timetables for the demo studio.

A teacher's week is a grid of whole hours, from 8 to 21, Monday to Saturday. Every lesson stays
within its hour, in the teacher's zone, so that lessons in different cells never overlap; DST
changes happen at night. The first students of a teacher get cells of their own. Later students join
group lessons of any size: shared lessons with exactly the same times.

A student's slot and other meetings are at least two weekdays apart, counted around the week.
All take place between 8 and 21 o'clock somewhere from UTC-12 to UTC+14, a span of
13 + 26 = 39 hours, less than two days, so that they can't overlap in any pair of zones.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .stable_random import StableRandom

FIRST_HOUR, LAST_HOUR = 8, 20  # the last hour ends at 21
WORKDAYS = range(1, 7)
FEWEST_DAYS_APART = 2

_PAIRS = ((1, 4), (2, 5), (3, 6))
_TRIPLES = ((1, 3, 5), (2, 4, 6))
# How many of the 13 hours of a day go to students with one, two or three cells.
_SINGLE_HOURS, _PAIR_HOURS, _TRIPLE_HOURS = 6, 3, 2


class Cell(NamedTuple):
    """An hour of a teacher's week."""

    weekday: int
    hour: int


class StudentPlacement(NamedTuple):
    """The cells of a student: the slot, and the meetings with the same teacher."""

    slot: Cell
    meetings: tuple[Cell, ...]
    is_group: bool = False


class TeacherGrid:
    """The grid of one teacher, always the same."""

    def __init__(self, seed: int, teacher: int) -> None:
        random = StableRandom("week", seed, teacher)
        hours = random.shuffled(range(FIRST_HOUR, LAST_HOUR + 1))
        own: list[StudentPlacement] = []
        for position, hour in enumerate(hours):
            for days in _patterns(position):
                first, *rest = random.shuffled([Cell(day, hour) for day in days])
                own.append(StudentPlacement(first, tuple(rest)))
        self._own = random.shuffled(own)
        self._group = [
            Cell(day, hour)
            for hour in hours[_SINGLE_HOURS + _PAIR_HOURS + _TRIPLE_HOURS :]
            for day in WORKDAYS
        ]

    def placement(self, number: int) -> StudentPlacement:
        """Return the cells of the teacher's student ``number``, from 0."""
        if number < len(self._own):
            return self._own[number]
        round_number, index = divmod(number - len(self._own), len(self._group))
        slot = self._group[index]
        opposite = Cell((slot.weekday + 2) % 6 + 1, slot.hour)
        # The students of every third round also join another group of the same hour.
        return StudentPlacement(slot, (opposite,) if round_number % 3 == 0 else (), is_group=True)


def _patterns(position: int) -> Iterator[tuple[int, ...]]:
    if position < _SINGLE_HOURS:
        yield from ((day,) for day in WORKDAYS)
    elif position < _SINGLE_HOURS + _PAIR_HOURS:
        yield from _PAIRS
    elif position < _SINGLE_HOURS + _PAIR_HOURS + _TRIPLE_HOURS:
        yield from _TRIPLES


def days_away(weekday: int) -> list[int]:
    """Return the workdays far enough from ``weekday``, counted around the week."""
    return [
        day for day in WORKDAYS if FEWEST_DAYS_APART <= (day - weekday) % 7 <= 7 - FEWEST_DAYS_APART
    ]
