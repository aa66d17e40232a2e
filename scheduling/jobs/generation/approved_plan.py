"""Approved plans: a plan that a person approved is carried out exactly, or not at all.

A preview shows a plan and its fingerprint. The code that applies the plan makes it again, and
raises StalePlanError if the fingerprints differ.
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

# The outcomes in a run's fingerprint. All others neither change a class nor prevent a change.
_DECISIVE = frozenset(CHANGES) | FAULTS | {Outcome.CONFLICT}


class StalePlanError(Exception):
    """The plan is not the approved one, and is not written.

    ``new_plan`` is the current plan, if known. ``partly_done``: the approved plan was carried out
    up to the first difference.
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
    """Return 64 hexadecimal digits from the ``repr`` of ``facts``, which are plain values."""
    return sha256(repr(facts).encode("utf-8", "backslashreplace")).hexdigest()


def require_approved(plan: Fingerprinted, approved: str | None) -> None:
    """Raise StalePlanError unless ``plan`` has the ``approved`` fingerprint (None: any)."""
    if approved is not None and plan.fingerprint != approved:
        raise StalePlanError(plan)


@dataclass
class PlanPreview(NullObserver):
    """The plan of a run, from its dry run: a fingerprint, and the lines to show on a page.

    ``samples`` has the lines of the first ``sample`` series of each outcome. The hashes of lines
    are added up, so that their order does not matter. ``changes`` has a sum for each series whose
    classes are written; other lines depend on how the run is cut into chunks.
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
            key = line.series or (line.student_id, line.day)
            if len(sampled) < self.sample or key in sampled:
                sampled.add(key)
                self.samples.setdefault(line.outcome, []).append(line)

    def add(self, lines: Iterable[ResultLine]) -> None:
        """Add ``lines`` to the fingerprint."""
        for line in lines:
            if line.outcome in _DECISIVE:
                number = int(fingerprint(*line.facts())[:32], 16)
                self._sum += number
                if line.outcome in CHANGES and line.series is not None:
                    self.changes[line.series] += number

    @property
    def fingerprint(self) -> str:
        """The fingerprint of all lines so far and of the run's dates."""
        window = self.result.window
        span = (window.start, window.end) if window is not None else None
        return fingerprint(self.result.job.value, span, self.result.catch_up_from, self._sum)


class ApprovedPlan:
    """The changes of an approved plan that are still to be written, by series.

    The data may change at any moment between the preview and the last chunk. So a run makes its
    plan again when it begins, and compares every chunk with that plan before writing it.
    """

    def __init__(self, preview: PlanPreview) -> None:
        self._left = dict(preview.changes)

    def check(self, planned: ChunkPlan) -> None:
        """Raise StalePlanError if the plan of a chunk differs."""
        current = PlanPreview()
        current.add(lines_of(planned.plan, with_creates=True))
        if any(current.changes[key] != self._left.get(key, 0) for key in planned.series):
            raise StalePlanError

    def done(self, series: Iterable[SeriesKey]) -> None:
        """Mark ``series`` as done: their changes are committed, or logged as errors."""
        for key in series:
            self._left.pop(key, None)

    def finish(self) -> None:
        """Raise StalePlanError if a series of the plan was in no chunk."""
        if self._left:
            raise StalePlanError
