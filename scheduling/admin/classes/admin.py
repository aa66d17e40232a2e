"""The list of classes and the page of a class. Generated classes are cancelled, never deleted."""

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

from scheduling.admin.core.display import formatting
from scheduling.admin.core.display.room_column import RoomColumnMixin
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import RoomFilter
from scheduling.admin.core.notices import show_notified
from scheduling.admin.core.permissions import may_see_everyone
from scheduling.admin.export import ExportMixin
from scheduling.admin.schedules.changes import SubstituteActionMixin, substitute_url
from scheduling.models import ScheduledClass
from scheduling.selectors.classes.attendance import is_not_marked
from scheduling.selectors.search import classes_named
from scheduling.selectors.studio import studio_today
from scheduling.services.classes.edit import follow_mark, save_manual_edit
from scheduling.services.classes.make_ups import (
    last_day,
    made_up_of,
    make_up_of,
    owes_make_up,
)
from scheduling.services.notices import author_of, is_wanted, notifying
from scheduling.services.schedules.closures import closed_day_of
from scheduling.services.schedules.rooms import overfull_class
from scheduling.services.substitutes import may_be_handed_over

from .actions import ClassActionsMixin
from .changelist import ClassChangeList, marks_of, student_of, time_of
from .filters import (
    AttendanceFilter,
    DateRangeFilter,
    DatesFilter,
    MakeUpFilter,
    ManualEditFilter,
    SourceFilter,
    StudentFilter,
    VisibleTeacherFilter,
)
from .forms import ScheduledClassForm, needs_zone, offers_notices
from .make_up import MakeUpActionMixin
from .permissions import ClassPermissionsMixin
from .statement_filters import FILTERS


@admin.register(ScheduledClass)
class ScheduledClassAdmin(
    RoomColumnMixin,
    ExportMixin,
    MakeUpActionMixin,
    SubstituteActionMixin,
    ClassActionsMixin,
    ClassPermissionsMixin,
    LargeTableMixin,
    admin.ModelAdmin,
):
    form = ScheduledClassForm
    room_column = "room_name"
    list_display = (
        "when",
        "student_name",
        "teacher_name",
        "room_name",
        "subject",
        "state",
        "marks",
    )
    export_as = {
        "when": ("date", "start", "end", "time_zone"),
        "student_name": ("student",),
        "teacher_name": ("teacher",),
        "room_name": ("room",),
        "state": ("status",),
        "marks": ("attendance", "source"),
    }
    export_extra = ("original_teacher", "is_edited", "is_chargeable")
    list_select_related = ("student", "teacher", "original_teacher", "room")
    list_filter = (
        *FILTERS,
        DateRangeFilter,
        DatesFilter,
        StudentFilter,
        VisibleTeacherFilter,
        RoomFilter,
        "status",
        AttendanceFilter,
        MakeUpFilter,
        SourceFilter,
        ManualEditFilter,
    )
    # Shows the search box; get_search_results determines the searched fields.
    search_fields = ("student__last_name",)
    search_help_text = gettext_lazy("Names of students, teachers and rooms, on any date.")
    autocomplete_fields = ("student", "teacher", "room")
    readonly_fields = ("source", "occurrence_date", "made_up_for", "edited_at", "created_at")
    ordering = ("starts_at", "id")

    @admin.display(description=gettext_lazy("time"), ordering="starts_at")
    def when(self, scheduled_class: ScheduledClass) -> SafeString:
        return time_of(scheduled_class)

    @admin.display(description=gettext_lazy("start time"))
    def start(self, scheduled_class: ScheduledClass) -> time:
        return scheduled_class.local_times()[0].time()

    @admin.display(description=gettext_lazy("end time"))
    def end(self, scheduled_class: ScheduledClass) -> time:
        return scheduled_class.local_times()[1].time()

    @admin.display(description=gettext_lazy("student"))
    def student_name(self, scheduled_class: ScheduledClass) -> SafeString:
        return student_of(scheduled_class)

    @admin.display(description=gettext_lazy("teacher"))
    def teacher_name(self, scheduled_class: ScheduledClass) -> str:
        return scheduled_class.given_by or "–"

    @admin.display(description=gettext_lazy("room"))
    def room_name(self, scheduled_class: ScheduledClass) -> str:
        return str(scheduled_class.room or "–")

    @admin.display(description=gettext_lazy("status"))
    def state(self, scheduled_class: ScheduledClass) -> SafeString:
        badges = [formatting.class_badge(scheduled_class)]
        if is_not_marked(scheduled_class, timezone.now()):
            badges = [formatting.badge(_("not marked"), "is-warn")]
        if scheduled_class.is_chargeable:
            badges.append(formatting.badge(_("chargeable"), "is-warn"))
        if scheduled_class.edited_at is not None:
            badges.append(formatting.badge(f"✎ {_('by hand')}"))
        return format_html_join(" ", "{}", ((badge,) for badge in badges))

    @admin.display(description=gettext_lazy("attendance"), ordering="attendance")
    def marks(self, scheduled_class: ScheduledClass) -> SafeString:
        return marks_of(scheduled_class)

    @admin.display(description=gettext_lazy("source"))
    def source(self, scheduled_class: ScheduledClass) -> str:
        if scheduled_class.fixed_schedule_id is not None:
            return _("fixed schedule")
        return (
            _("recurring slot") if scheduled_class.recurring_slot_id is not None else _("one-off")
        )

    @admin.display(description=gettext_lazy("make-up for"))
    def made_up_for(self, scheduled_class: ScheduledClass) -> str:
        return str(scheduled_class.make_up_for or "–")

    @admin.display(description=gettext_lazy("by hand"), boolean=True)
    def is_edited(self, scheduled_class: ScheduledClass) -> bool:
        return scheduled_class.edited_at is not None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ClassChangeList]:
        return ClassChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ScheduledClass], search_term: str
    ) -> tuple[QuerySet[ScheduledClass], bool]:
        return classes_named(queryset, search_term), False

    def get_fields(
        self, request: HttpRequest, obj: ScheduledClass | None = None
    ) -> tuple[str, ...]:
        names: tuple[str, ...] = ScheduledClassForm.Meta.fields
        if not needs_zone(obj):
            names = tuple(name for name in names if name != "time_zone")
        if obj is not None:
            if self.has_edit_permission(request) and offers_notices(obj):
                names += ("notify",)
            names += self.readonly_fields
        if may_see_everyone(request.user):
            return names
        # Plain names: Django would link a person's page, which the user may not open.
        plain = {"student": "student_name", "teacher": "teacher_name", "room": "room_name"}
        return tuple(plain.get(name, name) for name in names)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        scheduled_class = context.get("original")
        may_edit = self.has_edit_permission(request)
        if scheduled_class is not None and scheduled_class.status == "cancelled":
            context["make_up"] = make_up_of(scheduled_class)
            if may_edit and owes_make_up(scheduled_class, studio_today()):
                context["owes_make_up"] = last_day(scheduled_class)
        if (
            scheduled_class is not None
            and self.has_substitute_permission(request)
            and may_be_handed_over(scheduled_class)
        ):
            context["substitute"] = substitute_url(scheduled_class.pk)
        if scheduled_class is not None and scheduled_class.is_generated and may_edit:
            context["series"] = _series_link(scheduled_class)
            context["may_cancel"] = scheduled_class.status != "cancelled"
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except ValidationError as error:
            # The time was taken between the form's check and the write; nothing is saved.
            self.message_user(request, error.messages[0], messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def save_model(
        self, request: HttpRequest, obj: ScheduledClass, form: ModelForm, change: bool
    ) -> None:
        if set(form.changed_data) - {"notify"}:
            now, author_id = timezone.now(), author_of(request.user)
            if "attendance" in form.changed_data and "status" not in form.changed_data:
                follow_mark(obj, bool(form.initial.get("attendance")), now)
            wanted = change and is_wanted(form.cleaned_data.get("notify", False))
            with notifying([obj.pk] if change else [], wanted, now, author_id) as notified:
                save_manual_edit(obj, now)
            show_notified(request, notified)
            if "status" in form.changed_data and (made_up := made_up_of(obj)):
                messages.warning(request, made_up)
            moved = {"date", "teacher", "status"} & set(form.changed_data)
            if moved and (closed := closed_day_of(obj)):
                messages.warning(request, closed)
            if overfull := overfull_class(obj):
                messages.warning(request, overfull)


def _series_link(scheduled_class: ScheduledClass) -> SafeString:
    """Return a link to the rule of a generated class."""
    rule = scheduled_class.fixed_schedule or scheduled_class.recurring_slot
    assert rule is not None
    page = reverse(f"admin:scheduling_{rule._meta.model_name}_change", args=[rule.pk])
    return format_html('<a href="{}">{}</a>', page, rule)
