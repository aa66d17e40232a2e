"""What is asked for before there is a plan."""

import re
from datetime import date
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
from scheduling.selectors.studio import studio
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
    PauseSeries,
    ResumeSeries,
    ScheduleChange,
    TeacherAbsence,
)
from scheduling.services.schedule_changes.series_rows import CHANGEABLE, key_of


def day_field(label: Any, **values: Any) -> forms.DateField:
    """A date by the browser's own picker."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={"required": gettext_lazy("Choose a date.")},
        **values,
    )


class ChangeForm(forms.Form):
    """A form of which an act can be made; ``about`` is the row that it changes."""

    def __init__(self, about: Any, today: date, data: Any = None) -> None:
        self.about, self.today = about, today
        super().__init__(data, initial=self.first_values())

    def first_values(self) -> dict[str, Any]:
        """What the fields show at first."""
        return {}

    def act(self) -> ScheduleChange:
        """The act that is asked for; the form is valid."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, value in list(data.items()):
            if isinstance(value, date) and not FIRST_DATE <= value <= LAST_DATE:
                self.add_error(name, _("Choose a date between 1970 and 2199."))
        return data

    def refuse(self, error: Any) -> None:
        """Show what the act refused, beside the field where there is one."""
        for name, texts in getattr(error, "message_dict", {None: error.messages}).items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)


class ChangeFromDateForm(ChangeForm):
    """From when on, and what is then another."""

    day = day_field(
        gettext_lazy("From this date on"),
        required=False,
        help_text=gettext_lazy("What was before stays as it was. Empty: all that is to come."),
    )

    def __init__(self, about: Any, today: date, data: Any = None) -> None:
        super().__init__(about, today, data)
        names = CHANGEABLE[key_of(about).kind]
        order = [*(field.name for field in about._meta.fields if field.name in names)]
        for name, field in fields_for_model(type(about), order, formfield_callback=_plain).items():
            assert field is not None
            self.fields[name] = field
        self.fields["start_time"].help_text = _("On the clock of its zone, now %(zone)s.") % {
            "zone": about.teacher.time_zone if about.teacher else studio().time_zone
        }
        theirs = Q(is_active=True) | Q(pk=about.teacher_id)
        teacher: Any = self.fields["teacher"]
        teacher.queryset = Teacher.objects.filter(theirs)

    def first_values(self) -> dict[str, Any]:
        names = CHANGEABLE[key_of(self.about).kind]
        return {"day": self.today} | {name: getattr(self.about, name) for name in names}

    def act(self) -> ScheduleChange:
        values = dict(self.cleaned_data)
        day = values.pop("day")
        key = key_of(self.about)
        return ChangeAllFuture(key, values) if day is None else ChangeFromDate(key, day, values)


def _plain(field: Any, **kwargs: Any) -> Any:
    if field.get_internal_type() == "TimeField":
        kwargs["widget"] = forms.TimeInput({"type": "time"}, "%H:%M")
    return field.formfield(**kwargs)


class PauseForm(ChangeForm):
    """From when to when, and why."""

    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    name = LineInput(
        label=gettext_lazy("Reason"),
        max_length=150,
        initial=pgettext_lazy("a closure's name", "Pause"),
        help_text=gettext_lazy("Shown on the cancelled classes."),
    )

    def first_values(self) -> dict[str, Any]:
        return {"first": self.today}

    def act(self) -> ScheduleChange:
        data = self.cleaned_data
        return PauseSeries(key_of(self.about), data["first"], data["last"], data["name"])


class ResumeForm(ChangeForm):
    """From when on it takes place again."""

    day = day_field(gettext_lazy("Takes place again from"))

    def first_values(self) -> dict[str, Any]:
        return {"day": self.today}

    def act(self) -> ScheduleChange:
        return ResumeSeries(key_of(self.about), self.cleaned_data["day"])


class EndForm(ChangeForm):
    """The last day, and what becomes of classes that no run takes away."""

    day = day_field(gettext_lazy("Last day"))
    cancel_rest = forms.BooleanField(
        label=gettext_lazy("Cancel what a person entered or changed, too"),
        required=False,
        help_text=gettext_lazy(
            "Classes after that day which were moved or noted by hand, and one-offs, would "
            "otherwise keep their hour."
        ),
    )
    reason = LineInput(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Shown on the cancelled classes."),
    )

    def first_values(self) -> dict[str, Any]:
        return {"day": self.today, "cancel_rest": True}

    def act(self) -> ScheduleChange:
        data = self.cleaned_data
        return EndSeries(key_of(self.about), data["day"], data["cancel_rest"], data["reason"])


class AbsenceForm(ChangeForm):
    """Until when a teacher can't come."""

    last = day_field(gettext_lazy("Last day"))
    name = LineInput(
        label=gettext_lazy("Reason"),
        max_length=150,
        initial=gettext_lazy("Teacher absent"),
        help_text=gettext_lazy(
            "Shown on the cancelled classes and in calendar feeds. The e-mail does not contain it."
        ),
    )

    def first_values(self) -> dict[str, Any]:
        return {"last": self.today}

    def act(self) -> ScheduleChange:
        data = self.cleaned_data
        return TeacherAbsence(self.about, self.today, data["last"], data["name"])


class ZoneForm(ChangeForm):
    """The zone by whose clock a teacher's lessons take place from now on."""

    def __init__(self, about: Any, today: date, data: Any = None) -> None:
        super().__init__(about, today, data)
        self.fields |= fields_for_model(Teacher, ["time_zone"])

    def first_values(self) -> dict[str, Any]:
        return {"time_zone": self.about.time_zone}

    def act(self) -> ScheduleChange:
        return ChangeZone(self.about, self.cleaned_data["time_zone"])


class StudioZoneForm(ZoneForm):
    """The zone of fixed schedules without a teacher, and of the studio's days."""

    def act(self) -> ScheduleChange:
        return ChangeStudioZone(self.cleaned_data["time_zone"])


class CloseForm(ChangeForm):
    """Which days, and for whom; ``about`` is a closure, or one that is not stored yet."""

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

    def __init__(self, about: Any, today: date, data: Any = None) -> None:
        super().__init__(about, today, data)
        for name in ("teacher", "student"):
            if about.is_pause:
                # A pause stays with its schedule, and so with that schedule's student.
                del self.fields[name]
                continue
            field: Any = self.fields[name]
            field.widget = PersonSelect(name)
            field.widget.choices = field.choices

    def first_values(self) -> dict[str, Any]:
        if self.about.pk is None:
            return {"first_date": self.today, "last_date": self.today}
        names = ("name", "first_date", "last_date", "teacher", "student")
        return {name: getattr(self.about, name) for name in names}

    def act(self) -> ScheduleChange:
        if self.about.pk is None:
            return AddClosure(self.cleaned_data)
        return EditClosure(self.about.pk, self.cleaned_data)


class SelectedRowsForm(ChangeForm):
    """Rows that were chosen in a list: nothing more is asked."""

    ids = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    choose = gettext_lazy("Choose some in the list.")

    def clean_ids(self) -> str:
        text: str = self.cleaned_data["ids"]
        if not re.fullmatch(r"[0-9]{1,18}(,[0-9]{1,18})*", text):
            raise forms.ValidationError(self.choose)
        return text

    @property
    def numbers(self) -> tuple[int, ...]:
        """Their ids; the form is valid."""
        return tuple(int(each) for each in self.cleaned_data["ids"].split(","))


class DeleteClosuresForm(SelectedRowsForm):
    """Closures to be taken away. ``about`` is the first of them."""

    choose = gettext_lazy("Choose closures in the list.")

    def first_values(self) -> dict[str, Any]:
        return {"ids": str(self.about.pk)}

    def act(self) -> ScheduleChange:
        return DeleteClosures(self.numbers)


class DeactivateForm(SelectedRowsForm):
    """Students or teachers to be set aside; ``about`` says which of the two."""

    def act(self) -> ScheduleChange:
        return DeactivatePeople(type(self.about), self.numbers)


class EndPersonForm(EndForm):
    """The last day of a student or a teacher."""

    def act(self) -> ScheduleChange:
        data = self.cleaned_data
        return EndPerson(self.about, data["day"], data["cancel_rest"], data["reason"])


def is_paused(rule: Any, today: date) -> bool:
    """Whether there is a pause to end."""
    paused = Closure.objects.filter(**{key_of(rule).kind.value: rule}, last_date__gte=today)
    return paused.exists()
