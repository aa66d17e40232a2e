"""The Django admin of all tables, one module for each area."""

from django.utils.translation import gettext_noop as _

from . import audit, classes, messages, studio
from .jobs import run_log
from .people import accounts, calendar_feeds, guardians, students, teachers
from .schedules import closures, fixed_schedules, recurring_slots, rooms

__all__ = [
    "accounts",
    "audit",
    "calendar_feeds",
    "classes",
    "closures",
    "fixed_schedules",
    "guardians",
    "messages",
    "recurring_slots",
    "rooms",
    "run_log",
    "students",
    "studio",
    "teachers",
]

# For our catalogue: Django's own Spanish for these links is a noun, “Vista”.
VIEW = (_("View"), _("View %s"))
