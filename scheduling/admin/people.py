"""Teachers and students; students with their fixed schedule inline."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from scheduling.models import (
    FixedSchedule,
    LessonDuration,
    LessonSettings,
    SlotStatus,
    Student,
    Teacher,
)

from .applying import apply_after_commit
from .exporting import ExportMixin
from .history import HistoryAdmin


class LessonDurationInline(admin.TabularInline):
    model = LessonDuration
    extra = 1


@admin.register(LessonSettings)
class LessonSettingsAdmin(HistoryAdmin):
    history_includes = ("durations",)
    list_display = ("teacher", "advance_booking_days")
    list_select_related = ("teacher",)
    search_fields = ("teacher__name",)
    autocomplete_fields = ("teacher",)
    inlines = (LessonDurationInline,)


@admin.register(Teacher)
class TeacherAdmin(ExportMixin, HistoryAdmin):
    list_display = ("name", "email", "time_zone", "is_active", "active_slots")
    list_filter = ("is_active", "time_zone")
    search_fields = ("name", "email")
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Teacher]:
        active = Count("recurring_slots", filter=Q(recurring_slots__status=SlotStatus.ACTIVE))
        return super().get_queryset(request).annotate(active_slots=active)

    @admin.display(description=_("active slots"), ordering="active_slots")
    def active_slots(self, teacher: Any) -> int:
        return int(teacher.active_slots)

    def save_model(self, request: HttpRequest, obj: Teacher, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"time_zone", "is_active"} & set(form.changed_data):
            apply_after_commit(request, teachers=[obj.pk])


class FixedScheduleInline(admin.TabularInline):
    model = FixedSchedule
    extra = 0
    autocomplete_fields = ("teacher",)
    fields = (
        "weekday",
        "start_time",
        "end_time",
        "teacher",
        "subject",
        "interval_weeks",
        "is_shared",
        "valid_from",
        "valid_until",
    )


@admin.register(Student)
class StudentAdmin(ExportMixin, HistoryAdmin):
    history_includes = ("fixed_schedules",)
    list_display = ("full_name", "email", "start_date", "end_date", "is_active", "meetings")
    list_filter = ("is_active", "language")
    search_fields = ("first_name", "last_name", "email")
    date_hierarchy = "start_date"
    inlines = (FixedScheduleInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Student]:
        return super().get_queryset(request).annotate(meetings=Count("fixed_schedules"))

    @admin.display(description=_("name"), ordering="last_name")
    def full_name(self, student: Student) -> str:
        return student.full_name

    @admin.display(description=_("weekly meetings"), ordering="meetings")
    def meetings(self, student: Any) -> int:
        return int(student.meetings)

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm,
        formsets: list[BaseModelFormSet],
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        own = {"start_date", "end_date", "is_active"} & set(form.changed_data)
        if own or any(formset.has_changed() for formset in formsets):
            apply_after_commit(request, students=[form.instance.pk])
