"""Who changed what: in the history of each page, and for all of them at once."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import auditlog.admin  # noqa: F401  (registers the table that is ours below)
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from scheduling.admin.core.changelist import LargeTableMixin
from scheduling.admin.core.formatting import clip
from scheduling.admin.core.mixins import MixinBase, ReadOnlyMixin
from scheduling.admin.core.recent_edits import names_of
from scheduling.text.dates import with_dates_written_out

MOST_SHOWN = 200
# What auditlog says of itself, for our catalogue: it comes without most languages.
WORDS = (
    gettext_noop("Audit log"),
    gettext_noop("log entry"),
    gettext_noop("log entries"),
    gettext_noop("action"),
    gettext_noop("create"),
    gettext_noop("update"),
    gettext_noop("delete"),
    gettext_noop("access"),
    gettext_noop("timestamp"),
    gettext_noop("Created {repr:s}"),
    gettext_noop("Updated {repr:s}"),
    gettext_noop("Deleted {repr:s}"),
)

admin.site.unregister(LogEntry)


class AuditHistoryMixin(MixinBase):
    """A page whose history is the log of hand edits; of ``history_includes`` as well."""

    # Related names of rows that are edited on this page, or say as much about it.
    history_includes: Sequence[str] = ()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        entries = list(self._entries(row)[:MOST_SHOWN])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % row,
            "opts": self.opts,
            "object": row,
            "most": MOST_SHOWN,
            "entries": [(entry, list(changes(entry))) for entry in _named(entries)],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/scheduling/history.html", context)

    def _entries(self, row: Model) -> QuerySet[LogEntry]:
        types = ContentType.objects
        condition = Q(content_type=types.get_for_model(row), object_id=row.pk)
        for name in self.history_includes:
            related: Any = getattr(row, name)
            ids = list(related.order_by().values_list("pk", flat=True))
            kind = types.get_for_model(related.model)
            condition |= Q(content_type=kind, object_id__in=ids)
        entries = LogEntry.objects.filter(condition)
        return entries.select_related("actor", "content_type").order_by("-timestamp", "-id")


def _named(entries: list[Any]) -> list[Any]:
    """The entries, each with what its row is called now; the log keeps the writer's language."""
    keys = [(entry.content_type.model, str(entry.object_pk)) for entry in entries]
    names = names_of(keys)
    for entry, key in zip(entries, keys, strict=True):
        entry.object_repr = names.get(key) or with_dates_written_out(entry.object_repr)
    return entries


def changes(entry: LogEntry) -> Iterable[tuple[str, str, str]]:
    """Of each changed field: its name, what it was and what it became, in words."""
    model = entry.content_type.model_class()
    for name, (old, new) in (entry.changes_dict or {}).items():
        try:
            field: Any = model._meta.get_field(name) if model is not None else None
        except FieldDoesNotExist:
            field = None
        # The other end of a row's foreign key is no field of this one, whatever the log says.
        if name == "id" or getattr(field, "auto_created", False):
            continue
        label = str(getattr(field, "verbose_name", name))
        yield label, _value(field, old), _value(field, new)


def _value(field: Any, value: Any) -> str:
    text = "" if value is None or value == "None" else str(value)
    words: dict[str, Any] = {str(key): title for key, title in getattr(field, "choices", ()) or ()}
    words |= {"True": _("Yes"), "False": _("No")} if _is(field, "BooleanField") else {}
    if text in words:
        return str(words[text])
    if text and _is(field, "DateField"):
        try:
            return date_format(date.fromisoformat(text[:10]))
        except ValueError:
            return text
    if text and _is(field, "TimeField"):
        return text[:5]
    return clip(text) or "–"


def _is(field: Any, kind: str) -> bool:
    return getattr(field, "get_internal_type", lambda: "")() == kind


class ActionFilter(admin.RelatedOnlyFieldListFilter):
    """Rows of one table, by its name alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("kind")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        found = super().field_choices(field, request, model_admin)
        return [(pk, ContentType.objects.get_for_id(int(pk)).name) for pk, _name in found]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyMixin, LargeTableMixin, admin.ModelAdmin):
    """All hand edits, the newest first; also of what has been deleted since."""

    list_display = ("timestamp", "who", "action", "kind", "name", "what")
    list_select_related = ("actor", "content_type")
    list_filter = ("action", ("content_type", ActionFilter))
    search_fields = ("object_repr", "actor__username")
    search_help_text = gettext_lazy("What was changed, or the account that changed it.")
    fields = ("timestamp", "who", "action", "kind", "name", "what")
    ordering = ("-timestamp", "-id")

    def fill(self, rows: list[Any]) -> None:
        _named(rows)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        entry = super().get_object(request, *args, **kwargs)
        return entry and _named([entry])[0]

    @admin.display(description=gettext_lazy("changed by"))
    def who(self, entry: LogEntry) -> str:
        return str(entry.actor or _("the system"))

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, entry: LogEntry) -> str:
        return str(entry.content_type.name)

    @admin.display(description=gettext_lazy("name"))
    def name(self, entry: Any) -> str:
        return str(entry.object_repr)

    @admin.display(description=gettext_lazy("changes"))
    def what(self, entry: LogEntry) -> str:
        return format_html_join("", "<div>{}: {} → {}</div>", changes(entry))
