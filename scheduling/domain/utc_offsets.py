"""Where the clocks of a zone change: the offsets of a stretch of local time, a few values in all.

For those who can't ask ``wallclock`` a thousand times: a database compares whole tables to them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from .wallclock import SECOND, zone_of

_DAY = timedelta(days=1)
# Wider than any offset: local dates begin and end at other instants than those of UTC.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class OffsetTransitions:
    """The UTC offsets of local times, in seconds: ``offsets[n]`` until ``at[n]``, and so on.

    One offset more than turns. A local time that a turn skips or repeats takes the offset before
    it, as in ``wallclock.instant``.
    """

    at: tuple[datetime, ...]
    offsets: tuple[int, ...]

    def offset(self, local: datetime) -> int:
        """The offset of the naive ``local``, which lies in the stretch asked for."""
        for turn, offset in zip(self.at, self.offsets, strict=False):
            if local < turn:
                return offset
        return self.offsets[-1]


@lru_cache(maxsize=512)
def offset_transitions(zone: str, first: date, last: date) -> OffsetTransitions:
    """The turns of ``zone`` for local times from ``first`` to ``last``, both included.

    Looked for once a day: two turns within a day that cancel each other out would be missed; the
    zones' data knows of none. Raises UnknownZoneError.
    """
    info = zone_of(zone)

    def offset(moment: datetime) -> int:
        found = moment.astimezone(info).utcoffset()
        assert found is not None
        return found // SECOND

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
            # Skipped times count from the old offset, repeated ones too: the later of the two ends.
            ahead = timedelta(seconds=max(offsets[-1], after))
            at.append(high.replace(tzinfo=None) + ahead)
            offsets.append(after)
        moment = following
    return OffsetTransitions(tuple(at), tuple(offsets))
