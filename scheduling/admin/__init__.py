"""The stock Django admin over all tables: one module an area."""

from . import classes, jobs, people, timetable

__all__ = ["classes", "jobs", "people", "timetable"]
