"""How an outcome or a state looks: a badge's class, a sign, the colour of a bar."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.monitoring.run_timeline import MISSED
from scheduling.models import RunState

# The badge of each state, and the shape of its bar in the strip.
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
    """“done”, “did not run”."""
    return str(DID_NOT_RUN if outcome == MISSED else RunState(outcome).label)


@dataclass(frozen=True, slots=True)
class Sign:
    """A character for the eye, and the class that colours it."""

    mark: str
    look: str


SIGNS = {
    Outcome.CREATED: Sign("+", "ct-diff-create"),
    Outcome.MOVED: Sign("→", "ct-diff-move"),
    Outcome.REMOVED: Sign("−", "ct-diff-remove"),
    Outcome.CANCELLED: Sign("✕", "ct-diff-remove"),
    Outcome.RESTORED: Sign("↺", "ct-diff-create"),
    Outcome.CONFLICT: Sign("!", "ct-diff-conflict"),
    Outcome.INVALID: Sign("!", "ct-diff-conflict"),
    Outcome.ERROR: Sign("!", "ct-diff-conflict"),
    Outcome.PROTECTED: Sign("•", "ct-diff-keep"),
    Outcome.CLOSED: Sign("○", "ct-diff-keep"),
}
NO_SIGN = Sign("·", "ct-diff-keep")
