"""The fixed schedules of a student, inline, with errors next to their fields."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from scheduling.admin.core.widgets import LoadedRowSelect
from scheduling.models import FixedSchedule, RecurringSlot, Student
from scheduling.selectors.data_quality import students_without_start
from scheduling.selectors.rooms import has_rooms
from scheduling.selectors.schedules.conflicts import conflicting_series, overlap
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.rooms import overfull_rules

# The fields that determine a schedule's times: only changes of these are checked for overlaps.
TIMING = frozenset(
    {
        "weekday",
        "start_time",
        "end_time",
        "teacher",
        "room",
        "interval_weeks",
        "is_shared",
        "valid_from",
        "valid_until",
    }
)
# Foreign keys whose rows are loaded with the schedule.
LOADED = {"teacher", "room"}


class FixedScheduleForm(ModelForm):
    """Checks the database constraints of the row, with errors next to the fields."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        start, end = data.get("start_time"), data.get("end_time")
        if start is not None and end is not None and end <= start:
            self.add_error("end_time", _("The end time must be after the start time."))
        first, last = data.get("valid_from"), data.get("valid_until")
        if first is not None and last is not None and last < first:
            self.add_error("valid_until", _("“Valid until” is before “valid from”."))
        return data


class FixedScheduleFormSet(BaseInlineFormSet):
    """Refuses schedules at which the student or the teacher is already booked."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk is not None:
            # All are loaded already: the student of the page, teacher and room of the row.
            form.instance.student = self.instance
            for name in LOADED & form.fields.keys():
                form.fields[name].widget.widget.loaded = getattr(form.instance, name)

    def clean(self) -> None:
        super().clean()
        rows = [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        changed = [form for form in rows if not TIMING.isdisjoint(form.changed_data)]
        for form in changed:
            self._refuse_overlap(form, [other for other in rows if other is not form])
        conflicts = conflicting_series([form.instance for form in changed])
        for form, conflict in zip(changed, conflicts, strict=True):
            if conflict is not None:
                rule = form.instance
                if rule.teacher_id is not None and rule.teacher_id == conflict.teacher_id:
                    text = _("%(teacher)s already teaches then: %(other)s.")
                else:
                    text = _("%(room)s is already taken then: %(other)s.")
                values = {"teacher": rule.teacher, "room": rule.room, "other": conflict}
                _refuse(form, text % values)

    def _refuse_overlap(self, form: Any, others: list[Any]) -> None:
        for other in others:
            if overlap(form.instance, other.instance):
                text = _("This student already has a meeting then: %(other)s.")
                _refuse(form, text % {"other": _short_text(other.instance)})
                return


def _refuse(form: Any, text: str) -> None:
    form.add_error("start_time", ValidationError(text, code="overlap"))


def _short_text(schedule: FixedSchedule) -> str:
    hours = f"{schedule.start_time:%H:%M}–{schedule.end_time:%H:%M}"
    return f"{schedule.get_weekday_display()} {hours}"


class FixedScheduleInline(admin.TabularInline):
    model = FixedSchedule
    form = FixedScheduleForm
    show_change_link = True
    formset = FixedScheduleFormSet
    extra = 0
    fields = (
        "weekday",
        "start_time",
        "end_time",
        "teacher",
        "room",
        "subject",
        "interval_weeks",
        "is_shared",
        "valid_from",
        "valid_until",
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_fields(request, obj)
        return names if has_rooms() else [name for name in names if name != "room"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[FixedSchedule]:
        return super().get_queryset(request).select_related("student", "teacher", "room")

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in LOADED:
            kwargs["widget"] = LoadedRowSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def warn_overfull(request: HttpRequest, rules: Iterable[FixedSchedule | RecurringSlot]) -> None:
    """Warn of rooms that are smaller than the group of one of ``rules``."""
    for text in overfull_rules(rules, studio_today()):
        messages.warning(request, text)


def warn_missing_start_date(request: HttpRequest, student: Student) -> None:
    """Warn, with a link, if ``student`` has a schedule but no start date."""
    if student.start_date is not None:
        return
    if not students_without_start(timezone.now()).filter(pk=student.pk).exists():
        return
    text = _("%(name)s has a schedule but no start date: there are no classes until it is set.")
    address = reverse("admin:scheduling_student_change", args=[student.pk])
    link = format_html('<a href="{}?edit=1#id_start_date">{}</a>', address, _("Set the start date"))
    messages.warning(request, format_html("{} {}", text % {"name": student.full_name}, link))
