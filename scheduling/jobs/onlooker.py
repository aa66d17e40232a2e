"""Follows a look at a plan, and keeps a number by which it is told from any other."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from scheduling.domain.outcomes import FAULTS, Outcome
from scheduling.domain.series import SeriesKey

from .lines import Line
from .result import Nobody, Result

# What is written, and what is in the way of it. The rest is told, and does not matter to the run.
CHANGES = (
    Outcome.CREATED,
    Outcome.MOVED,
    Outcome.REMOVED,
    Outcome.CANCELLED,
    Outcome.RESTORED,
)
_DECISIVE = frozenset(CHANGES) | FAULTS | {Outcome.CONFLICT}


@dataclass
class Onlooker(Nobody):
    """Sums, which do not mind in what order the lines come.

    ``changes``: of what is written, series by series. It does not depend on how a run is cut into
    chunks, as what is in the way does.
    """

    sum: int = 0
    changes: Counter[SeriesKey] = field(default_factory=Counter)

    def lines(self, result: Result, lines: list[Line]) -> None:
        self.see(lines)

    def see(self, lines: Iterable[Line]) -> None:
        """Take note of ``lines``."""
        for line in lines:
            if line.outcome in _DECISIVE:
                number = _number(line)
                self.sum += number
                if line.outcome in CHANGES and line.series is not None:
                    self.changes[line.series] += number

    def fingerprint(self, result: Result) -> str:
        """Of all that was seen, and of the dates that it was about."""
        window = result.window
        span = (window.start, window.end) if window is not None else None
        parts = (result.job.value, span, result.catch_up_from, self.sum)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def _number(line: Line) -> int:
    return int.from_bytes(hashlib.sha256(repr(line.facts()).encode()).digest()[:16])
