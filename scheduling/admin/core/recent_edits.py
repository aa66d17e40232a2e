"""A user's latest edits, with names in the user's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from knox.models import AuthToken

from scheduling.models import CalendarFeed, Closure, FixedSchedule, RecurringSlot, ScheduledClass

# The model's name in lower case, and the row's key.
Key = tuple[str, str]

MAX_SHOWN = 8
TOKEN = AuthToken._meta.model_name
# Models whose names contain translated words, with the relations that a name needs: the log keeps
# the name in the editor's language.
TRANSLATED: dict[Any, tuple[str, ...]] = {
    FixedSchedule: ("student", "teacher"),
    RecurringSlot: ("student", "teacher"),
    CalendarFeed: ("student", "guardian", "teacher"),
    ScheduledClass: ("student",),
    Closure: (),
    AuthToken: ("user",),
}


@dataclass(frozen=True, slots=True)
class RecentEdit:
    """A log entry with the current name of its row; ``url`` is the row's page, if any."""

    entry: LogEntry
    name: str

    @property
    def url(self) -> str:
        # The key of a token is its hash.
        has_page = not self.entry.is_deletion() and _key(self.entry)[0] != TOKEN
        return (self.entry.get_admin_url() or "") if has_page else ""


def recent_edits(user: Any) -> list[RecentEdit]:
    """Return the newest edits of ``user``, in a constant number of queries."""
    entries = list(
        LogEntry.objects.filter(user=user)
        .select_related("content_type")
        .order_by("-action_time", "-id")[:MAX_SHOWN]
    )
    names = names_of(map(_key, entries))
    return [RecentEdit(entry, names.get(_key(entry), _logged_name(entry))) for entry in entries]


def names_of(rows: Iterable[Key]) -> dict[Key, str]:
    """Return the names, in the current language, of those rows whose names are translated.

    Deleted rows are left out. The number of queries is constant.
    """
    names: dict[Key, str] = {}
    keys = set(rows)
    for model, people in TRANSLATED.items():
        label = str(model._meta.model_name)
        ids = [pk for kind, pk in keys if kind == label]
        if ids:
            found = model._default_manager.select_related(*people).filter(pk__in=ids)
            names |= {(label, str(row.pk)): str(row) for row in found}
    return names


def _logged_name(entry: LogEntry) -> str:
    """Return the name in the log; old entries name a token by its hash, which must stay hidden."""
    is_hash = bool(entry.object_id) and _key(entry)[0] == TOKEN
    if is_hash and entry.object_repr.startswith(str(entry.object_id)):
        return str(AuthToken._meta.verbose_name)
    return entry.object_repr


def _key(entry: LogEntry) -> Key:
    kind = entry.content_type
    return (kind.model if kind is not None else "", str(entry.object_id))
