"""The audit log of manual edits. Runs write in bulk, without signals: they have their own log."""

import json
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import pre_save

from .api_tokens import ApiTokenDetails
from .classes import ScheduledClass
from .feeds import CalendarFeed
from .guardians import Guardian, StudentGuardian
from .people import LessonDuration, LessonSettings, Student, Teacher
from .rooms import Room
from .studio import Studio
from .timetable import Closure, FixedSchedule, RecurringSlot
from .working_hours import WorkingHours

# Returns the current user. Called only when something is logged, because a token is read late.
acting: ContextVar[Callable[[], Any] | None] = ContextVar("acting", default=None)
# The id of the feed whose family acts on its page, without an account.
acting_family: ContextVar[int | None] = ContextVar("acting_family", default=None)
# The key of that id in the additional data of an entry.
FAMILY = "family"

_MACHINERY = [
    *("created_at", "revised_at", "name_key", "erased_at"),
    *("import_key", "import_until", "import_room"),
]
_DERIVED = ["week", "occurrence_date", "starts_at", "ends_at", "created_by_run"]
_STAMPS = ["cancelled_at", "edited_at", "updated_at"]


def register_audit() -> None:
    """Log every manual edit with its user. Called once, at start-up."""
    for model in (
        Student,
        Guardian,
        StudentGuardian,
        Teacher,
        WorkingHours,
        Room,
        FixedSchedule,
        Closure,
        LessonSettings,
        LessonDuration,
    ):
        auditlog.register(model, exclude_fields=list(_MACHINERY))
    auditlog.register(ApiTokenDetails)
    auditlog.register(CalendarFeed, exclude_fields=["nonce", "created_at", "last_used_at"])
    auditlog.register(Studio, exclude_fields=["is_settled"])
    auditlog.register(RecurringSlot, exclude_fields=[*_MACHINERY, "booked_at"])
    auditlog.register(ScheduledClass, exclude_fields=[*_MACHINERY, *_DERIVED, *_STAMPS])
    pre_save.connect(_name_actor, sender=LogEntry, dispatch_uid="scheduling.audit")


def entries(changed: Iterable[tuple[Model | None, Model]]) -> list[LogEntry]:
    """Return the log entries of rows that are written in bulk, which sends no signals.

    ``changed`` has each row before (None if new) and after. Insert the entries in bulk, too: their
    ``changes`` are JSON text. ``str(row)`` must not need a query.
    """
    actor = _actor()
    return [
        LogEntry(
            content_type=ContentType.objects.get_for_model(row),
            object_pk=str(row.pk),
            object_id=row.pk,
            object_repr=str(row),
            action=LogEntry.Action.CREATE if before is None else LogEntry.Action.UPDATE,
            # Only the row's own columns: related rows would take a query each.
            changes=json.dumps(model_instance_diff(before, row, _columns(type(row)))),
            actor=actor,
        )
        for before, row in changed
    ]


def _columns(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields]


def _name_actor(sender: Any, instance: LogEntry, **_kwargs: Any) -> None:
    if instance.actor_id is None:
        instance.actor = _actor()
    if (feed_id := acting_family.get()) is not None:
        instance.additional_data = {FAMILY: feed_id}


def _actor() -> Any:
    """Return the current user; None for a command."""
    get_user = acting.get()
    user = get_user() if get_user is not None else None
    return user if isinstance(user, get_user_model()) else None
