"""The reader's own latest changes, each row by the name that it has in their language."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from knox.models import AuthToken

from scheduling.models import CalendarFeed, Closure, FixedSchedule, RecurringSlot, ScheduledClass

MOST = 8
# Their names hold a weekday or another word: the log keeps them in whoever's language it was.
WORDED: dict[Any, tuple[str, ...]] = {
    FixedSchedule: ("student", "teacher"),
    RecurringSlot: ("student", "teacher"),
    CalendarFeed: ("student", "teacher"),
    ScheduledClass: ("student",),
    Closure: (),
    AuthToken: ("user",),
}


@dataclass(frozen=True, slots=True)
class Recent:
    """An entry of the log, and what its row is called now."""

    entry: LogEntry
    name: str


def recent(user: Any) -> list[Recent]:
    """The newest changes of ``user``: a constant number of queries."""
    entries = list(
        LogEntry.objects.filter(user=user)
        .select_related("content_type")
        .order_by("-action_time", "-id")[:MOST]
    )
    names = _names(entries)
    return [Recent(entry, names.get(_key(entry), _own_name(entry))) for entry in entries]


def _names(entries: list[LogEntry]) -> dict[tuple[str, str], str]:
    names: dict[tuple[str, str], str] = {}
    for model, people in WORDED.items():
        label = str(model._meta.model_name)
        ids = [entry.object_id for entry in entries if _key(entry)[0] == label]
        if ids:
            rows: Any = model._default_manager.select_related(*people)
            names |= {(label, str(row.pk)): str(row) for row in rows.filter(pk__in=ids)}
    return names


def _own_name(entry: LogEntry) -> str:
    """What the log calls a row; of a token it may have kept the hash."""
    is_token = _key(entry)[0] == AuthToken._meta.model_name
    return str(AuthToken._meta.verbose_name) if is_token else entry.object_repr


def _key(entry: LogEntry) -> tuple[str, str]:
    kind = entry.content_type
    return (kind.model if kind is not None else "", str(entry.object_id))
