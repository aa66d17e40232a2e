"""The stock Django admin over all tables: one module an area."""

from . import (
    accounts,
    classes,
    closures,
    feeds,
    history,
    jobs,
    messages,
    slots,
    students,
    studio,
    teachers,
    timetable,
)

__all__ = [
    "accounts",
    "classes",
    "closures",
    "feeds",
    "history",
    "jobs",
    "messages",
    "slots",
    "students",
    "studio",
    "teachers",
    "timetable",
]
