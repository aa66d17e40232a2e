"""What a person can fill in about a class: where it goes, who was there."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scheduling.models import Attendance, Teacher
from scheduling.models.validators import validate_lines


class MoveClassForm(forms.Form):
    """A date and times on the wall clock of the class's own zone."""

    date = forms.DateField(
        label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    start_time = forms.TimeField(
        label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end_time = forms.TimeField(
        label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    teacher = forms.ModelChoiceField(Teacher.objects.none(), label=_("Teacher"), required=False)

    def __init__(self, *args: Any, current: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["teacher"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Teacher.objects.filter(Q(is_active=True) | Q(pk=current))
        if current is not None:
            # A class that has a teacher goes to another one, never to none.
            field.empty_label = None
            field.required = True


class AttendanceForm(forms.Form):
    """Who was there, and what is worth remembering."""

    attendance = forms.ChoiceField(
        label=_("Attendance"),
        choices=[("", _("not marked")), *Attendance.choices],
        required=False,
    )
    notes = forms.CharField(
        label=_("Notes"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        validators=[validate_lines],
    )

    def __init__(self, *args: Any, begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not begun:
            # An absence is known ahead.
            field: Any = self.fields["attendance"]
            field.choices = [one for one in field.choices if one[0] != Attendance.PRESENT]
