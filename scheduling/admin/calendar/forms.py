"""Forms that move a class and record its attendance."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.room_field import offer_rooms
from scheduling.models import Attendance, Room, Teacher
from scheduling.models.validators import validate_lines


class MoveClassForm(forms.Form):
    """The new date, times, teacher and room of a class; date and times are local to its zone."""

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

    room = forms.ModelChoiceField(
        Room.objects.none(), label=_("Room"), required=False, empty_label=_("no room")
    )

    def __init__(
        self, *args: Any, current: int | None, room: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_rooms(self, room)
        field = self.fields["teacher"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Teacher.objects.filter(Q(is_active=True) | Q(pk=current))
        if current is not None:
            # A class with a teacher can't be left without one.
            field.empty_label = None
            field.required = True


class AttendanceForm(forms.Form):
    """The attendance and notes of a class."""

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

    def __init__(self, *args: Any, has_begun: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_begun:
            # A student can be absent in advance but not present.
            field: Any = self.fields["attendance"]
            field.choices = [choice for choice in field.choices if choice[0] != Attendance.PRESENT]
