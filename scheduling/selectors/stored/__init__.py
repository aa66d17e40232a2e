"""What the table ``classes`` holds, as values of the domain."""

from .alike import Alike, Span, alike_series
from .groups import stored_groups
from .holders import busy_holders
from .rows import stored_rows
from .touched import UNTOUCHED, UNTOUCHED_SQL, edit_code
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
