"""Planned occurrences, which are not stored yet: reading and editing them."""

from .edit import (
    OccurrenceError,
    cancel,
    change,
    change_or_write,
    class_or_new,
    lock_class,
    move,
    notifying_occurrence,
    reach_of_occurrence,
    write_together,
)
from .planned import PlannedOccurrence, planned

__all__ = [
    "OccurrenceError",
    "PlannedOccurrence",
    "cancel",
    "change",
    "change_or_write",
    "class_or_new",
    "lock_class",
    "move",
    "notifying_occurrence",
    "planned",
    "reach_of_occurrence",
    "write_together",
]
