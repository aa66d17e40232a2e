"""The base of the admins of students and teachers."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.apply_after_save import apply_after_commit
from scheduling.admin.core.display import formatting
from scheduling.admin.core.display.statement_cells import this_month
from scheduling.admin.core.lists.bulk_actions import apply_to_each, selected_rows
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.protected_delete import ProtectedDeleteMixin
from scheduling.admin.export import ExportMixin
from scheduling.admin.schedules.changes import EndPersonMixin, SelectedPeopleMixin
from scheduling.selectors.people_lists import next_classes, paused_people, weekly_meetings
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.status import set_active

from .calendar_feeds import feed_panel
from .panels import away_panel, owed_panel, upcoming_panel
from .personal_data import PersonalDataMixin
from .weekly_panel import new_lessons, weekly_panel

# The parameter that opens the form of a person's page.
EDIT_PARAM = "edit"
# The pages of changes that are offered first.
DAILY = ("/ill/", "/end/")


class PersonAdmin(
    SelectedPeopleMixin,
    EndPersonMixin,
    PersonalDataMixin,
    ExportMixin,
    ProtectedDeleteMixin,
    AuditHistoryMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    """A list with next classes; a page with acts and lessons, and the form behind “Edit”."""

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

    def _apply(self, request: HttpRequest, people: list[Any]) -> None:
        if people:
            ids = [person.pk for person in people]
            students, teachers = (ids, []) if self.whose == "student" else ([], ids)
            apply_after_commit(request, students=students, teachers=teachers)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # One button: the person's page has the next acts.
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        person = context.get("original")
        if person is not None and not context["is_popup"]:
            is_form = EDIT_PARAM in request.GET or request.method == "POST"
            context |= {"title": str(person), "subtitle": None, "is_form": is_form}
            if not is_form:
                context |= self.page_context(request, person)
        return super().render_change_form(request, context, *args, **kwargs)

    def page_context(self, request: HttpRequest, person: Any) -> dict[str, Any]:
        """Return the panels and the acts of a person's page."""
        may_change = self.has_change_permission(request, person)
        acts = []
        if may_change and self.has_pause_permission(request):
            acts.append((self.pause_address([person.pk]), _("Pause…")))
        if may_change:
            acts += [link for link in self.change_links(person) if link[0].endswith(DAILY)]
        panel = upcoming_panel(request, self.whose, person)
        history = reverse(f"admin:scheduling_{self.opts.model_name}_history", args=[person.pk])
        return {
            "panel": panel,
            "weekly": weekly_panel(request, person),
            "new_lessons": new_lessons(request, person),
            "acts": acts,
            "more_acts": [(panel["explain"], _("Explain a date")), (history, _("History"))],
            "edit": (f"?{EDIT_PARAM}=1", _("Edit") if may_change else _("Details")),
            "facts": self.facts(person),
            "away": away_panel(request, self.whose, person),
            "feed": feed_panel(request, self.whose, person),
            "owed": owed_panel(request, self.whose, person),
            "month": this_month(request, self.whose, person.pk, timezone.now()),
        }

    def facts(self, person: Any) -> list[str]:
        """Return what the page says below the name."""
        return []

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.row_address(obj.pk))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.row_address(obj.pk))


def _activated(n: int) -> str:
    return ngettext("%(n)d activated.", "%(n)d activated.", n) % {"n": n}
