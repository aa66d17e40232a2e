"""UTC offsets of a period of local time, as a few values that an SQL query can use.

The queries compare whole tables to them instead of calling ``wallclock`` for every class.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from .wallclock import SECOND, zone_of

_DAY = timedelta(days=1)
# Wider than any offset, because local dates begin and end at other instants than UTC dates.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class OffsetTransitions:
    """UTC offsets of local times, in seconds: ``offsets[n]`` applies until ``at[n]``.

    There is one offset more than transitions. A local time that a transition skips or repeats
    takes the offset before it, as in ``wallclock.instant``.
    """

    at: tuple[datetime, ...]
    offsets: tuple[int, ...]

    def offset(self, local: datetime) -> int:
        """Return the offset of the naive ``local``, which must be within the period."""
        for transition, offset in zip(self.at, self.offsets, strict=False):
            if local < transition:
                return offset
        return self.offsets[-1]


@lru_cache(maxsize=512)
def offset_transitions(zone: str, first: date, last: date) -> OffsetTransitions:
    """Return the transitions of ``zone`` for local times from ``first`` to ``last``, included.

    Offsets are sampled once a day: two transitions within a day that cancel each other out would
    be missed, but tzdata has none. Raises UnknownZoneError.
    """
    info = zone_of(zone)

    def offset(moment: datetime) -> int:
        difference = moment.astimezone(info).utcoffset()
        assert difference is not None
        return difference // SECOND

    moment = datetime.combine(first, time(), UTC) - _MARGIN
    end = datetime.combine(last, time(), UTC) + _MARGIN
    at: list[datetime] = []
    offsets = [offset(moment)]
    while moment < end:
        following = moment + _DAY
        after = offset(following)
        if after != offsets[-1]:
            low, high = moment, following
            while high - low > SECOND:
                middle = low + (high - low) // 2 // SECOND * SECOND
                low, high = (low, middle) if offset(middle) == after else (middle, high)
            # Skipped and repeated times take the old offset: the later of the two ends counts.
            ahead = timedelta(seconds=max(offsets[-1], after))
            at.append(high.replace(tzinfo=None) + ahead)
            offsets.append(after)
        moment = following
    return OffsetTransitions(tuple(at), tuple(offsets))
