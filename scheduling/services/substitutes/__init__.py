"""Substitutes: who can give a lesson of another teacher, and giving it to them."""

from .candidates import Availability, Candidate
from .hand_over import HandedOver, field_of, hand_over
from .lessons import (
    Lesson,
    find_lessons,
    lessons_of,
    may_be_handed_over,
    reference_of,
    sessions,
)

__all__ = [
    "Availability",
    "Candidate",
    "HandedOver",
    "Lesson",
    "field_of",
    "find_lessons",
    "hand_over",
    "lessons_of",
    "may_be_handed_over",
    "reference_of",
    "sessions",
]
