"""Fixed schedules; a student's page shows the same rows inline."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.apply_after_save import apply_after_commit, warn_outside_hours
from scheduling.admin.core.display import formatting
from scheduling.admin.core.display.room_column import RoomColumnMixin
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import RoomFilter, TeacherFilter, ValidityFilter
from scheduling.admin.core.protected_delete import ProtectedDeleteMixin
from scheduling.admin.export import ExportMixin
from scheduling.models import FixedSchedule, RecurringSlot
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import studio
from scheduling.services.notices import is_wanted, known_lessons

from .changes import SeriesChangesMixin
from .fixed_schedule_inline import FixedScheduleForm, warn_missing_start_date, warn_overfull
from .notify import NOTIFY, NotifyingMixin, RuleForm


@admin.display(description=_("time zone"))
def zone(rule: FixedSchedule | RecurringSlot) -> str:
    """Return the zone of a rule's times: its teacher's, or the studio's."""
    return rule.teacher.time_zone if rule.teacher else studio().time_zone


@admin.display(description=_("time"), ordering="start_time")
def hours(rule: FixedSchedule | RecurringSlot) -> SafeString:
    """Return start and end time, with the zone if it is not the studio's, as one column."""
    if isinstance(rule, RecurringSlot):
        begin = datetime.combine(date.min, rule.start_time)
        end = (begin + timedelta(minutes=rule.duration_minutes)).time()
    else:
        end = rule.end_time
    return format_html(
        '{}<br><span class="ct-quiet">{}</span>',
        formatting.hours(rule.start_time, end),
        formatting.zone(foreign_zone(zone(rule))),
    )


class FixedScheduleRuleForm(RuleForm, FixedScheduleForm):
    """The form of a fixed schedule on a page of its own."""


@admin.register(FixedSchedule)
class FixedScheduleAdmin(
    NotifyingMixin,
    SeriesChangesMixin,
    RoomColumnMixin,
    ExportMixin,
    ProtectedDeleteMixin,
    AuditHistoryMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    list_display = (
        "student",
        "weekday",
        hours,
        "teacher",
        "room",
        "subject",
        "valid_until",
    )
    export_as = {hours: ("start_time", "end_time", zone)}
    form = FixedScheduleRuleForm
    list_select_related = ("student", "teacher", "room")
    list_filter = (TeacherFilter, RoomFilter, "weekday", ValidityFilter, "is_shared")
    search_fields = (
        "student__first_name",
        "student__last_name",
        "teacher__name",
        "room__name",
        "subject",
    )
    autocomplete_fields = ("student", "teacher", "room")
    fields = (
        "student",
        "teacher",
        "weekday",
        "start_time",
        "end_time",
        "room",
        "subject",
        "interval_weeks",
        "valid_from",
        "valid_until",
        "is_shared",
    )

    def save_model(self, request: HttpRequest, obj: FixedSchedule, form: Any, change: bool) -> None:
        students = {obj.student_id, form.initial.get("student", obj.student_id)}
        wanted = form.has_rule_changed and is_wanted(form.cleaned_data.get(NOTIFY, False))
        known = known_lessons(students, timezone.now()) if wanted else None
        super().save_model(request, obj, form, change)
        warn_missing_start_date(request, obj.student)
        if form.has_rule_changed:
            warn_overfull(request, [obj])
            warn_outside_hours(request, [obj])
            apply_after_commit(request, students=sorted(students), known=known)
