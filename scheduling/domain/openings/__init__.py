"""Openings: the times at which a teacher is free for a weekly lesson, or for a single one.

Pure, over busy intervals. Dates and minutes are local to the teacher's zone; bookings and ``now``
are in epoch seconds. No opening crosses midnight.
"""

from .gaps import Gap, find_gaps
from .opening import Obstacle, Opening
from .question import ALL_WEEKDAYS, WITHOUT_ROOM, Attendee, Diary, Host, Question
from .search import find_openings

__all__ = [
    "ALL_WEEKDAYS",
    "WITHOUT_ROOM",
    "Attendee",
    "Diary",
    "Gap",
    "Host",
    "Obstacle",
    "Opening",
    "Question",
    "find_gaps",
    "find_openings",
]
