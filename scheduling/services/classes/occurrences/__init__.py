"""Occurrences that the rules ask for and that are not stored: seen, and acted on."""

from .edit import OccurrenceError, cancel, change, change_or_write, move
from .planned import PlannedOccurrence, planned

__all__ = [
    "OccurrenceError",
    "PlannedOccurrence",
    "cancel",
    "change",
    "change_or_write",
    "move",
    "planned",
]
