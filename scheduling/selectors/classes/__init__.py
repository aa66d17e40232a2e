"""What the table ``classes`` holds, as values of the domain."""

from .bookings import busy_holders
from .groups import stored_groups
from .manual_edits import UNTOUCHED, UNTOUCHED_SQL, edit_code
from .rows import stored_rows
from .unchanged import Alike, Span, alike_series
from .uncovered import Uncovered, uncovered_series

__all__ = [
    "UNTOUCHED",
    "UNTOUCHED_SQL",
    "Alike",
    "Span",
    "Uncovered",
    "alike_series",
    "busy_holders",
    "edit_code",
    "stored_groups",
    "stored_rows",
    "uncovered_series",
]
