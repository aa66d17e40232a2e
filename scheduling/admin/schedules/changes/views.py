"""The pages that change, pause, resume and end a schedule, and end a person's schedules."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from scheduling.admin.core.mixins import MixinBase
from scheduling.selectors.studio import studio_today
from scheduling.services.schedule_changes import ChangePlan

from .forms import (
    ChangeForm,
    ChangeFromDateForm,
    EndForm,
    EndPersonForm,
    PauseForm,
    ResumeForm,
    is_paused,
)
from .plan_page import ChangePage, change_page


class ChangeViewsMixin(MixinBase):
    """Adds a page for each of ``change_names``, for users who may change the row."""

    change_names: tuple[str, ...] = ()

    def get_urls(self) -> list[Any]:
        name = f"scheduling_{self.opts.model_name}"
        own = [
            path(
                f"<int:object_id>/{change}/",
                self.admin_site.admin_view(getattr(self, f"{change}_view")),
                name=f"{name}_{change}",
            )
            for change in self.change_names
        ]
        return [*own, *super().get_urls()]

    def get_changeable_row(self, request: HttpRequest, object_id: int) -> Any:
        """Return the row, or raise Http404 or PermissionDenied."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def change_address(self, change: str, pk: int) -> str:
        """Return the URL of a change's page."""
        return reverse(f"admin:scheduling_{self.opts.model_name}_{change}", args=[pk])

    def row_address(self, pk: int) -> str:
        """Return the URL of the row's page."""
        return reverse(f"admin:scheduling_{self.opts.model_name}_change", args=[pk])

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None and self.has_change_permission(request, row):
            context["change_links"] = self.change_links(row)
        return super().render_change_form(request, context, *args, **kwargs)

    def change_links(self, row: Any) -> list[tuple[str, str]]:
        """Return the URL and title of each change that is possible now."""
        raise NotImplementedError


class SeriesChangesMixin(ChangeViewsMixin):
    """“Change from a date…”, “Pause…”, “Resume…” and “End…” of a weekly rule."""

    change_names = ("from", "pause", "resume", "end")
    change_form_template = "admin/schedules/changes/series_change_form.html"

    def change_links(self, row: Any) -> list[tuple[str, str]]:
        today = studio_today()
        if row.valid_until is not None and row.valid_until < today:
            return []
        titles = {"from": _("Change from a date…"), "pause": _("Pause…"), "end": _("End…")}
        if is_paused(row, today):
            titles["resume"] = _("Resume…")
        return [(self.change_address(name, row.pk), title) for name, title in titles.items()]

    def _page(
        self, request: HttpRequest, object_id: int, form: type[ChangeForm], **texts: Any
    ) -> HttpResponse:
        row = self.get_changeable_row(request, object_id)

        def next_address(change_plan: ChangePlan) -> str:
            return self.row_address(change_plan.series.id if change_plan.series else row.pk)

        return change_page(
            request, ChangePage(row=row, form=form, next_address=next_address, **texts)
        )

    def from_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Change the schedule from a date on, or for all future classes."""
        return self._page(
            request,
            object_id,
            ChangeFromDateForm,
            title=_("Change from a date"),
            intro=_(
                "The schedule ends the day before and a new one takes over. Classes edited by "
                "hand move to it unchanged; the others are updated."
            ),
            button=_("Change it"),
        )

    def pause_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Pause the schedule between two dates."""
        if not request.user.has_perm("scheduling.add_closure"):
            raise PermissionDenied
        return self._page(
            request,
            object_id,
            PauseForm,
            title=_("Pause"),
            intro=_(
                "On these days this schedule has no classes; the student's other schedules "
                "continue. Its classes are restored when the pause is deleted."
            ),
            button=_("Pause it"),
        )

    def resume_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End the schedule's pauses early."""
        if not request.user.has_perm("scheduling.delete_closure"):
            raise PermissionDenied
        return self._page(
            request,
            object_id,
            ResumeForm,
            title=_("Resume"),
            intro=_("Its pauses end the day before; classes that they cancelled are restored."),
            button=_("Resume it"),
        )

    def end_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End the schedule on a date."""
        return self._page(
            request,
            object_id,
            EndForm,
            title=_("End"),
            intro=_("This schedule has no classes after that day. Past classes stay on record."),
            button=_("End it"),
            is_danger=True,
        )


class EndPersonMixin(ChangeViewsMixin):
    """“Leaves…” of a student or a teacher: ends all their schedules."""

    change_names: tuple[str, ...] = ("end",)

    def change_links(self, row: Any) -> list[tuple[str, str]]:
        return [(self.change_address("end", row.pk), pgettext("of a person", "Leaves…"))]

    def end_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """End all schedules of a person on a date."""
        person = self.get_changeable_row(request, object_id)
        for model in ("fixedschedule", "recurringslot"):
            if not request.user.has_perm(f"scheduling.change_{model}"):
                raise PermissionDenied
        return change_page(
            request,
            ChangePage(
                title=pgettext("of a person", "End"),
                intro=_(
                    "After that day there are no classes, and every schedule has ended. Nothing "
                    "is deleted: past classes stay on record."
                ),
                button=_("End all their schedules"),
                row=person,
                form=EndPersonForm,
                next_address=lambda change_plan: self.row_address(person.pk),
                is_danger=True,
            ),
        )
