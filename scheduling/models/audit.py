"""Who changed what by hand. Runs write in bulk and are not heard here: they have their own log."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth import get_user_model
from django.db.models.signals import pre_save

from .classes import ScheduledClass
from .people import LessonDuration, LessonSettings, Student, Teacher
from .timetable import Closure, FixedSchedule, RecurringSlot

# Whoever is acting, asked when something is logged: a token is read long after a request began.
acting: ContextVar[Callable[[], Any] | None] = ContextVar("acting", default=None)

_MACHINERY = ["created_at", "revised_at", "import_key", "import_until"]
_DERIVED = ["week", "occurrence_date", "starts_at", "ends_at", "created_by_run"]
_STAMPS = ["cancelled_at", "edited_at", "updated_at"]


def listen() -> None:
    """Have every change by hand logged, with who made it. To be called once, at the start."""
    for model in (Student, Teacher, FixedSchedule, Closure, LessonSettings, LessonDuration):
        auditlog.register(model, exclude_fields=list(_MACHINERY))
    auditlog.register(RecurringSlot, exclude_fields=[*_MACHINERY, "booked_at"])
    auditlog.register(ScheduledClass, exclude_fields=[*_MACHINERY, *_DERIVED, *_STAMPS])
    pre_save.connect(_name_actor, sender=LogEntry, dispatch_uid="scheduling.audit")


def _name_actor(sender: Any, instance: LogEntry, **_kwargs: Any) -> None:
    ask = acting.get()
    user = ask() if ask is not None else None
    if instance.actor_id is None and user is not None and isinstance(user, get_user_model()):
        instance.actor = user
