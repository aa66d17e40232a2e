"""The weekly rules and the closures."""

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models import Closure, FixedSchedule, RecurringSlot
from scheduling.models.people import studio_time_zone

from .applying import apply_after_commit
from .exporting import ExportMixin
from .history import HistoryAdmin


@admin.display(description=_("time zone"))
def zone(rule: FixedSchedule | RecurringSlot) -> str:
    """The zone of a rule's times: its teacher's, or the studio's."""
    return rule.teacher.time_zone if rule.teacher else studio_time_zone()


@admin.register(FixedSchedule)
class FixedScheduleAdmin(ExportMixin, HistoryAdmin):
    list_display = ("student", "weekday", "start_time", "end_time", "teacher", "subject")
    list_select_related = ("student", "teacher")
    list_filter = ("weekday", "is_shared")
    export_extra = (zone,)
    search_fields = ("student__first_name", "student__last_name", "teacher__name", "subject")
    autocomplete_fields = ("student", "teacher")

    def save_model(
        self, request: HttpRequest, obj: FixedSchedule, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.has_changed():
            apply_after_commit(request, students=[obj.student_id])


@admin.register(RecurringSlot)
class RecurringSlotAdmin(ExportMixin, HistoryAdmin):
    list_display = (
        "teacher",
        "student",
        "weekday",
        "start_time",
        "duration_minutes",
        "subject",
        "status",
        "valid_from",
        "valid_until",
    )
    list_select_related = ("student", "teacher")
    list_filter = ("status", "weekday", "is_shared")
    export_extra = (zone,)
    search_fields = ("student__first_name", "student__last_name", "teacher__name", "subject")
    autocomplete_fields = ("student", "teacher")
    readonly_fields = ("booked_at",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        today = timezone.localdate(timezone.now(), timezone.get_default_timezone())
        return {"valid_from": today, **super().get_changeform_initial_data(request)}

    def save_model(
        self, request: HttpRequest, obj: RecurringSlot, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if form.has_changed():
            apply_after_commit(request, students=[obj.student_id])


@admin.register(Closure)
class ClosureAdmin(ExportMixin, HistoryAdmin):
    list_display = ("name", "first_date", "last_date", "whom")
    list_select_related = (
        *("student", "teacher", "fixed_schedule__student"),
        *("recurring_slot__student", "recurring_slot__teacher"),
    )
    list_filter = ("first_date",)
    search_fields = ("name", "teacher__name", "student__first_name", "student__last_name")
    date_hierarchy = "first_date"
    autocomplete_fields = ("student", "teacher")

    @admin.display(description=_("for"))
    def whom(self, closure: Closure) -> str:
        paused = closure.fixed_schedule or closure.recurring_slot
        return str(paused or closure.teacher or closure.student or _("everyone"))

    def get_readonly_fields(self, request: HttpRequest, obj: Closure | None = None) -> Any:
        # A pause stays with its schedule, and so with that schedule's student.
        return ("student", "teacher") if obj is not None and obj.is_pause else ()
