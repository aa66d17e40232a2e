"""What can become of an occurrence, a series or a student in a run, and why."""

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """Every result that a run counts. Counted per occurrence where there is one."""

    CREATED = "created"
    EXISTS = "exists"
    MOVED = "moved"
    REMOVED = "removed"
    CANCELLED = "cancelled"  # under a closure
    RESTORED = "restored"  # the closure went
    PROTECTED = "protected"  # a person's doing, left alone
    CONFLICT = "conflict"
    CLOSED = "closed"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    PAUSED = "paused"
    INACTIVE = "inactive"
    NO_SCHEDULE = "no_schedule"
    INVALID = "invalid"
    ERROR = "error"


# A class is written.
CHANGES = (
    Outcome.CREATED,
    Outcome.MOVED,
    Outcome.REMOVED,
    Outcome.CANCELLED,
    Outcome.RESTORED,
)
# A run with any of these is done, but not well.
FAULTS = frozenset({Outcome.INVALID, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code and its values; interfaces put it into words in the reader's language."""

    code: str
    params: dict[str, str | int] = field(default_factory=dict)
