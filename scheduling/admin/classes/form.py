"""The form of one class."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.utils import timezone

from scheduling.models import Attendance, CancelledBy, ClassStatus, ScheduledClass
from scheduling.services.classes import refuse_double_booking
from scheduling.services.contradictions import refuse_contradiction


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
            refuse_contradiction(self.instance, timezone.now())
            refuse_double_booking(self.instance)
        except ValidationError as error:
            self.add_error(None, error)
