"""What each series asks of the calendar, before anyone looks who else wants the same time.

A draft needs no class but the series' own. ``plan.resolve`` turns it into a plan.
"""

from .asks import Cancel, Draft, Remove, Shut, State, Want
from .drafting import draft
from .held import held_weeks, settled
from .notes import Note
from .rows import cancelled_where_it_is

__all__ = [
    "Cancel",
    "Draft",
    "Note",
    "Remove",
    "Shut",
    "State",
    "Want",
    "cancelled_where_it_is",
    "draft",
    "held_weeks",
    "settled",
]
