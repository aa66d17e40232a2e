"""What a run would do, as far as a page can show it, with a fingerprint of all of it.

The fingerprint tells two looks apart: who has seen a plan starts a run of that plan or of none.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduling.domain.outcomes import FAULTS, Outcome

from .lines import Line
from .request import Clock, Request
from .result import Nobody, Result
from .runner import Conduct, preview

# What is written, and what is in the way of it. The rest is told, and does not matter to the run.
CHANGES = (
    Outcome.CREATED,
    Outcome.MOVED,
    Outcome.REMOVED,
    Outcome.CANCELLED,
    Outcome.RESTORED,
)
_DECISIVE = frozenset(CHANGES) | FAULTS | {Outcome.CONFLICT}
SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Outlook:
    """``samples``: the lines of the first series of each outcome; counts are the result's."""

    result: Result
    samples: Mapping[Outcome, list[Line]]
    fingerprint: str

    @property
    def changes_nothing(self) -> bool:
        """Whether a run would write no class."""
        return not any(self.result.counts[outcome] for outcome in CHANGES)


def look(request: Request, clock: Clock, sample: int = SAMPLE) -> Outlook:
    """The plan of ``request``, not applied."""
    onlooker = _Onlooker(sample)
    result = preview(request, Conduct(clock=clock, watcher=onlooker))
    return Outlook(result, dict(onlooker.samples), onlooker.fingerprint(result))


@dataclass(slots=True)
class _Onlooker(Nobody):
    sample: int
    samples: defaultdict[Outcome, list[Line]] = field(default_factory=lambda: defaultdict(list))
    known: defaultdict[Outcome, set[Any]] = field(default_factory=lambda: defaultdict(set))
    # A sum does not mind in what order the lines come.
    sum: int = 0

    def lines(self, result: Result, lines: list[Line]) -> None:
        for line in lines:
            known = self.known[line.outcome]
            whose = line.series or (line.student_id, line.day)
            if len(known) < self.sample or whose in known:
                known.add(whose)
                self.samples[line.outcome].append(line)
            if line.outcome in _DECISIVE:
                self.sum += _number(line)

    def fingerprint(self, result: Result) -> str:
        window = result.window
        span = (window.start, window.end) if window is not None else None
        parts = (result.job.value, span, result.catch_up_from, self.sum)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def _number(line: Line) -> int:
    parts = (
        line.outcome.value,
        line.code,
        sorted(line.params.items()),
        line.student_id,
        line.teacher_id,
        line.series and (line.series.kind.value, line.series.id),
        line.class_id,
        line.day,
        line.start_time,
        line.end_time,
        line.zone,
        line.occurrences,
    )
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:16])
