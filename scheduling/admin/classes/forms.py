"""The form of one class."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.models import (
    CANCELLED_BY_PEOPLE,
    Attendance,
    CancelledBy,
    ClassStatus,
    ScheduledClass,
)
from scheduling.models.fields import LineInput
from scheduling.services.classes.edit import refuse_double_booking
from scheduling.services.classes.validation import validate_change


class ScheduledClassForm(ModelForm):
    """Refuses what contradicts itself, and a double booking, naming the class in the way."""

    class Meta:
        model = ScheduledClass
        fields = (
            "student",
            "teacher",
            "date",
            "start_time",
            "end_time",
            "time_zone",
            "subject",
            "is_shared",
            "status",
            "cancelled_by",
            "cancel_reason",
            "is_chargeable",
            "attendance",
            "notes",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one = self.instance
        # A closure is no person; and of a class to come some is refused.
        refused: dict[str, str] = {"cancelled_by": CancelledBy.CLOSURE}
        if one.pk is not None and one.starts_at > timezone.now():
            refused |= {"status": ClassStatus.COMPLETED, "attendance": Attendance.PRESENT}
        for name, value in refused.items():
            field: Any = self.fields.get(name)
            if field is not None and getattr(one, name) != value:
                field.choices = [each for each in field.choices if each[0] != value]

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's hook after the instance is filled
        if self.errors or not self.has_changed():
            return
        try:
            self.instance.derive_instants()
            validate_change(self.instance, timezone.now())
            refuse_double_booking(self.instance)
        except ValidationError as error:
            self.add_error(None, error)


class CancelForm(forms.Form):
    """For one class. What is filled in is what the services' ``cancel`` takes, name by name."""

    by = forms.TypedChoiceField(
        label=_("Cancelled by"),
        choices=CANCELLED_BY_PEOPLE,
        coerce=CancelledBy,
        initial=CancelledBy.STUDIO,
    )
    reason = LineInput(label=_("Reason"), max_length=300, required=False)
    chargeable = forms.BooleanField(label=_("Charge for it all the same"), required=False)


class CancelManyForm(CancelForm):
    """For the classes that were ticked in a list, on a page of its own."""

    by = forms.TypedChoiceField(
        label=_("Cancelled by"),
        choices=CANCELLED_BY_PEOPLE,
        coerce=CancelledBy,
        widget=forms.RadioSelect,
        initial=CancelledBy.STUDENT,
    )
    reason = LineInput(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("Kept with the class, for those who look at it later."),
    )
