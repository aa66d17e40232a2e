"""Deletion of rows that other rows protect: the protecting rows are counted, not listed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import PROTECT, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scheduling.models import Room, Student, Teacher
from scheduling.text.dates import number_text

from .mixins import MixinBase


class ProtectedDeleteMixin(MixinBase):
    """Refuse to delete protected rows, and link to “End…” instead.

    Django would list every protecting row with its name, at a query each. The delete button is
    hidden; a direct request shows a message with the link.
    """

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None and self.has_delete_permission(request, row) and has_references(row):
            context["show_delete"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        may_delete = self.has_delete_permission(request, row)
        if request.method == "GET" and row is not None and may_delete and has_references(row):
            messages.info(request, self.kept_text(row))
        return super().delete_view(request, object_id, extra_context)

    def kept_text(self, row: Any) -> SafeString | str:
        """Return why ``row`` is not deleted, and what to do instead."""
        page = reverse(f"admin:scheduling_{self.opts.model_name}_end", args=[row.pk])
        link = format_html('<a href="{}">{}</a>', page, _end(self.model))
        return format_html("{} {}", _("Rows with a history are ended, not deleted:"), link)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if (found := actions.get("delete_selected")) is not None:
            action, name, title = found
            actions["delete_selected"] = (_unless_referenced(action), name, title)
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        protected = list(_references(self.model, objs))
        if protected:
            return [], {}, set(), protected
        return super().get_deleted_objects(objs, request)


def _end(model: Any) -> str:
    """Return the label of the link that ends a row of ``model``."""
    return pgettext("of a person", "Leaves…") if model in (Student, Teacher) else _("End…")


def has_references(row: Any) -> bool:
    """Return whether protecting rows refer to ``row``."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.related_objects
        if relation.on_delete is PROTECT
    )


def _unless_referenced(action: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``action`` restricted to rows that no other row protects."""

    def delete(model_admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        references = list(_references(model_admin.model, rows))
        if not references:
            return action(model_admin, request, rows)
        text = _(
            "Nothing was deleted: %(what)s belong to the selected rows. Rows with a history are "
            "ended, not deleted: use “%(end)s” on their page."
        )
        if model_admin.model is Room:
            text = _(
                "Nothing was deleted: %(what)s belong to the selected rooms. Set a room that is "
                "not used any more to not active."
            )
        values = {"what": get_text_list(references, _("and")), "end": _end(model_admin.model)}
        messages.error(request, text % values)
        return None

    return delete


def _references(model: Any, rows: Iterable[Any]) -> Iterator[str]:
    """Yield the number of protecting rows of each model: “1,204 classes”."""
    conditions: dict[Any, Q] = {}
    for relation in model._meta.related_objects:
        if relation.on_delete is PROTECT:
            condition = Q(**{f"{relation.field.name}__in": rows})
            related = relation.related_model
            conditions[related] = conditions.get(related, Q()) | condition
    for related, condition in conditions.items():
        count = related._default_manager.filter(condition).count()
        if count:
            names = related._meta.verbose_name if count == 1 else related._meta.verbose_name_plural
            yield _("%(n)s %(what)s") % {"n": number_text(count), "what": names}
