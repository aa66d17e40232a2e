"""The outcomes of a run for occurrences, series and students, and their reasons."""

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """The results that a run counts, per occurrence if there is one."""

    CREATED = "created"
    EXISTS = "exists"
    MOVED = "moved"
    REMOVED = "removed"
    CANCELLED = "cancelled"  # by a closure
    RESTORED = "restored"  # the closure is gone
    PROTECTED = "protected"  # edited by hand, left alone
    CONFLICT = "conflict"
    CLOSED = "closed"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    PAUSED = "paused"
    INACTIVE = "inactive"
    NO_SCHEDULE = "no_schedule"
    INVALID = "invalid"
    ERROR = "error"


# The outcomes that write a class.
CHANGES = (
    Outcome.CREATED,
    Outcome.MOVED,
    Outcome.REMOVED,
    Outcome.CANCELLED,
    Outcome.RESTORED,
)
# A run with any of these is "done with errors".
FAULTS = frozenset({Outcome.INVALID, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as a code and its values. ``text.reasons`` translates it."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)
