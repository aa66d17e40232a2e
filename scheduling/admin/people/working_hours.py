"""The form of a teacher's working hours: a week at a glance, once for each period of validity."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import formset_factory
from django.forms.formsets import BaseFormSet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.domain.working_hours import Hours, hours_text, parse_hours, time_of, united
from scheduling.models import Teacher, WorkingHours
from scheduling.models.timetable import Weekday
from scheduling.selectors.schedules.working_hours import weekly_hours
from scheduling.services.schedules.working_hours import FIELDS, write_working_hours

Period = tuple[date | None, date | None]
WORKDAYS = tuple(Weekday.values[:5])


class HoursField(forms.CharField):
    """Intervals of a day as text, such as “9:00–13:00, 15:00–20:00”."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, max_length=200)

    def clean(self, value: Any) -> Any:
        try:
            return parse_hours(super().clean(value))
        except ValueError as error:
            text = _("“%(part)s” is not a time such as 15:00–20:00.")
            raise ValidationError(text % {"part": str(error)[:40]}, code="hours") from error


class PeriodForm(forms.Form):
    """The hours of the seven days, and the dates between which they are valid."""

    same = forms.BooleanField(
        label=gettext_lazy("Monday's hours on all weekdays, to Friday"), required=False
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)
        self.fields |= {_day(weekday): HoursField(weekday.label) for weekday in Weekday}

    def days(self) -> list[Any]:
        """Return the fields of the days."""
        return [self[_day(weekday)] for weekday in Weekday]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("“Valid until” is before “valid from”."))
        if data.get("same"):
            for weekday in WORKDAYS:
                data[_day(weekday)] = data.get(_day(Weekday.MONDAY), [])
        return data

    def rows(self) -> list[dict[str, Any]]:
        """Return the intervals as rows of working hours."""
        data = self.cleaned_data
        dates = {name: data.get(name) for name in ("valid_from", "valid_until")}
        return [
            {"weekday": weekday.value, "start_time": time_of(start), "end_time": time_of(end)}
            | dates
            for weekday in Weekday
            for start, end in data.get(_day(weekday), ())
        ]


class BaseWorkingHoursFormSet(BaseFormSet):
    """The periods of one teacher, and an empty one. It stands for an admin's inline formset.

    Hours that are not sent, or that the user may not write, stay as they are.
    """

    may_write = True

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        instance: Teacher | None = None,
        prefix: str | None = None,
        **_kwargs: Any,
    ) -> None:
        self.instance = instance
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        self.periods = periods_of(instance)
        prefix = prefix or self.get_default_prefix()
        self.is_sent = self.may_write and f"{prefix}-TOTAL_FORMS" in (data or ())
        initial = [
            {"valid_from": first, "valid_until": last}
            | {_day(weekday): hours_text(hours) for weekday, hours in days.items()}
            for (first, last), days in self.periods.items()
        ]
        super().__init__(data if self.is_sent else None, files, prefix=prefix, initial=initial)

    @classmethod
    def get_default_prefix(cls) -> str:
        return "working_hours"

    def get_queryset(self) -> list[Any]:
        """Return nothing: the admin pairs its forms with rows, a period has several."""
        return []

    def is_valid(self) -> bool:
        return not self.is_sent or super().is_valid()

    def summaries(self) -> list[dict[str, Any]]:
        """Return the stored periods as texts, for people who may not change them."""
        return summaries(self.periods)

    def save(self, commit: bool = True) -> list[Any]:
        """Store the periods if they were sent."""
        if self.is_sent and self.instance is not None and self.has_changed():
            rows = [row for form in self.forms if form.is_valid() for row in form.rows()]
            write_working_hours(self.instance, rows)
        return []


WorkingHoursFormSet: Any = formset_factory(PeriodForm, BaseWorkingHoursFormSet, extra=1, max_num=20)


class WorkingHoursInline(admin.StackedInline):
    """The working hours on the page of their teacher."""

    model = WorkingHours
    template = "admin/scheduling/working_hours_inline.html"
    fields = FIELDS

    class Media:
        css = {"all": ["scheduling/hours.css"]}

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        may = self.has_add_permission(request, obj) and self.has_change_permission(request, obj)
        return type("WorkingHoursFormSet", (WorkingHoursFormSet,), {"may_write": may})


def periods_of(teacher: Teacher | None) -> dict[Period, dict[int, list[Hours]]]:
    """Return the hours of ``teacher`` by their dates of validity, then by weekday."""
    found: dict[Period, dict[int, list[Hours]]] = {}
    if teacher is None or teacher.pk is None:
        return found
    for row in sorted(teacher.working_hours.all(), key=_validity):
        days = found.setdefault((row.valid_from, row.valid_until), {})
        days.setdefault(row.weekday, []).append(weekly_hours(row)[1:3])
    return {
        period: {weekday: united(hours) for weekday, hours in days.items()}
        for period, days in found.items()
    }


def summaries(periods: dict[Period, dict[int, list[Hours]]]) -> list[dict[str, Any]]:
    """Return each period as its validity in words and ``(day, hours)`` of the seven days."""
    return [
        {
            "validity": _validity_text(first, last),
            "days": [(weekday.label, hours_text(days.get(weekday, []))) for weekday in Weekday],
        }
        for (first, last), days in periods.items()
    ]


def _validity(row: WorkingHours) -> tuple[date, date]:
    return row.valid_from or date.min, row.valid_until or date.max


def _validity_text(first: date | None, last: date | None) -> str:
    parts: Iterable[str] = (
        _("from %(day)s") % {"day": date_format(first)} if first else "",
        _("until %(day)s") % {"day": date_format(last)} if last else "",
    )
    return " ".join(part for part in parts if part)


def _day(weekday: int) -> str:
    return f"day_{int(weekday)}"
