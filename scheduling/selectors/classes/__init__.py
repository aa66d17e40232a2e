"""Stored classes as values of the domain."""

from .bookings import bookings_between, bookings_in_rooms, bookings_near
from .cancelled import CANCELLED, CANCELLED_FOR_TEACHER
from .groups import stored_groups
from .manual_edits import NOT_EDITED, UNTOUCHED_SQL, edit_code
from .rows import series_key, stored_rows
from .unchanged import ComparedWeeks, UnchangedGroup, unchanged_groups
from .uncovered import Uncovered, uncovered_series

__all__ = [
    "CANCELLED",
    "CANCELLED_FOR_TEACHER",
    "NOT_EDITED",
    "UNTOUCHED_SQL",
    "ComparedWeeks",
    "UnchangedGroup",
    "Uncovered",
    "bookings_between",
    "bookings_in_rooms",
    "bookings_near",
    "edit_code",
    "series_key",
    "stored_groups",
    "stored_rows",
    "unchanged_groups",
    "uncovered_series",
]
