"""Teachers and their lesson settings."""

from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.accounts.invitation import InvitationMixin, account_panel
from scheduling.admin.audit import AuditHistoryMixin
from scheduling.admin.core.apply_after_save import apply_after_commit
from scheduling.admin.core.display import formatting
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import ChoiceFilter
from scheduling.admin.schedules.changes import TeacherAbsenceMixin, today_of
from scheduling.domain.windows import FIRST_DATE
from scheduling.models import LessonDuration, LessonSettings, Teacher
from scheduling.models.fields import LinesField
from scheduling.selectors.data_quality import (
    teachers_without_hours,
    teachers_without_settings,
)
from scheduling.selectors.people import teachers_like
from scheduling.selectors.people_lists import classes_on, paused_people
from scheduling.selectors.studio import studio, studio_today

from .base import PersonAdmin
from .lookalikes import warn_of_lookalikes
from .working_hours import WorkingHoursInline, periods_of, summaries


class LessonDurationForm(ModelForm):
    """A price with its first day, which is empty if the price has always been valid."""

    class Meta:
        model = LessonDuration
        fields = ("minutes", "price", "valid_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.valid_from == FIRST_DATE:
            self.initial["valid_from"] = None
        first = self.fields["valid_from"]
        first.required = False
        first.help_text = _("Empty: today for a changed price, for a first one any day.")

    @property
    def is_new_price(self) -> bool:
        """True if an existing price changes from today on."""
        return self.changed_data == ["price"] and self.instance.pk is not None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is None and values.get("price") is None and "price" not in self.errors:
            self.add_error("price", _("Enter a price."))
        if self.is_new_price:
            values["valid_from"] = max(self.instance.valid_from, studio_today())
        elif not values.get("valid_from") and "valid_from" not in self.errors:
            values["valid_from"] = self._first_day(values.get("minutes"))
        return values

    def _first_day(self, minutes: int | None) -> date:
        if self.instance.pk is not None or minutes is None:
            return FIRST_DATE
        others = LessonDuration.objects.filter(settings=self.instance.settings_id, minutes=minutes)
        return studio_today() if others.exists() else FIRST_DATE


class LessonDurationFormSet(BaseInlineFormSet):
    """The prices of a teacher. A changed price becomes a row of its own."""

    def save_existing(self, form: Any, obj: LessonDuration, commit: bool = True) -> Any:
        stored = LessonDuration.objects.get(pk=obj.pk)
        if form.is_new_price and stored.valid_from != obj.valid_from:
            obj.pk, obj._state.adding = None, True
        return super().save_existing(form, obj, commit)


class LessonDurationInline(admin.TabularInline):
    model = LessonDuration
    form = LessonDurationForm
    formset = LessonDurationFormSet
    extra = 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if currency := studio().currency:
            kwargs["labels"] = {"price": _("price (%(currency)s)") % {"currency": currency}}
        return super().get_formset(request, obj, **kwargs)


@admin.register(LessonSettings)
class LessonSettingsAdmin(AuditHistoryMixin, LargeTableMixin, admin.ModelAdmin):
    history_includes = ("durations",)
    list_display = ("teacher", "advance_booking_days")
    list_select_related = ("teacher",)
    search_fields = ("teacher__name",)
    autocomplete_fields = ("teacher",)
    inlines = (LessonDurationInline,)


class TeacherStateFilter(ChoiceFilter):
    """Teachers by their state today."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def options(self) -> dict[str, tuple[Any, Q]]:
        paused = paused_people("teacher", studio_today())
        return {
            "active": (_("active"), Q(is_active=True) & ~paused),
            "paused": (_("time off"), Q(is_active=True) & paused),
            "inactive": (_("not active"), Q(is_active=False)),
        }


class LessonSettingsFilter(ChoiceFilter):
    """Teachers with lesson settings, or without them although they have slots."""

    title = gettext_lazy("lesson settings")
    parameter_name = "settings"

    def options(self) -> dict[str, tuple[Any, Q]]:
        missing = teachers_without_settings(timezone.now())
        return {
            "missing": (_("missing, with slots"), Q(pk__in=missing)),
            "some": (_("set up"), Q(lesson_settings__isnull=False)),
        }


class WorkingHoursFilter(ChoiceFilter):
    """Teachers with weekly lessons whose working hours are unknown."""

    title = gettext_lazy("working hours")
    parameter_name = "hours"

    def options(self) -> dict[str, tuple[Any, Q]]:
        missing = teachers_without_hours(timezone.now())
        return {"missing": (_("missing, with weekly lessons"), Q(pk__in=missing))}


@admin.register(Teacher)
class TeacherAdmin(InvitationMixin, TeacherAbsenceMixin, PersonAdmin):
    whose = "teacher"
    change_form_template = "admin/scheduling/teacher_change_form.html"
    list_display = (
        "name",
        "state",
        "today",
        "next_class",
        "meetings",
        "clock",
        "settings",
    )
    list_filter = (TeacherStateFilter, LessonSettingsFilter, WorkingHoursFilter)
    search_fields = ("name", "email")
    autocomplete_fields = ("user",)
    inlines = (WorkingHoursInline,)
    history_includes = ("working_hours",)
    formfield_overrides = {LinesField: {"widget": AdminTextareaWidget({"rows": 3})}}

    export_as = {"ill": (), "clock": ("time_zone",)}
    export_extra = ("email", "taught")

    def get_list_display(self, request: HttpRequest) -> Any:
        names = super().get_list_display(request)
        may = request.user.has_perms(("scheduling.change_teacher", "scheduling.add_closure"))
        # “Ill today…” is placed next to the name, where it is found in a hurry.
        return (names[0], "ill", *names[1:]) if may else names

    def get_fields(self, request: HttpRequest, obj: Teacher | None = None) -> Any:
        fields = [name for name in super().get_fields(request, obj) if name != "account"]
        if request.user.has_perm("auth.view_user"):
            return fields
        # Seeing or changing a teacher does not imply access to accounts.
        return ["account" if name == "user" else name for name in fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Teacher | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "account")

    def page_context(self, request: HttpRequest, person: Any) -> dict[str, Any]:
        return super().page_context(request, person) | {
            "hours": {"summaries": summaries(periods_of(person))},
            "account": account_panel(request, person),
        }

    def facts(self, person: Teacher) -> list[str]:
        facts = [", ".join(person.subject_list), person.email]
        if person.time_zone != studio().time_zone:
            facts.append(person.time_zone)
        if not person.is_active:
            facts.append(_("not active"))
        return list(filter(None, facts))

    @admin.display(description=gettext_lazy("account"))
    def account(self, teacher: Teacher) -> str:
        return str(teacher.user or "–")

    @admin.display(description=gettext_lazy("subjects"))
    def taught(self, teacher: Teacher) -> str:
        return ", ".join(teacher.subject_list)

    @admin.display(description=gettext_lazy("absence"))
    def ill(self, teacher: Any) -> SafeString | str:
        if not teacher.is_active:
            return ""
        # A screen reader lists the links: the name tells them apart.
        text = _("Ill today…") if teacher.classes_on_local_day else _("Ill…")
        page = self.change_address("ill", teacher.pk)
        label = f"{text} {teacher}"
        return format_html('<a href="{}" aria-label="{}">{}</a>', page, label, text)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Teacher]:
        settings = LessonSettings.objects.filter(teacher=OuterRef("pk"))
        return super().get_queryset(request).annotate(has_settings=Exists(settings))

    def fill(self, rows: list[Any]) -> None:
        super().fill(rows)
        today = studio_today()
        # The teacher's local date may differ from the studio's.
        local_days = {row.pk: today_of(row) for row in rows}
        counts = classes_on(local_days, {today, *local_days.values()})
        for row in rows:
            row.classes_today = counts.get((row.pk, today), 0)
            row.classes_on_local_day = counts.get((row.pk, local_days[row.pk]), 0)

    @admin.display(description=gettext_lazy("state"))
    def state(self, teacher: Any) -> SafeString:
        if teacher.erased_at is not None:
            return formatting.badge(_("erased"), "is-absent")
        if not teacher.is_active:
            return formatting.badge(_("not active"), "is-absent")
        if teacher.is_paused:
            return formatting.badge(_("time off"), "is-warn")
        return formatting.badge(_("active"), "is-ok")

    @admin.display(description=gettext_lazy("time zone"), ordering="time_zone")
    def clock(self, teacher: Teacher) -> SafeString:
        return formatting.zone(teacher.time_zone)

    @admin.display(description=gettext_lazy("classes today"))
    def today(self, teacher: Any) -> SafeString | int:
        if not teacher.classes_today:
            return 0
        page = reverse("admin:scheduling_scheduledclass_changelist")
        query = f"?when=today&teacher={teacher.pk}"
        return format_html('<a href="{}{}">{}</a>', page, query, teacher.classes_today)

    @admin.display(description=gettext_lazy("lesson settings"))
    def settings(self, teacher: Any) -> SafeString:
        if teacher.has_settings:
            return formatting.badge(_("present"), "is-ok")
        missing = teacher.is_active and teacher.weekly_count
        return formatting.badge(_("missing"), "is-warn" if missing else "")

    def save_model(self, request: HttpRequest, obj: Teacher, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            warn_of_lookalikes(request, teachers_like(obj))
        if change and {"time_zone", "is_active"} & set(form.changed_data):
            apply_after_commit(request, teachers=[obj.pk])
