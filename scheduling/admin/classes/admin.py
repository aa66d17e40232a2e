"""The list of classes and the page of one. What a series asks for is cancelled, never deleted."""

from datetime import time
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core import formatting
from scheduling.admin.core.changelist import LargeTableMixin
from scheduling.admin.core.permissions import may_see_everyone
from scheduling.admin.export import ExportMixin
from scheduling.models import ScheduledClass
from scheduling.selectors.search import classes_named
from scheduling.services.classes.edit import save_manual_edit
from scheduling.services.classes.make_ups import made_up_of, make_up_of
from scheduling.services.schedules.closures import closed_day_of

from .actions import ClassActionsMixin
from .filters import (
    AttendanceFilter,
    DateFilter,
    DateRangeFilter,
    MakeUpFilter,
    ManualEditFilter,
    SourceFilter,
    StudentFilter,
    VisibleTeacherFilter,
)
from .forms import ScheduledClassForm
from .make_up import MakeUpActionMixin
from .permissions import ClassPermissionsMixin


@admin.register(ScheduledClass)
class ScheduledClassAdmin(
    ExportMixin,
    MakeUpActionMixin,
    ClassActionsMixin,
    ClassPermissionsMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    form = ScheduledClassForm
    list_display = (
        "when",
        "student_name",
        "teacher_name",
        "subject",
        "state",
        "attendance",
        "source",
    )
    export_as = {
        "when": ("date", "start", "end", "time_zone"),
        "student_name": ("student",),
        "teacher_name": ("teacher",),
        "state": ("status",),
    }
    export_extra = ("touched", "is_chargeable")
    list_select_related = ("student", "teacher")
    list_filter = (
        DateRangeFilter,
        DateFilter,
        StudentFilter,
        VisibleTeacherFilter,
        "status",
        AttendanceFilter,
        MakeUpFilter,
        SourceFilter,
        ManualEditFilter,
    )
    # Which fields are searched is get_search_results' to say; any name here shows the control.
    search_fields = ("student__last_name",)
    search_help_text = gettext_lazy("Names of students and teachers, on any date.")
    autocomplete_fields = ("student", "teacher")
    readonly_fields = ("source", "occurrence_date", "made_up_for", "edited_at", "created_at")
    ordering = ("starts_at", "id")

    @admin.display(description=gettext_lazy("date and time"), ordering="starts_at")
    def when(self, one: ScheduledClass) -> SafeString:
        return formatting.when(one)

    @admin.display(description=gettext_lazy("start time"))
    def start(self, one: ScheduledClass) -> time:
        return one.local_times()[0].time()

    @admin.display(description=gettext_lazy("end time"))
    def end(self, one: ScheduledClass) -> time:
        return one.local_times()[1].time()

    @admin.display(description=gettext_lazy("student"))
    def student_name(self, one: ScheduledClass) -> str:
        return str(one.student)

    @admin.display(description=gettext_lazy("teacher"))
    def teacher_name(self, one: ScheduledClass) -> str:
        return str(one.teacher or "–")

    @admin.display(description=gettext_lazy("status"))
    def state(self, one: ScheduledClass) -> SafeString:
        marks = [formatting.class_badge(one)]
        if one.is_chargeable:
            marks.append(formatting.badge(_("chargeable"), "is-warn"))
        if one.edited_at is not None:
            marks.append(formatting.badge(f"✎ {_('by hand')}"))
        return format_html_join(" ", "{}", ((mark,) for mark in marks))

    @admin.display(description=gettext_lazy("source"))
    def source(self, one: ScheduledClass) -> str:
        if one.fixed_schedule_id is not None:
            return _("fixed schedule")
        return _("recurring slot") if one.recurring_slot_id is not None else _("one-off")

    @admin.display(description=gettext_lazy("make-up for"))
    def made_up_for(self, one: ScheduledClass) -> str:
        return str(one.make_up_for or "–")

    @admin.display(description=gettext_lazy("by hand"), boolean=True)
    def touched(self, one: ScheduledClass) -> bool:
        return one.edited_at is not None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ScheduledClass], search_term: str
    ) -> tuple[QuerySet[ScheduledClass], bool]:
        return classes_named(queryset, search_term), False

    def get_fields(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> tuple[str, ...]:
        names: tuple[str, ...] = ScheduledClassForm.Meta.fields
        if obj is not None:
            names += self.readonly_fields
        if may_see_everyone(request.user):
            return names
        # Names alone: Django would make a link of a person, to a page that is not the reader's.
        plain = {"student": "student_name", "teacher": "teacher_name"}
        return tuple(plain.get(name, name) for name in names)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        one = context.get("original")
        edits = self.has_edit_permission(request)
        if one is not None and one.status == "cancelled":
            context["make_up"] = make_up_of(one)
        if one is not None and one.is_generated and edits:
            context["series"] = _series_link(one)
            context["may_cancel"] = one.status != "cancelled"
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            # Someone took the place between the form's check and the write; nothing is saved.
            self.message_user(request, error.messages[0], messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self, request: HttpRequest, obj: ScheduledClass, form: ModelForm, change: bool
    ) -> None:
        if form.has_changed():
            save_manual_edit(obj, timezone.now())
            if "status" in form.changed_data and (made_up := made_up_of(obj)):
                messages.warning(request, made_up)
            moved = {"date", "teacher", "status"} & set(form.changed_data)
            if moved and (closed := closed_day_of(obj)):
                messages.warning(request, closed)


def _series_link(one: ScheduledClass) -> SafeString:
    """The rule that asked for ``one``, with the way to its page."""
    rule = one.fixed_schedule or one.recurring_slot
    assert rule is not None
    page = reverse(f"admin:scheduling_{rule._meta.model_name}_change", args=[rule.pk])
    return format_html('<a href="{}">{}</a>', page, rule)
