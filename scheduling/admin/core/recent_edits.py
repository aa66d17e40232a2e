"""The reader's own latest changes, each row by the name that it has in their language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from knox.models import AuthToken

from scheduling.models import CalendarFeed, Closure, FixedSchedule, RecurringSlot, ScheduledClass

# The model's name in lower case, and the row's key.
Key = tuple[str, str]

MOST = 8
TOKEN = AuthToken._meta.model_name
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
class RecentEdit:
    """An entry of the log, and what its row is called now; ``url``: its page, if it has one."""

    entry: LogEntry
    name: str

    @property
    def url(self) -> str:
        # The key of a token is its hash.
        has_page = not self.entry.is_deletion() and _key(self.entry)[0] != TOKEN
        return (self.entry.get_admin_url() or "") if has_page else ""


def recent_edits(user: Any) -> list[RecentEdit]:
    """The newest changes of ``user``: a constant number of queries."""
    entries = list(
        LogEntry.objects.filter(user=user)
        .select_related("content_type")
        .order_by("-action_time", "-id")[:MOST]
    )
    names = names_of(map(_key, entries))
    return [RecentEdit(entry, names.get(_key(entry), _own_name(entry))) for entry in entries]


def names_of(rows: Iterable[Key]) -> dict[Key, str]:
    """What rows are called in the reader's language, as far as they are there and it matters.

    A constant number of queries.
    """
    names: dict[Key, str] = {}
    wanted = set(rows)
    for model, people in WORDED.items():
        label = str(model._meta.model_name)
        ids = [pk for kind, pk in wanted if kind == label]
        if ids:
            found = model._default_manager.select_related(*people).filter(pk__in=ids)
            names |= {(label, str(row.pk)): str(row) for row in found}
    return names


def _own_name(entry: LogEntry) -> str:
    """What the log calls a row; a token was once called by its hash, which is its key."""
    is_hash = bool(entry.object_id) and _key(entry)[0] == TOKEN
    if is_hash and entry.object_repr.startswith(str(entry.object_id)):
        return str(AuthToken._meta.verbose_name)
    return entry.object_repr


def _key(entry: LogEntry) -> Key:
    kind = entry.content_type
    return (kind.model if kind is not None else "", str(entry.object_id))
