"""“Pause…” and “Deactivate…” of selected people: pages with a preview of their classes."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.lists.bulk_actions import selected_rows
from scheduling.admin.core.mixins import MixinBase
from scheduling.domain.typed_text import is_row_id
from scheduling.selectors.people_lists import has_classes_ahead
from scheduling.selectors.studio import studio_today

from .forms import DeactivateForm, PausePeopleForm
from .plan_page import PREVIEW_PARAM, ChangePage, change_page

MAX_NAMED = 5


class SelectedPeopleMixin(MixinBase):
    """Adds the pages and the actions; a form that deactivates a person leads to its page, too."""

    whose: ClassVar[str]

    def get_urls(self) -> list[Any]:
        prefix = f"scheduling_{self.opts.model_name}"
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"{prefix}_{name}")
            for name, view in (("deactivate", self.deactivate_view), ("pause", self.pause_view))
        ]
        return [*own, *super().get_urls()]

    @admin.action(permissions=["pause"], description=gettext_lazy("Pause…"))
    def pause(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """Redirect to the form."""
        found = selected_rows(request, rows)
        if found is None:
            return None
        return HttpResponseRedirect(self.pause_address([row.pk for row in found]))

    def has_pause_permission(self, request: HttpRequest) -> bool:
        # A pause is stored as a closure.
        may_change = self.has_change_permission(request)
        return may_change and request.user.has_perm("scheduling.add_closure")

    def pause_address(self, ids: list[int]) -> str:
        """Return the URL of the form that pauses these people."""
        query = urlencode({"ids": ",".join(map(str, ids))}, safe=",")
        return f"{reverse(f'admin:scheduling_{self.opts.model_name}_pause')}?{query}"

    def pause_view(self, request: HttpRequest) -> HttpResponse:
        """Preview and apply a pause of the people in ``ids``."""
        if not self.has_pause_permission(request):
            raise PermissionDenied
        data = request.POST if request.method == "POST" else request.GET
        chosen = data.get("ids", "")
        back = self._list()
        if is_row_id(chosen):
            back = reverse(f"admin:scheduling_{self.opts.model_name}_change", args=[chosen])
        return change_page(
            request,
            ChangePage(
                title=_("Pause"),
                intro=_(
                    "There are no classes on those days: existing ones are cancelled unless they "
                    "were edited by hand, and restored when the closure is deleted."
                ),
                button=_("Pause"),
                row=self.model(),
                row_label=self._names(request),
                form=type("PausePeopleForm", (PausePeopleForm,), {"chosen": chosen}),
                next_address=lambda change_plan: back,
                back=back,
            ),
        )

    @admin.action(permissions=["change"], description=gettext_lazy("Deactivate…"))
    def deactivate(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """Redirect to the preview."""
        found = selected_rows(request, rows)
        return None if found is None else self._redirect_to_preview([row.pk for row in found])

    def deactivate_view(self, request: HttpRequest) -> HttpResponse:
        """Preview and apply the deactivation of the people in ``ids``."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return change_page(
            request,
            ChangePage(
                title=_("Deactivate"),
                intro=_(
                    "While they are not active, their schedules create no classes. Past classes "
                    "and classes edited by hand stay on record. “Activate” in the list reverses "
                    "this: the classes are created again from the schedules."
                ),
                button=_("Deactivate"),
                row=self.model(),
                row_label=self._names(request),
                form=DeactivateForm,
                next_address=lambda change_plan: self._list(),
                back=self._list(),
                is_danger=True,
            ),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        deactivated = change and "is_active" in form.changed_data and not obj.is_active
        if deactivated and has_classes_ahead(self.whose, obj, timezone.now()):
            # The other fields are saved. Deactivation removes classes, so it is previewed first.
            obj.is_active = True
            form.changed_data.remove("is_active")
            request.deactivates = True  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if not getattr(request, "deactivates", False):
            return super().response_change(request, obj)
        text = _("Saved, and still active: this is what deactivating would do. Confirm it below.")
        messages.warning(request, text)
        return self._redirect_to_preview([obj.pk])

    def _redirect_to_preview(self, ids: list[int]) -> HttpResponseRedirect:
        query = urlencode({"ids": ",".join(map(str, ids)), PREVIEW_PARAM: 1}, safe=",")
        address = reverse(f"admin:scheduling_{self.opts.model_name}_deactivate")
        return HttpResponseRedirect(f"{address}?{query}")

    def _names(self, request: HttpRequest) -> str:
        """Return the names of the first selected people."""
        data = request.POST if request.method == "POST" else request.GET
        form = DeactivateForm(self.model(), studio_today(), data)
        if not form.is_valid():
            return ""
        rows = list(self.get_queryset(request).filter(pk__in=form.row_ids)[: MAX_NAMED + 1])
        shown = ", ".join(map(str, rows[:MAX_NAMED]))
        return shown if len(rows) <= MAX_NAMED else f"{shown} …"

    def _list(self) -> str:
        return reverse(f"admin:scheduling_{self.opts.model_name}_changelist")
