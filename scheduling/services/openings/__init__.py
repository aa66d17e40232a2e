"""Openings: when teachers are free, from the plan of every run and the stored classes."""

from .free_time import SHORTEST_GAP, free_time
from .query import MAX_DAYS, MAX_TEACHERS, MAX_WEEKS, USUAL_HOURS, OpeningsQuery
from .search import (
    Openings,
    TeacherOpening,
    openings,
    openings_near,
    weekly_openings_near,
    without_overlaps,
)

__all__ = [
    "MAX_DAYS",
    "MAX_TEACHERS",
    "MAX_WEEKS",
    "SHORTEST_GAP",
    "USUAL_HOURS",
    "Openings",
    "OpeningsQuery",
    "TeacherOpening",
    "free_time",
    "openings",
    "openings_near",
    "weekly_openings_near",
    "without_overlaps",
]
