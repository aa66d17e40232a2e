"""Sets of the minutes of a local day, as bits of an integer: all starts are tested at once."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from scheduling.domain.working_hours import Hours


def minutes_in(intervals: Iterable[Hours]) -> int:
    """Return the minutes of half-open ``intervals``."""
    bits = 0
    for start, end in intervals:
        if start < end:
            bits |= (1 << end) - (1 << start)
    return bits


def starts_in(minutes: int, length: int) -> int:
    """Return the minutes at which ``length`` minutes in a row begin."""
    done = 1
    while done < length:
        shift = min(done, length - done)
        minutes &= minutes >> shift
        done += shift
    return minutes


@lru_cache(maxsize=256)
def every(step: int, first: int, end: int) -> int:
    """Return every ``step``-th minute from ``first`` to before ``end``."""
    return sum(1 << minute for minute in range(first, end, step))


def listed(minutes: int) -> Iterator[int]:
    """Yield the minutes in order."""
    while minutes:
        lowest = minutes & -minutes
        yield lowest.bit_length() - 1
        minutes ^= lowest


def intervals_of(minutes: int) -> Iterator[Hours]:
    """Yield the half-open intervals of minutes in a row."""
    start = 0
    while minutes >> start:
        start += (minutes >> start & -(minutes >> start)).bit_length() - 1
        rest = ~(minutes >> start)
        end = start + (rest & -rest).bit_length() - 1
        yield start, end
        start = end
