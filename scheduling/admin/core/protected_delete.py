"""Deleting a row that others keep: what keeps it is counted, not listed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import PROTECT, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scheduling.models import Student, Teacher
from scheduling.text.dates import number_text

from .mixins import MixinBase


class ProtectedDeleteMixin(MixinBase):
    """A thousand classes of a teacher are no list to read, and take a query each to name.

    What is kept is not offered to be deleted; who asks for it all the same is told the way on.
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
        asked = request.method == "GET" and self.has_delete_permission(request, row)
        if row is not None and asked and has_references(row):
            page = reverse(f"admin:scheduling_{self.opts.model_name}_end", args=[row.pk])
            link = format_html('<a href="{}">{}</a>', page, _end(self.model))
            messages.info(
                request, format_html("{} {}", _("What has a history is ended, not deleted:"), link)
            )
        return super().delete_view(request, object_id, extra_context)

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if (found := actions.get("delete_selected")) is not None:
            act, name, title = found
            actions["delete_selected"] = (_unless_referenced(act), name, title)
        return actions

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        keepers = list(_references(self.model, objs))
        if keepers:
            return [], {}, set(), keepers
        return super().get_deleted_objects(objs, request)


def _end(model: Any) -> str:
    """What the link is called that ends a row of ``model``."""
    return pgettext("of a person", "End…") if model in (Student, Teacher) else _("End…")


def has_references(row: Any) -> bool:
    """Whether anything refers to ``row`` that must not lose it."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: row}).exists()
        for relation in row._meta.related_objects
        if relation.on_delete is PROTECT
    )


def _unless_referenced(act: Callable[..., Any]) -> Callable[..., Any]:
    """The action ``act``, for rows that nothing keeps."""

    def delete(admin_of: Any, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        keepers = list(_references(admin_of.model, rows))
        if not keepers:
            return act(admin_of, request, rows)
        text = _(
            "Nothing was deleted: %(what)s belong to what was chosen. What has a history is "
            "ended, not deleted: “%(end)s” on its page."
        )
        values = {"what": get_text_list(keepers, _("and")), "end": _end(admin_of.model)}
        messages.error(request, text % values)
        return None

    return delete


def _references(model: Any, rows: Iterable[Any]) -> Iterator[str]:
    """“1,204 classes”: what refers to any of ``rows`` and must not lose them."""
    for relation in model._meta.related_objects:
        if relation.on_delete is not PROTECT:
            continue
        other: Any = relation.related_model
        count = other._default_manager.filter(**{f"{relation.field.name}__in": rows}).count()
        if count:
            names = other._meta.verbose_name if count == 1 else other._meta.verbose_name_plural
            yield _("%(n)s %(what)s") % {"n": number_text(count), "what": names}
