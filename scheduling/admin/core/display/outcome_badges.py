"""Badges and signs of outcomes and states."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.monitoring.history.run_timeline import MISSED
from scheduling.models import RunState

# The CSS class of each state's badge.
LOOKS = {
    RunState.QUEUED.value: "is-busy",
    RunState.RUNNING.value: "is-busy",
    RunState.SUCCEEDED.value: "is-ok",
    RunState.PARTIAL.value: "is-warn",
    RunState.FAILED.value: "is-bad",
    RunState.CRASHED.value: "is-bad",
    RunState.CANCELLED.value: "is-idle",
    MISSED: "is-absent",
}
DID_NOT_RUN = _("did not run")


def state_name(outcome: str) -> str:
    """Return the name of a run's state or of a missed run: “done”, “did not run”."""
    return str(DID_NOT_RUN if outcome == MISSED else RunState(outcome).label)


@dataclass(frozen=True, slots=True)
class OutcomeSign:
    """A character and the CSS class that colours it."""

    mark: str
    look: str


SIGNS = {
    Outcome.CREATED: OutcomeSign("+", "ct-diff-create"),
    Outcome.MOVED: OutcomeSign("→", "ct-diff-move"),
    Outcome.REMOVED: OutcomeSign("−", "ct-diff-remove"),
    Outcome.CANCELLED: OutcomeSign("✕", "ct-diff-remove"),
    Outcome.RESTORED: OutcomeSign("↺", "ct-diff-create"),
    Outcome.CONFLICT: OutcomeSign("!", "ct-diff-conflict"),
    Outcome.INVALID: OutcomeSign("!", "ct-diff-conflict"),
    Outcome.ERROR: OutcomeSign("!", "ct-diff-conflict"),
    Outcome.PROTECTED: OutcomeSign("•", "ct-diff-keep"),
    Outcome.CLOSED: OutcomeSign("○", "ct-diff-keep"),
}
NO_SIGN = OutcomeSign("·", "ct-diff-keep")
