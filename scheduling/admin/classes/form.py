"""The form of one class."""

from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.utils import timezone

from scheduling.models import ScheduledClass
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
