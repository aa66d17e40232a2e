"""A plan that a person approved is carried out exactly, or not at all.

A preview shows a plan and its fingerprint. What carries the plan out makes it anew, and raises
StalePlanError where the new plan has another fingerprint than the approved one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from django.utils.translation import gettext as _

from scheduling.domain.outcomes import CHANGES, FAULTS, Outcome
from scheduling.domain.series import SeriesKey
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.result_lines import ResultLine, lines_of

from .planning import ChunkPlan

# Of these a run's fingerprint is made. The other outcomes neither change a class nor prevent it.
_DECISIVE = frozenset(CHANGES) | FAULTS | {Outcome.CONFLICT}


class StalePlanError(Exception):
    """The plan is not the approved one, and nothing of it is written.

    ``new_plan`` is the plan as it is now, where it is known. ``partly_done``: the approved plan was
    carried out up to the point from which it differs.
    """

    def __init__(self, new_plan: Any = None) -> None:
        super().__init__()
        self.new_plan = new_plan
        self.partly_done = False

    def __str__(self) -> str:
        if self.partly_done:
            return _(
                "The data has changed since the preview. What was done is as the preview showed "
                "it; the rest was not done. Check the new plan."
            )
        return _("The data has changed since the preview, so nothing was done. Check the new plan.")


class Fingerprinted(Protocol):
    """A plan that can be approved."""

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans."""


def fingerprint(*facts: object) -> str:
    """64 hexadecimal digits, equal for equal ``facts``: plain values that ``repr`` tells apart."""
    return sha256(repr(facts).encode("utf-8", "backslashreplace")).hexdigest()


def require_approved(plan: Fingerprinted, approved: str | None) -> None:
    """Raise StalePlanError unless ``plan`` has the ``approved`` fingerprint; None approves any."""
    if approved is not None and plan.fingerprint != approved:
        raise StalePlanError(plan)


@dataclass
class PlanPreview(NullObserver):
    """The plan of a run, from its dry run: a fingerprint, and the lines that a page shows.

    ``samples`` has the lines of the first ``sample`` series of each outcome. Lines are summed up,
    so that their order does not matter. ``changes`` has a sum for each series whose classes are
    written; other lines depend on how the run is cut into chunks.
    """

    sample: int = 0
    result: RunResult = field(init=False)
    samples: dict[Outcome, list[ResultLine]] = field(init=False, default_factory=dict)
    changes: Counter[SeriesKey] = field(init=False, default_factory=Counter)
    _sum: int = field(init=False, default=0)
    _sampled: defaultdict[Outcome, set[object]] = field(
        init=False, default_factory=lambda: defaultdict(set)
    )

    def started(self, result: RunResult) -> None:
        self.result = result

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        self.add(lines)
        for line in lines:
            sampled = self._sampled[line.outcome]
            whose = line.series or (line.student_id, line.day)
            if len(sampled) < self.sample or whose in sampled:
                sampled.add(whose)
                self.samples.setdefault(line.outcome, []).append(line)

    def add(self, lines: Iterable[ResultLine]) -> None:
        """Take ``lines`` into the fingerprint."""
        for line in lines:
            if line.outcome in _DECISIVE:
                number = int(fingerprint(*line.facts())[:32], 16)
                self._sum += number
                if line.outcome in CHANGES and line.series is not None:
                    self.changes[line.series] += number

    @property
    def fingerprint(self) -> str:
        """Of all lines so far, and of the dates that they are about."""
        window = self.result.window
        span = (window.start, window.end) if window is not None else None
        return fingerprint(self.result.job.value, span, self.result.catch_up_from, self._sum)


class ApprovedPlan:
    """What a run may write, series by series, for as long as it has not.

    The data may change at any moment between the preview and the last chunk. So a run makes its
    plan once more when it begins, and compares every chunk with that plan before it is written.
    """

    def __init__(self, preview: PlanPreview) -> None:
        self._left = dict(preview.changes)

    def check(self, planned: ChunkPlan) -> None:
        """Raise StalePlanError where the plan of a chunk differs."""
        found = PlanPreview()
        found.add(lines_of(planned.plan, with_creates=True))
        if any(found.changes[key] != self._left.get(key, 0) for key in planned.series):
            raise StalePlanError

    def done(self, series: Iterable[SeriesKey]) -> None:
        """The plan of ``series`` is committed, or logged as impossible."""
        for key in series:
            self._left.pop(key, None)

    def finish(self) -> None:
        """Raise StalePlanError where a series of the plan was in no chunk."""
        if self._left:
            raise StalePlanError
