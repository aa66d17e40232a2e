"""Where in a teacher's week each student goes, so that nobody is ever in two places at once.

A teacher's week is a grid of whole hours, from 8 to 21, Monday to Saturday. Every lesson stays
within its hour, in the teacher's zone: different cells never overlap, whatever the clocks do,
for they change at night. The first students of a teacher get cells of their own; from then on
they join group lessons, which any number can: their cells hold lessons that are shared and at
exactly the same times.

A student's slot and other meetings lie at least two weekdays apart, counted around the week.
All take place between 8 and 21 o'clock somewhere from UTC-12 to UTC+14, a span of
13 + 26 = 39 hours, less than two days: in no pair of zones, at no time of the year, can they meet.
"""

from collections.abc import Iterator
from typing import NamedTuple

from .stable_random import StableRandom

FIRST_HOUR, LAST_HOUR = 8, 20  # the last one ends at 21
WORKDAYS = range(1, 7)
FEWEST_DAYS_APART = 2

_PAIRS = ((1, 4), (2, 5), (3, 6))
_TRIPLES = ((1, 3, 5), (2, 4, 6))
# How many of the 13 hours of a teacher's day are used in which way.
_SINGLE_HOURS, _PAIR_HOURS, _TRIPLE_HOURS = 6, 3, 2


class Cell(NamedTuple):
    """An hour of a teacher's week."""

    weekday: int
    hour: int


class StudentPlacement(NamedTuple):
    """What a student takes of a teacher's week: the slot, and meetings with the same teacher."""

    slot: Cell
    meetings: tuple[Cell, ...]
    is_group: bool = False


class TeacherGrid:
    """The grid of one teacher, the same for ever."""

    def __init__(self, seed: int, teacher: int) -> None:
        chance = StableRandom("week", seed, teacher)
        hours = chance.shuffled(range(FIRST_HOUR, LAST_HOUR + 1))
        own: list[StudentPlacement] = []
        for position, hour in enumerate(hours):
            for days in _patterns(position):
                first, *rest = chance.shuffled([Cell(day, hour) for day in days])
                own.append(StudentPlacement(first, tuple(rest)))
        self._own = chance.shuffled(own)
        self._group = [
            Cell(day, hour)
            for hour in hours[_SINGLE_HOURS + _PAIR_HOURS + _TRIPLE_HOURS :]
            for day in WORKDAYS
        ]

    def bundle(self, number: int) -> StudentPlacement:
        """What the teacher's student ``number``, from 0, gets."""
        if number < len(self._own):
            return self._own[number]
        turn, place = divmod(number - len(self._own), len(self._group))
        slot = self._group[place]
        opposite = Cell((slot.weekday + 2) % 6 + 1, slot.hour)
        # Every third round also meets the teacher in another group of the same hour.
        return StudentPlacement(slot, (opposite,) if turn % 3 == 0 else (), is_group=True)


def _patterns(position: int) -> Iterator[tuple[int, ...]]:
    if position < _SINGLE_HOURS:
        yield from ((day,) for day in WORKDAYS)
    elif position < _SINGLE_HOURS + _PAIR_HOURS:
        yield from _PAIRS
    elif position < _SINGLE_HOURS + _PAIR_HOURS + _TRIPLE_HOURS:
        yield from _TRIPLES


def days_away(weekday: int) -> list[int]:
    """The workdays far enough from ``weekday``, around the week."""
    return [
        day for day in WORKDAYS if FEWEST_DAYS_APART <= (day - weekday) % 7 <= 7 - FEWEST_DAYS_APART
    ]
