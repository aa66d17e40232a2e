"""Guardians with their students."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.models import Language, Student
from scheduling.services.guardians import other_payer

from .base import ReplacedAsWhole, ResourceSerializer
from .fields import BooleanField, EmailField, RelatedIdField, StringField

# Each takes a query or two.
MAX_WARDS = 50


class WardSerializer(ReplacedAsWhole):
    """A student of a guardian."""

    id = RelatedIdField(source="student", queryset=Student.objects.all())
    relation = StringField(required=False, allow_blank=True, max_length=50)
    is_payer = BooleanField(
        required=False,
        help_text="The student's lessons count in this guardian's statement. One guardian at most.",
    )


class GuardianSerializer(ResourceSerializer):
    """A guardian. ``students`` is replaced as a whole."""

    id = serializers.IntegerField(read_only=True)
    first_name = StringField(max_length=100)
    last_name = StringField(required=False, allow_blank=True, max_length=100)
    email = EmailField(required=False, allow_blank=True, max_length=254)
    phone = StringField(required=False, allow_blank=True, max_length=50)
    language = serializers.ChoiceField(
        Language.choices, required=False, help_text="The language of e-mails to the guardian."
    )
    reminders = BooleanField(required=False, help_text="An e-mail before each class.")
    notices = BooleanField(
        required=False, help_text="An e-mail when the studio changes or cancels a lesson."
    )
    students = WardSerializer(
        source="student_guardians", many=True, required=False, max_length=MAX_WARDS
    )

    def validate_students(self, wards: list[dict[str, Any]]) -> list[dict[str, Any]]:
        errors: list[Any] = [{} for _ward in wards]
        own = getattr(self.instance, "pk", None)
        seen: set[int] = set()
        for index, ward in enumerate(wards):
            student = ward["student"]
            if student.pk in seen:
                errors[index] = {"id": [_("This student is already in the list.")]}
            elif ward.get("is_payer") and (payer := other_payer(student.pk, own)) is not None:
                text = _("%(name)s is the payer of this student.") % {"name": payer}
                errors[index] = {"is_payer": [text]}
            seen.add(student.pk)
        if any(errors):
            raise serializers.ValidationError(errors)
        return wards
