"""“Export their data” and “Erase…” of a student, a guardian or a teacher."""

import json
from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scheduling.admin.core.mixins import MixinBase
from scheduling.admin.core.permissions import may_manage_personal_data
from scheduling.admin.core.plan_page import approved_fingerprint, plan_page
from scheduling.jobs.generation.approved_plan import StalePlanError
from scheduling.models import Guardian, Student, Teacher
from scheduling.selectors.studio import studio_today
from scheduling.services.personal_data.erasure import ErasurePlan, erase, preview
from scheduling.services.personal_data.export import export
from scheduling.services.schedule_changes import ChangeContext
from scheduling.text.json_keys import camelized


class EraseForm(forms.Form):
    """Whether the guardians of a student are erased, too."""

    guardians = forms.BooleanField(
        label=gettext_lazy("Also erase the guardians who look after nobody else"), required=False
    )


class PersonalDataMixin(MixinBase):
    """Adds the two pages, for users who may manage personal data."""

    def get_urls(self) -> list[Any]:
        name = f"scheduling_{self.opts.model_name}"
        own = [
            path("<int:object_id>/erase/", self._view(self.erase_view), name=f"{name}_erase"),
            path("<int:object_id>/data/", self._view(self.data_view), name=f"{name}_data"),
        ]
        return [*own, *super().get_urls()]

    def _view(self, view: Any) -> Any:
        return self.admin_site.admin_view(view)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_erased = getattr(obj, "erased_at", None) is not None
        return not is_erased and super().has_change_permission(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None and may_manage_personal_data(request.user):
            links = [(self._address("data", row.pk), _("Export their data"))]
            if getattr(row, "erased_at", None) is None:
                links.append((self._address("erase", row.pk), _("Erase…")))
            context["change_links"] = [*context.get("change_links", ()), *links]
        return super().render_change_form(request, context, *args, **kwargs)

    def data_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Download everything about a person as a JSON file."""
        return _export(request, self._person(request, object_id))

    def erase_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show what an erasure removes and what stays (GET); erase (POST)."""
        person = self._person(request, object_id)
        is_student = isinstance(person, Student)
        context = ChangeContext(studio_today(), timezone.now(), request.user.get_username())
        data = request.POST if request.method == "POST" else request.GET
        form = EraseForm(data or {"guardians": "on"}, label_suffix="")
        with_guardians = is_student and form.is_valid() and form.cleaned_data["guardians"]
        plan, stale, error = None, None, ""
        try:
            if request.method == "POST":
                approved = approved_fingerprint(request)
                plan = erase(person, request.user, context, approved, with_guardians)
                messages.success(request, _erased_text(plan))
                return HttpResponseRedirect(
                    reverse(f"admin:scheduling_{self.opts.model_name}_changelist")
                )
            plan = preview(person, request.user, context, with_guardians)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        except StalePlanError as changed:
            stale = changed
            plan = changed.new_plan or preview(person, request.user, context, with_guardians)
        values = {
            "title": _("Erase"),
            "opts": self.opts,
            "person": str(person),
            "back": self._address("change", person.pk),
            "end": self._address("end", person.pk) if isinstance(person, Teacher) else "",
            "data": self._address("data", person.pk),
            "error": error,
            "erasure": plan,
            "others": plan.names[1:] if plan else [],
            "tables": _tables(plan) if plan else [],
            "form": form if is_student and person.guardians.exists() else None,
            "with_guardians": with_guardians,
            "stays_named": not isinstance(person, Guardian),
        }
        return plan_page(request, "admin/people/erase.html", values, stale)

    def _address(self, page: str, pk: int) -> str:
        return reverse(f"admin:scheduling_{self.opts.model_name}_{page}", args=[pk])

    def _person(self, request: HttpRequest, object_id: int) -> Any:
        if not may_manage_personal_data(request.user):
            raise PermissionDenied
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        return row


@never_cache
@require_safe
def _export(request: HttpRequest, person: Any) -> HttpResponse:
    text = json.dumps(camelized(export(person, timezone.now())), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json")
    name = f"{person._meta.model_name}-{person.pk}-{studio_today()}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _erased_text(plan: ErasurePlan) -> str:
    """Return the message after an erasure; it is stored in a cookie and so names nobody."""
    if isinstance(plan.people[0], Guardian):
        return _("The data is erased.")
    return _("The data is erased. The classes stay under the name “%(name)s”.") % {
        "name": plan.labels[0]
    }


def _tables(plan: ErasurePlan) -> list[tuple[str, int, int]]:
    """Return each table's name with the numbers of rows that lose data and that stay."""
    removed: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    # The log of the product and that of Django have one name.
    for model, ids in plan.removed.items():
        removed[capfirst(str(model._meta.verbose_name_plural))] += len(ids)
    for model, count in plan.kept.items():
        kept[capfirst(str(model._meta.verbose_name_plural))] += count
    return [(name, removed[name], kept[name]) for name in sorted({*removed, *kept})]
