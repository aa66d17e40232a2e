"""The forms of the schedule changes."""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from scheduling.admin.core.widgets import PersonSelect
from scheduling.domain.windows import FIRST_DATE, LAST_DATE
from scheduling.models import Closure, Student, Teacher
from scheduling.models.fields import LineInput
from scheduling.models.studio import foreign_zone
from scheduling.selectors.rooms import offered_rooms
from scheduling.selectors.schedules.series import key_of
from scheduling.services.schedule_changes import (
    AddClosure,
    ChangeAllFuture,
    ChangeFromDate,
    ChangeStudioZone,
    ChangeZone,
    DeactivatePeople,
    DeleteClosures,
    EditClosure,
    EndPerson,
    EndSeries,
    PausePeople,
    PauseSeries,
    ResumeSeries,
    ScheduleChange,
)
from scheduling.services.schedule_changes.series_rows import CHANGEABLE
from scheduling.text.dates import full_day


def day_field(label: Any, **values: Any) -> forms.DateField:
    """Return a date field with the browser's date picker."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a date.")},
        **values,
    )


class ChangeForm(forms.Form):
    """A form that describes a schedule change; ``row`` is the row to change."""

    def __init__(self, row: Any, today: date, data: Any = None) -> None:
        self.row, self.today = row, today
        super().__init__(data, initial=self.initial_values())

    def initial_values(self) -> dict[str, Any]:
        """Return the initial values of the fields."""
        return {}

    def change(self) -> ScheduleChange:
        """Return the change; the form must be valid."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            if isinstance(value, date) and not FIRST_DATE <= value <= LAST_DATE:
                self.add_error(name, _("Choose a date between 1970 and 2199."))
        return data

    def differences(self) -> list[str]:
        """Return what changes of the row in words, such as “start time: 10:00 → 11:00”."""
        return []

    def refuse(self, error: Any) -> None:
        """Add a ValidationError of the change, next to the field if it has one."""
        for name, texts in getattr(error, "message_dict", {None: error.messages}).items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


class ChangeFromDateForm(ChangeForm):
    """The first day of a change, and the new values."""

    day = day_field(
        gettext_lazy("From this date on"),
        required=False,
        help_text=gettext_lazy(
            "Earlier classes stay as they are. Empty: the change applies to all future classes."
        ),
    )

    def __init__(self, row: Any, today: date, data: Any = None) -> None:
        super().__init__(row, today, data)
        names = CHANGEABLE[key_of(row).kind]
        order = [field.name for field in row._meta.fields if field.name in names]
        for name, field in fields_for_model(type(row), order, formfield_callback=_plain).items():
            assert field is not None
            self.fields[name] = field
        if zone := foreign_zone(row.teacher.time_zone) if row.teacher else "":
            text = _("Local time in its time zone, currently %(zone)s.")
            self.fields["start_time"].help_text = text % {"zone": zone}
        choosable = Q(is_active=True) | Q(pk=row.teacher_id)
        teacher: Any = self.fields["teacher"]
        teacher.queryset = Teacher.objects.filter(choosable)
        room: Any = self.fields["room"]
        room.queryset = offered_rooms(row.room_id)
        if not room.queryset.exists():
            del self.fields["room"]

    def initial_values(self) -> dict[str, Any]:
        names = CHANGEABLE[key_of(self.row).kind]
        return {"day": self.today} | {name: getattr(self.row, name) for name in names}

    def differences(self) -> list[str]:
        day, texts = self.cleaned_data["day"], []
        for name in CHANGEABLE[key_of(self.row).kind]:
            before, after = getattr(self.row, name), self.cleaned_data.get(name)
            if name in self.fields and before != after:
                label = str(self.fields[name].label).lower()
                texts.append(f"{label}: {self._text(name, before)} → {self._text(name, after)}")
        if texts and day is not None:
            texts[0] = _("From %(day)s: %(what)s") % {"day": full_day(day), "what": texts[0]}
        return texts

    def _text(self, name: str, value: Any) -> str:
        """Return a value of the row in words."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, time):
            return f"{value:%H:%M}"
        choices = dict(getattr(self.fields[name], "choices", ())) if name == "weekday" else {}
        return str(choices.get(value, value) if value not in (None, "") else "–")

    def change(self) -> ScheduleChange:
        values = dict(self.cleaned_data)
        day = values.pop("day")
        key = key_of(self.row)
        return ChangeAllFuture(key, values) if day is None else ChangeFromDate(key, day, values)


def _plain(field: Any, **kwargs: Any) -> Any:
    if field.get_internal_type() == "TimeField":
        kwargs["widget"] = forms.TimeInput({"type": "time"}, "%H:%M")
    return field.formfield(**kwargs)


class PauseForm(ChangeForm):
    """The dates and the reason of a pause."""

    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    name = LineInput(
        label=gettext_lazy("Reason"),
        max_length=150,
        initial=pgettext_lazy("a closure's name", "Pause"),
        help_text=gettext_lazy("Shown on the cancelled classes."),
    )

    def initial_values(self) -> dict[str, Any]:
        return {"first": self.today}

    def change(self) -> ScheduleChange:
        data = self.cleaned_data
        return PauseSeries(key_of(self.row), data["first"], data["last"], data["name"])


class ResumeForm(ChangeForm):
    """The first day after a pause."""

    day = day_field(gettext_lazy("Takes place again from"))

    def initial_values(self) -> dict[str, Any]:
        return {"day": self.today}

    def change(self) -> ScheduleChange:
        return ResumeSeries(key_of(self.row), self.cleaned_data["day"])


class EndForm(ChangeForm):
    """The last day, and whether later classes edited by hand are cancelled."""

    day = day_field(gettext_lazy("Last day"))
    cancel_rest = forms.BooleanField(
        label=gettext_lazy("Also cancel classes entered or changed by hand"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise, later classes that were moved or annotated by hand, and one-off classes, "
            "keep their times."
        ),
    )
    reason = LineInput(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Shown on the cancelled classes."),
    )

    def initial_values(self) -> dict[str, Any]:
        return {"day": self.today, "cancel_rest": True}

    def change(self) -> ScheduleChange:
        data = self.cleaned_data
        return EndSeries(key_of(self.row), data["day"], data["cancel_rest"], data["reason"])


class ZoneForm(ChangeForm):
    """The new time zone of a teacher."""

    def __init__(self, row: Any, today: date, data: Any = None) -> None:
        super().__init__(row, today, data)
        self.fields |= fields_for_model(Teacher, ["time_zone"])

    def initial_values(self) -> dict[str, Any]:
        return {"time_zone": self.row.time_zone}

    def change(self) -> ScheduleChange:
        return ChangeZone(self.row, self.cleaned_data["time_zone"])


class StudioZoneForm(ZoneForm):
    """The new time zone of the studio, and of fixed schedules without a teacher."""

    def change(self) -> ScheduleChange:
        return ChangeStudioZone(self.cleaned_data["time_zone"])


class CloseForm(ChangeForm):
    """The days of a closure and the person it is for; ``row`` may be an unsaved closure."""

    name = LineInput(
        label=gettext_lazy("Name"),
        max_length=150,
        help_text=gettext_lazy("Shown on the cancelled classes."),
    )
    first_date = day_field(gettext_lazy("First day"))
    last_date = day_field(gettext_lazy("Last day"))
    teacher = forms.ModelChoiceField(
        Teacher.objects.all(),
        required=False,
        label=gettext_lazy("For one teacher"),
        help_text=gettext_lazy("Empty: for everyone."),
    )
    student = forms.ModelChoiceField(
        Student.objects.all(),
        required=False,
        label=gettext_lazy("or for one student"),
        help_text=gettext_lazy("Empty: for everyone."),
    )
    earns_make_ups = forms.BooleanField(
        required=False,
        label=gettext_lazy("Make-ups are owed"),
        help_text=gettext_lazy(
            "For one teacher only: whether these lessons are made up, as the studio's rule says."
        ),
    )

    def __init__(self, row: Any, today: date, data: Any = None) -> None:
        super().__init__(row, today, data)
        for name in ("teacher", "student"):
            if row.is_pause:
                # A pause belongs to a schedule, so its person is fixed.
                del self.fields[name]
                self.fields.pop("earns_make_ups", None)
                continue
            field: Any = self.fields[name]
            field.widget = PersonSelect(name)
            field.widget.choices = field.choices

    def initial_values(self) -> dict[str, Any]:
        if self.row.pk is None:
            days = {"first_date": self.today, "last_date": self.today}
            return days | {"earns_make_ups": self.row.earns_make_ups}
        names = ("name", "first_date", "last_date", "teacher", "student", "earns_make_ups")
        return {name: getattr(self.row, name) for name in names}

    def change(self) -> ScheduleChange:
        if self.row.pk is None:
            return AddClosure(self.cleaned_data)
        return EditClosure(self.row.pk, self.cleaned_data)


class SelectedRowsForm(ChangeForm):
    """The IDs of rows selected in a list."""

    ids = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    choose_text = gettext_lazy("Choose some in the list.")

    def clean_ids(self) -> str:
        text: str = self.cleaned_data["ids"]
        if not re.fullmatch(r"[0-9]{1,18}(,[0-9]{1,18})*", text):
            raise forms.ValidationError(self.choose_text)
        return text

    @property
    def row_ids(self) -> tuple[int, ...]:
        """The IDs; the form must be valid."""
        return tuple(int(text) for text in self.cleaned_data["ids"].split(","))


class DeleteClosuresForm(SelectedRowsForm):
    """Closures to delete; ``row`` is the first of them."""

    choose_text = gettext_lazy("Choose closures in the list.")

    def initial_values(self) -> dict[str, Any]:
        return {"ids": str(self.row.pk)}

    def change(self) -> ScheduleChange:
        return DeleteClosures(self.row_ids)


class DeactivateForm(SelectedRowsForm):
    """Students or teachers to deactivate; ``row`` is an empty instance of their model."""

    def change(self) -> ScheduleChange:
        return DeactivatePeople(type(self.row), self.row_ids)


class PausePeopleForm(SelectedRowsForm):
    """The days and the reason of a pause; ``chosen`` are the first selected ids."""

    chosen = ""
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    name = LineInput(
        label=gettext_lazy("Reason"),
        max_length=150,
        initial=pgettext_lazy("a closure's name", "Pause"),
        help_text=gettext_lazy("Shown on the cancelled classes."),
    )

    def initial_values(self) -> dict[str, Any]:
        return {"ids": self.chosen, "first": self.today}

    def change(self) -> ScheduleChange:
        data = self.cleaned_data
        days = data["first"], data["last"]
        return PausePeople(type(self.row), self.row_ids, *days, data["name"])


class EndPersonForm(EndForm):
    """The last day of a student or a teacher."""

    def change(self) -> ScheduleChange:
        data = self.cleaned_data
        return EndPerson(self.row, data["day"], data["cancel_rest"], data["reason"])


def is_paused(rule: Any, today: date) -> bool:
    """Return whether ``rule`` has a current or upcoming pause."""
    pauses = Closure.objects.filter(**{key_of(rule).kind.value: rule}, last_date__gte=today)
    return pauses.exists()
