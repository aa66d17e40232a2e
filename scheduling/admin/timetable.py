"""Fixed schedules, as rows of their own: what a student's page has inline."""

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from scheduling.models import FixedSchedule, RecurringSlot
from scheduling.models.people import studio_time_zone

from .applying import apply_after_commit
from .deleting import KeptAdmin
from .exporting import ExportMixin
from .filters import ByTeacher, Lasting
from .history import HistoryAdmin
from .lists import ListAdmin
from .living import LivingSeries
from .unstarted import warn_without_start


@admin.display(description=_("time zone"))
def zone(rule: FixedSchedule | RecurringSlot) -> str:
    """The zone of a rule's times: its teacher's, or the studio's."""
    return rule.teacher.time_zone if rule.teacher else studio_time_zone()


@admin.register(FixedSchedule)
class FixedScheduleAdmin(LivingSeries, ExportMixin, KeptAdmin, HistoryAdmin, ListAdmin):
    list_display = (
        "student",
        "weekday",
        "start_time",
        "end_time",
        zone,
        "teacher",
        "subject",
        "valid_until",
    )
    list_select_related = ("student", "teacher")
    list_filter = (ByTeacher, "weekday", Lasting, "is_shared")
    search_fields = ("student__first_name", "student__last_name", "teacher__name", "subject")
    autocomplete_fields = ("student", "teacher")

    def save_model(
        self, request: HttpRequest, obj: FixedSchedule, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        warn_without_start(request, obj.student)
        if form.has_changed():
            students = {obj.student_id, form.initial.get("student", obj.student_id)}
            apply_after_commit(request, students=sorted(students))
