"""The log of manual edits: the history page of a row, and the table of all entries."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import auditlog.admin  # noqa: F401  (registers the admin that is replaced below)
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

from scheduling.admin.core.display.formatting import clip
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.mixins import MixinBase, ReadOnlyMixin
from scheduling.admin.core.recent_edits import names_of
from scheduling.models import CalendarFeed
from scheduling.models.audit import FAMILY
from scheduling.text.dates import with_dates_written_out

MAX_SHOWN = 200
# auditlog's texts, for our catalogue: it has no Spanish translation.
TEXTS = (
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
    """Shows the log of manual edits as the history of a row and of related rows."""

    # The relations whose rows are edited on this page, too.
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
        entries = list(self._entries(row)[:MAX_SHOWN])
        context = {
            **self.admin_site.each_context(request),
            "title": _("Change history: %s") % row,
            "opts": self.opts,
            "object": row,
            "most": MAX_SHOWN,
            "entries": [(entry, list(changes(entry))) for entry in _with_current_names(entries)],
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/scheduling/history.html", context)

    def _entries(self, row: Model) -> QuerySet[LogEntry]:
        types = ContentType.objects
        condition = Q(content_type=types.get_for_model(row), object_id=row.pk)
        for name in self.history_includes:
            related: Any = getattr(row, name)
            ids = list(related.order_by().values_list("pk", flat=True))
            content_type = types.get_for_model(related.model)
            condition |= Q(content_type=content_type, object_id__in=ids)
        entries = LogEntry.objects.filter(condition)
        return entries.select_related("actor", "content_type").order_by("-timestamp", "-id")


def _with_current_names(entries: list[Any]) -> list[Any]:
    """Set the current name of each row; the log keeps the name in the editor's language.

    ``family`` is set to the reader on whose page the row was changed, if it was.
    """
    ids = {entry.pk: (entry.additional_data or {}).get(FAMILY) for entry in entries}
    feeds = CalendarFeed.objects.select_related("student", "guardian", "teacher")
    families = feeds.in_bulk({pk for pk in ids.values() if pk})
    for entry in entries:
        feed = families.get(ids[entry.pk] or 0)
        who = _("%(name)s (family's page)") % {"name": feed} if feed is not None else ""
        entry.family = who or (_("a family") if ids[entry.pk] else "")
    keys = [(entry.content_type.model, str(entry.object_pk)) for entry in entries]
    names = names_of(keys)
    for entry, key in zip(entries, keys, strict=True):
        entry.object_repr = names.get(key) or with_dates_written_out(entry.object_repr)
    return entries


def changes(entry: LogEntry) -> Iterable[tuple[str, str, str]]:
    """Yield the name, the old and the new value of each changed field, as text."""
    model = entry.content_type.model_class()
    for name, (old, new) in (entry.changes_dict or {}).items():
        try:
            field: Any = model._meta.get_field(name) if model is not None else None
        except FieldDoesNotExist:
            field = None
        # auditlog also logs reverse relations, which are not fields of this row.
        if name == "id" or getattr(field, "auto_created", False):
            continue
        label = str(getattr(field, "verbose_name", name))
        yield label, _value(field, old), _value(field, new)


def _value(field: Any, value: Any) -> str:
    text = "" if value is None or value == "None" else str(value)
    texts: dict[str, Any] = {str(key): title for key, title in getattr(field, "choices", ()) or ()}
    texts |= {"True": _("Yes"), "False": _("No")} if _has_type(field, "BooleanField") else {}
    if text in texts:
        return str(texts[text])
    if text and _has_type(field, "DateField"):
        try:
            return date_format(date.fromisoformat(text[:10]))
        except ValueError:
            return text
    if text and _has_type(field, "TimeField"):
        return text[:5]
    return clip(text) or "–"


def _has_type(field: Any, internal_type: str) -> bool:
    return getattr(field, "get_internal_type", lambda: "")() == internal_type


class ModelFilter(admin.RelatedOnlyFieldListFilter):
    """Entries by model; the choices omit the app's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext_lazy("kind")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        choices = super().field_choices(field, request, model_admin)
        return [(pk, ContentType.objects.get_for_id(int(pk)).name) for pk, _name in choices]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyMixin, LargeTableMixin, admin.ModelAdmin):
    """All manual edits, newest first, including those of deleted rows."""

    list_display = ("timestamp", "editor", "action", "kind", "name", "changed_fields")
    list_select_related = ("actor", "content_type")
    list_filter = ("action", ("content_type", ModelFilter))
    search_fields = ("object_repr", "actor__username")
    search_help_text = gettext_lazy("What was changed, or the account that changed it.")
    fields = ("timestamp", "editor", "action", "kind", "name", "changed_fields")
    ordering = ("-timestamp", "-id")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # Shown nowhere; PostgreSQL's driver refuses a value that is not an address.
        if lookup.startswith("remote_addr"):
            return False
        return super().lookup_allowed(lookup, value, request)

    def fill(self, rows: list[Any]) -> None:
        _with_current_names(rows)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        entry = super().get_object(request, *args, **kwargs)
        return entry and _with_current_names([entry])[0]

    @admin.display(description=gettext_lazy("changed by"))
    def editor(self, entry: Any) -> str:
        return str(entry.actor or entry.family or _("the system"))

    @admin.display(description=gettext_lazy("kind"))
    def kind(self, entry: LogEntry) -> str:
        return str(entry.content_type.name)

    @admin.display(description=gettext_lazy("name"))
    def name(self, entry: Any) -> str:
        return str(entry.object_repr)

    @admin.display(description=gettext_lazy("changes"))
    def changed_fields(self, entry: LogEntry) -> str:
        return format_html_join("", "<div>{}: {} → {}</div>", changes(entry))
