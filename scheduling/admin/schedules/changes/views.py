"""The pages of a schedule's changes, and of a person's end, beside the stock ones."""

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
    """Acts at addresses of their own, for those who may change the row."""

    acts: tuple[str, ...] = ()

    def get_urls(self) -> list[Any]:
        name = f"scheduling_{self.opts.model_name}"
        own = [
            path(
                f"<int:object_id>/{act}/",
                self.admin_site.admin_view(getattr(self, f"{act}_view")),
                name=f"{name}_{act}",
            )
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def about(self, request: HttpRequest, object_id: int) -> Any:
        """The row, for who may change it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(object_id))
        if found is None:
            raise Http404
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        return found

    def change_address(self, act: str, pk: int) -> str:
        """Where an act of a row is asked for."""
        return reverse(f"admin:scheduling_{self.opts.model_name}_{act}", args=[pk])

    def row_address(self, pk: int) -> str:
        """The row's own page."""
        return reverse(f"admin:scheduling_{self.opts.model_name}_change", args=[pk])

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is not None and self.has_change_permission(request, row):
            context["living"] = self.living_links(row)
        return super().render_change_form(request, context, *args, **kwargs)

    def living_links(self, row: Any) -> list[tuple[str, str]]:
        """Address and title of each act that makes sense now."""
        raise NotImplementedError


class SeriesChangesMixin(ChangeViewsMixin):
    """“Change from a date…”, “Pause…”, “Resume…”, “End…” of a weekly rule."""

    acts = ("from", "pause", "resume", "end")
    change_form_template = "admin/schedules/changes/series_change_form.html"

    def living_links(self, row: Any) -> list[tuple[str, str]]:
        today = studio_today()
        if row.valid_until is not None and row.valid_until < today:
            return []
        titles = {"from": _("Change from a date…"), "pause": _("Pause…"), "end": _("End…")}
        if is_paused(row, today):
            titles["resume"] = _("Resume…")
        return [(self.change_address(act, row.pk), title) for act, title in titles.items()]

    def _page(
        self, request: HttpRequest, object_id: int, form: type[ChangeForm], **texts: Any
    ) -> HttpResponse:
        row = self.about(request, object_id)

        def after(change_plan: ChangePlan) -> str:
            return self.row_address(change_plan.series.id if change_plan.series else row.pk)

        return change_page(request, ChangePage(about=row, form=form, after=after, **texts))

    def from_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """From a date on it is another; or all that is to come is."""
        return self._page(
            request,
            object_id,
            ChangeFromDateForm,
            title=_("Change from a date"),
            intro=_(
                "The schedule ends the day before and a new one takes over. Classes that a person "
                "acted on go along as they are; the others are brought in line."
            ),
            button=_("Change it"),
        )

    def pause_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Nothing of it takes place from one day to another."""
        if not request.user.has_perm("scheduling.add_closure"):
            raise PermissionDenied
        return self._page(
            request,
            object_id,
            PauseForm,
            title=_("Pause"),
            intro=_(
                "On these days this schedule has no class; the student's others go on. Its classes "
                "come back when the pause is taken away."
            ),
            button=_("Pause it"),
        )

    def resume_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """It takes place again before its pause is over."""
        if not request.user.has_perm("scheduling.delete_closure"):
            raise PermissionDenied
        return self._page(
            request,
            object_id,
            ResumeForm,
            title=_("Resume"),
            intro=_("Its pauses end the day before; classes that they cancelled come back."),
            button=_("Resume it"),
        )

    def end_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A last day."""
        return self._page(
            request,
            object_id,
            EndForm,
            title=_("End"),
            intro=_("After that day this schedule has no class. What has been stays on record."),
            button=_("End it"),
            is_danger=True,
        )


class EndPersonMixin(ChangeViewsMixin):
    """“End…” of a student or a teacher, with all that is theirs."""

    acts: tuple[str, ...] = ("end",)

    def living_links(self, row: Any) -> list[tuple[str, str]]:
        return [(self.change_address("end", row.pk), pgettext("of a person", "End…"))]

    def end_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """All schedules of a person end on a day."""
        person = self.about(request, object_id)
        for model in ("fixedschedule", "recurringslot"):
            if not request.user.has_perm(f"scheduling.change_{model}"):
                raise PermissionDenied
        return change_page(
            request,
            ChangePage(
                title=pgettext("of a person", "End"),
                intro=_(
                    "After that day there is no class, and every schedule has ended. Nothing is "
                    "deleted: what has been stays on record."
                ),
                button=_("End all their schedules"),
                about=person,
                form=EndPersonForm,
                after=lambda change_plan: self.row_address(person.pk),
                is_danger=True,
            ),
        )
