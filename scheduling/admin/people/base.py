"""The base of the admins of students and teachers."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core import formatting
from scheduling.admin.core.apply_after_save import apply_after_commit
from scheduling.admin.core.bulk_actions import apply_to_each, selected_rows
from scheduling.admin.core.changelist import LargeTableMixin
from scheduling.admin.core.protected_delete import ProtectedDeleteMixin
from scheduling.admin.core.statement_cells import this_month
from scheduling.admin.export import ExportMixin
from scheduling.admin.schedules.changes import DeactivateMixin, EndPersonMixin
from scheduling.models.fields import LineInput
from scheduling.selectors.people_lists import next_classes, paused_people, weekly_meetings
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.status import pause, set_active

from .panels import upcoming_panel, weekly_panel
from .personal_data import PersonalDataMixin


class PausePersonForm(forms.Form):
    """The dates and the name of a pause."""

    name = LineInput(
        label=gettext_lazy("Reason"),
        max_length=150,
        initial=pgettext_lazy("a closure's name", "Pause"),
    )
    first_date = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last_date = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and data["last_date"] < data["first_date"]:
            self.add_error("last_date", _("The last date is before the first date."))
        return data


class PersonAdmin(
    DeactivateMixin,
    EndPersonMixin,
    PersonalDataMixin,
    ExportMixin,
    ProtectedDeleteMixin,
    AuditHistoryMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    """A list with next classes; a page with upcoming classes, conflicts and weekly lessons."""

    whose: ClassVar[str]
    change_form_template = "admin/scheduling/person_change_form.html"
    actions = ("pause", "deactivate", "activate")

    def fill(self, rows: list[Any]) -> None:
        ids = [row.pk for row in rows]
        today, now = studio_today(), timezone.now()
        upcoming = next_classes(self.whose, ids, now)
        counts = weekly_meetings(self.whose, ids, today)
        people: QuerySet[Any] = self.model._default_manager.filter(pk__in=ids)
        paused = set(people.filter(paused_people(self.whose, today)).values_list("pk", flat=True))
        for row in rows:
            row.next, row.weekly_count = upcoming.get(row.pk), counts.get(row.pk, 0)
            row.is_paused = row.pk in paused

    @admin.display(description=gettext_lazy("weekly meetings"))
    def meetings(self, person: Any) -> int:
        return int(person.weekly_count)

    @admin.display(description=gettext_lazy("next class"))
    def next_class(self, person: Any) -> SafeString | str:
        return formatting.class_link(person.next)

    @admin.action(permissions=["change"], description=gettext_lazy("Activate"))
    def activate(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        if (found := selected_rows(request, rows)) is not None:
            changed = apply_to_each(
                request, found, lambda person: set_active(person, True), _activated
            )
            self._apply(request, changed)

    @admin.action(permissions=["pause"], description=gettext_lazy("Pause…"))
    def pause(self, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        """Show a form for the dates, then add a closure for each selected person."""
        found = selected_rows(request, rows)
        if found is None:
            return None
        is_submitted = "first_date" in request.POST
        today = studio_today()
        form = PausePersonForm(
            request.POST if is_submitted else None, initial={"first_date": today}
        )
        if is_submitted and form.is_valid():
            data = form.cleaned_data
            changed = apply_to_each(
                request,
                found,
                lambda person: pause(person, data["name"], data["first_date"], data["last_date"]),
                _paused,
            )
            self._apply(request, changed)
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Pause"),
            "opts": self.opts,
            "rows": found,
            "form": form,
            "checkbox": helpers.ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/scheduling/pause.html", context)

    def has_pause_permission(self, request: HttpRequest) -> bool:
        # A pause is stored as a closure.
        return request.user.has_perm("scheduling.add_closure")

    def _apply(self, request: HttpRequest, people: list[Any]) -> None:
        if people:
            ids = [person.pk for person in people]
            apply_after_commit(request, **{f"{self.whose}s": ids})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        person = context.get("original")
        if person is not None:
            context["panel"] = upcoming_panel(request, self.whose, person)
            context["weekly"] = weekly_panel(request, person)
            context["month"] = this_month(request, self.whose, person.pk, timezone.now())
        return super().render_change_form(request, context, *args, **kwargs)


def _activated(n: int) -> str:
    return ngettext("%(n)d activated.", "%(n)d activated.", n) % {"n": n}


def _paused(n: int) -> str:
    text = ngettext(
        "%(n)d paused: there are no classes on those days; they resume automatically.",
        "%(n)d paused: there are no classes on those days; they resume automatically.",
        n,
    )
    return text % {"n": n}
