"""The read-only tables of runs and their results."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.lists.filters import ChoiceFilter
from scheduling.admin.core.mixins import PlainSearchMixin, ReadOnlyMixin
from scheduling.admin.export import ExportMixin
from scheduling.domain.outcomes import Outcome
from scheduling.jobs.monitoring.outcome_text import outcome_label
from scheduling.models import JobRun, JobRunItem
from scheduling.text.dates import duration_text, with_dates_written_out
from scheduling.text.reasons import reason_text


@admin.register(JobRun)
class JobRunAdmin(ExportMixin, ReadOnlyMixin, admin.ModelAdmin):
    list_display = (
        "id",
        "job",
        "state",
        "started_at",
        "took",
        "by",
        "classes_created",
        "students_processed",
        "error",
    )
    export_as = {"took": ("duration",), "by": ("trigger", "triggered_by")}
    list_filter = ("job", "state", "trigger")
    date_hierarchy = "created_at"
    show_full_result_count = False

    @admin.display(description=_("duration"))
    def took(self, run: JobRun) -> str:
        return duration_text(run.duration)

    @admin.display(description=_("triggered by"), ordering="trigger")
    def by(self, run: JobRun) -> str:
        trigger = run.get_trigger_display()
        return f"{trigger} · {run.triggered_by}" if run.triggered_by else str(trigger)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # A run has its own page, which shows more than Django's form.
        run = self.get_object(request, unquote(object_id))
        may_view = request.method in ("GET", "HEAD") and self.has_view_permission(request, run)
        if run is None or not may_view:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("admin:background_jobs_run", args=[run.pk]))


class OutcomeFilter(ChoiceFilter):
    """Results by outcome."""

    title = _("outcome")
    parameter_name = "outcome"

    def options(self) -> dict[str, tuple[Any, Q]]:
        return {
            outcome.value: (outcome_label(outcome, 2), Q(outcome=outcome.value))
            for outcome in Outcome
        }


@admin.register(JobRunItem)
class JobRunItemAdmin(ReadOnlyMixin, PlainSearchMixin, admin.ModelAdmin):
    list_display = ("of", "what", "student_name", "teacher_name", "date", "start_time", "why")
    list_select_related = ("run",)
    list_filter = (OutcomeFilter, "run__job")
    search_fields = ("student_name", "teacher_name")
    list_display_links = None
    show_full_result_count = False

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # A result is shown on the page of its run.
        item = self.get_object(request, unquote(object_id))
        may_view = request.method in ("GET", "HEAD") and self.has_view_permission(request, item)
        if item is None or not may_view:
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("admin:background_jobs_run", args=[item.run_id]))

    @admin.display(description=_("run"), ordering="run")
    def of(self, item: JobRunItem) -> SafeString:
        page = reverse("admin:background_jobs_run", args=[item.run_id])
        return format_html('<a href="{}">{}</a>', page, item.run)

    @admin.display(description=_("outcome"), ordering="outcome")
    def what(self, item: JobRunItem) -> str:
        return outcome_label(Outcome(item.outcome))

    @admin.display(description=_("reason"))
    def why(self, item: JobRunItem) -> str:
        return with_dates_written_out(reason_text(item.code, item.params))
