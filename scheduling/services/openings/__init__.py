"""Openings: when teachers are free, from the plan of every run and the stored classes."""

from .free_time import free_time
from .query import MAX_DAYS, MAX_TEACHERS, MAX_WEEKS, OpeningsQuery
from .search import Openings, TeacherOpening, openings, openings_near, without_overlaps

__all__ = [
    "MAX_DAYS",
    "MAX_TEACHERS",
    "MAX_WEEKS",
    "Openings",
    "OpeningsQuery",
    "TeacherOpening",
    "free_time",
    "openings",
    "openings_near",
    "without_overlaps",
]
