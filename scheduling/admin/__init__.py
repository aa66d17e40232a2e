"""The stock Django admin over all tables: one module an area."""

from django.utils.translation import gettext_noop as _

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

# On a link, Django's own Spanish for these is a noun: “Vista”.
VIEW = (_("View"), _("View %s"))
