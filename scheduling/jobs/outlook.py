"""What a run would do, as far as a page can show it, with a fingerprint of all of it.

The fingerprint tells two looks apart: who has seen a plan starts a run of that plan or of none.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.domain.outcomes import Outcome

from .lines import Line
from .onlooker import CHANGES, Onlooker
from .request import Clock, Request
from .result import Result
from .runner import Conduct, preview

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
    sampler = _Sampler(sample=sample)
    result = preview(request, Conduct(clock=clock, watcher=sampler))
    return Outlook(result, dict(sampler.samples), sampler.fingerprint(result))


@dataclass
class _Sampler(Onlooker):
    """Keeps the first of the lines for the page as well."""

    sample: int = SAMPLE
    samples: defaultdict[Outcome, list[Line]] = field(default_factory=lambda: defaultdict(list))
    known: defaultdict[Outcome, set[object]] = field(default_factory=lambda: defaultdict(set))

    def lines(self, result: Result, lines: list[Line]) -> None:
        super().lines(result, lines)
        for line in lines:
            known = self.known[line.outcome]
            whose = line.series or (line.student_id, line.day)
            if len(known) < self.sample or whose in known:
                known.add(whose)
                self.samples[line.outcome].append(line)
