"""Pages that add, change and delete closures, each with a preview."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.mixins import MixinBase
from scheduling.models import Closure

from .forms import CloseForm, DeleteClosuresForm
from .holidays import holidays_page
from .plan_page import PREVIEW_PARAM, ChangePage, change_page


class ClosureChangesMixin(MixinBase):
    """Replaces Django's forms by pages with a preview, and adds public holidays from a list.

    Users with only the view permission get Django's page.
    """

    actions = ("delete_selected",)

    def get_urls(self) -> list[Any]:
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"scheduling_closure_{name}")
            for name, view in (("reopen", self.reopen_view), ("holidays", self.holidays_view))
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        tools = []
        if self.has_add_permission(request):
            address = reverse("admin:scheduling_closure_holidays")
            tools = [{"url": address, "title": _("Public holidays…")}]
        return super().changelist_view(request, {"tools": tools, **(extra_context or {})})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return change_page(
            request,
            ChangePage(
                title=_("Close days"),
                intro=_(
                    "There are no classes on these days. Existing ones are cancelled with the "
                    "name as the reason, except those changed by hand; they are restored when "
                    "the closure is deleted."
                ),
                button=_("Close these days"),
                row=Closure(),
                row_label="",
                form=CloseForm,
                is_danger=True,
                next_address=_to_list,
                back=_list(),
            ),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        closure = self.get_object(request, unquote(object_id))
        if closure is None or not self.has_change_permission(request, closure):
            return super().change_view(request, object_id, form_url, extra_context)
        links = [(_page("history", closure), _("History"))]
        if self.has_delete_permission(request, closure):
            links.append((_page("delete", closure), _("Delete…")))
        return change_page(
            request,
            ChangePage(
                title=_("Change a closure"),
                intro=_(
                    "Classes are cancelled on its days and restored on the days that it no "
                    "longer covers."
                ),
                button=_("Change it"),
                row=closure,
                form=CloseForm,
                next_address=_to_list,
                back=_list(),
                links=links,
            ),
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        closure = self.get_object(request, unquote(object_id))
        if closure is None or not self.has_delete_permission(request, closure):
            return super().delete_view(request, object_id, extra_context)
        return self._delete_page(request, closure, str(closure), _page("change", closure))

    def reopen_view(self, request: HttpRequest) -> HttpResponse:
        """Delete several closures together."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        return self._delete_page(request, Closure(), "", _list())

    def holidays_view(self, request: HttpRequest) -> HttpResponse:
        """Choose public holidays of a country and close these days."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return holidays_page(request)

    @admin.action(permissions=["delete"], description=gettext_lazy("Delete selected closures…"))
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[Closure]
    ) -> HttpResponseRedirect:
        """Redirect to the preview."""
        ids = ",".join(map(str, queryset.order_by("id").values_list("id", flat=True)[:500]))
        address = reverse("admin:scheduling_closure_reopen")
        return HttpResponseRedirect(f"{address}?ids={ids}&{PREVIEW_PARAM}=1")

    def _delete_page(
        self, request: HttpRequest, closure: Closure, row_label: str, back: str
    ) -> HttpResponse:
        return change_page(
            request,
            ChangePage(
                title=_("Delete a closure"),
                intro=_(
                    "Classes that it cancelled are restored unless their time has been taken. "
                    "Classes cancelled by hand stay cancelled."
                ),
                button=_("Delete it"),
                row=closure,
                row_label=row_label,
                form=DeleteClosuresForm,
                next_address=_to_list,
                back=back,
                preview_at_once=closure.pk is not None,
            ),
        )


def _list() -> str:
    return reverse("admin:scheduling_closure_changelist")


_to_list: Callable[[Any], str] = lambda change_plan: _list()  # noqa: E731


def _page(kind: str, closure: Closure) -> str:
    return reverse(f"admin:scheduling_closure_{kind}", args=[closure.pk])
