"""The stock Django admin over all tables: one module an area."""

from . import accounts, classes, jobs, people, timetable

__all__ = ["accounts", "classes", "jobs", "people", "timetable"]
