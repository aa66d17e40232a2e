"""The draft: what each series requires of the calendar, before conflicts are resolved.

A draft needs only the series' own classes. ``resolve.resolve`` turns it into a plan.
"""

from .draft import draft
from .existing import cancelled_where_it_is
from .notes import Note
from .types import Cancellation, ClosedOccurrence, Draft, PlannedClass, Removal, SeriesState
from .unchanged import draft_unchanged, unchanged_weeks

__all__ = [
    "Cancellation",
    "ClosedOccurrence",
    "Draft",
    "Note",
    "PlannedClass",
    "Removal",
    "SeriesState",
    "cancelled_where_it_is",
    "draft",
    "draft_unchanged",
    "unchanged_weeks",
]
