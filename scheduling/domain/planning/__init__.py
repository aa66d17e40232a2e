"""What each series asks of the calendar, before anyone looks who else wants the same time.

A draft needs no class but the series' own. ``plan.resolve`` turns it into a plan.
"""

from .draft import draft
from .existing import cancelled_where_it_is
from .notes import Note
from .types import Cancel, Draft, Remove, Shut, State, Want
from .unchanged import held_weeks, settled

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
