"""The Django admin of all tables, one module for each area."""

from django.utils.translation import gettext_noop as _

from . import audit, classes, messages, studio
from .accounts import api_tokens, roles, users
from .jobs import run_log
from .people import calendar_feeds, guardians, students, teachers
from .schedules import closures, fixed_schedules, recurring_slots, rooms

__all__ = [
    "api_tokens",
    "audit",
    "calendar_feeds",
    "classes",
    "closures",
    "fixed_schedules",
    "guardians",
    "messages",
    "recurring_slots",
    "roles",
    "rooms",
    "run_log",
    "students",
    "studio",
    "teachers",
    "users",
]

# For our catalogue: Django's own Spanish for these links is a noun, “Vista”.
VIEW = (_("View"), _("View %s"))
