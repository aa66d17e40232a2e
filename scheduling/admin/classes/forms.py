"""The forms of a class."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.notices import reach_text
from scheduling.models import (
    CANCELLED_BY_PEOPLE,
    Attendance,
    CancelledBy,
    ClassStatus,
    ScheduledClass,
    Teacher,
)
from scheduling.models.fields import LineInput
from scheduling.models.studio import foreign_zone
from scheduling.selectors.studio import studio_zone
from scheduling.services.classes.edit import refuse_double_booking
from scheduling.services.classes.validation import validate_change
from scheduling.services.notices import is_default, is_offered, reach_of


class ScheduledClassForm(ModelForm):
    """Validates a class; a double booking is an error that names the conflicting class."""

    notify = forms.BooleanField(label=_("Tell the families"), required=False)

    class Meta:
        model = ScheduledClass
        fields = (
            "student",
            "teacher",
            "date",
            "start_time",
            "end_time",
            "time_zone",
            "room",
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
        scheduled_class = self.instance
        if offers_notices(scheduled_class):
            reach = reach_of([scheduled_class], timezone.now())
            self.fields["notify"].initial = is_default()
            self.fields["notify"].help_text = reach_text(reach)
        else:
            del self.fields["notify"]
        # Only a run cancels by closure, and a future class can't have taken place.
        refused: dict[str, str] = {"cancelled_by": CancelledBy.CLOSURE}
        if scheduled_class.pk is not None and scheduled_class.starts_at > timezone.now():
            refused |= {"status": ClassStatus.COMPLETED, "attendance": Attendance.PRESENT}
        for name, value in refused.items():
            field: Any = self.fields.get(name)
            if field is not None and getattr(scheduled_class, name) != value:
                field.choices = [choice for choice in field.choices if choice[0] != value]

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


def needs_zone(scheduled_class: ScheduledClass | None) -> bool:
    """Return whether a form shows the zone of a class: if it, or a teacher, is in another zone."""
    if scheduled_class is not None and foreign_zone(scheduled_class.time_zone):
        return True
    return Teacher.objects.exclude(time_zone=studio_zone().key).filter(is_active=True).exists()


def offers_notices(scheduled_class: ScheduledClass) -> bool:
    """Return whether “Tell the families” is offered: for a stored class ahead."""
    if scheduled_class.pk is None or not is_offered():
        return False
    return scheduled_class.starts_at > timezone.now()


class CancelForm(forms.Form):
    """Cancels one class; the fields are the parameters of the services' ``cancel``."""

    by = forms.TypedChoiceField(
        label=_("Cancelled by"),
        choices=CANCELLED_BY_PEOPLE,
        coerce=CancelledBy,
        initial=CancelledBy.STUDIO,
    )
    reason = LineInput(label=_("Reason"), max_length=300, required=False)
    chargeable = forms.BooleanField(label=_("Charge for it all the same"), required=False)


class CancelManyForm(CancelForm):
    """Cancels the classes selected in a list."""

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
        help_text=_("Stored with the class."),
    )
