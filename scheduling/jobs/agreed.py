"""A run of a plan that a person has seen: it carries out that one, or stops.

Between their look and the last chunk the studio may change at any moment. So the worker looks once
more when the run is its own, and every chunk is held against that look before it is written.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from scheduling.domain.series import SeriesKey

from .lines import lines_of
from .onlooker import CHANGES, Onlooker
from .planning import ChunkPlan
from .result import Result


class PlanChangedError(Exception):
    """The plan is another one than was seen: nothing of it is written."""


class AnyPlan:
    """What nobody has seen: the plan is whatever it is by then."""

    def check(self, planned: ChunkPlan) -> None:
        """Raises PlanChangedError where a chunk's plan is not as it was seen."""

    def done(self, series: Iterable[SeriesKey]) -> None:
        """What was to become of ``series`` is committed, or told as impossible."""

    def finished(self) -> None:
        """Raises PlanChangedError where something was seen that no chunk came to."""


class Agreed(AnyPlan):
    """What was seen, series by series. Raises PlanChangedError unless it is ``fingerprint``'s."""

    def __init__(self, seen: Onlooker, result: Result, fingerprint: str) -> None:
        if seen.fingerprint(result) != fingerprint:
            raise PlanChangedError
        self._left = dict(seen.changes)

    def check(self, planned: ChunkPlan) -> None:
        found = Onlooker()
        found.see(lines_of(planned.plan, with_creates=True))
        if any(found.changes[key] != self._left.get(key, 0) for key in planned.series):
            raise PlanChangedError

    def done(self, series: Iterable[SeriesKey]) -> None:
        for key in series:
            self._left.pop(key, None)

    def finished(self) -> None:
        if self._left:
            raise PlanChangedError


def why_stopped(result: Result) -> str:
    """The closing sentence of a run whose plan has changed."""
    if any(result.counts[outcome] for outcome in CHANGES):
        return _(
            "The state has changed since you looked: what is done is as you saw it, the rest was "
            "left. Look again."
        )
    return _("The state has changed since you looked: nothing was written. Look again.")
