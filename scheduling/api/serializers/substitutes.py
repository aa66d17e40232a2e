"""Substitutes for classes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.models import ScheduledClass, Teacher

from .base import ReplacedAsWhole
from .fields import RelatedIdField
from .responses import Number, Text
from .schedule_changes import ChangePlanBody

# The most classes of one request.
MAX_CLASSES = 100


class SubstituteBody(ReplacedAsWhole):
    """A class and its new teacher. The original teacher takes the class back."""

    teacher = RelatedIdField(queryset=Teacher.objects.filter(is_active=True))

    def get_fields(self) -> Any:
        return {
            "class": RelatedIdField(queryset=ScheduledClass.objects.all()),
            **super().get_fields(),
        }


class SubstitutesBody(ChangePlanBody):
    """The substitutes for classes, each of which occurs once."""

    substitutes = SubstituteBody(many=True, allow_empty=False, max_length=MAX_CLASSES)

    def validate_substitutes(self, pairs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({pair["class"].pk for pair in pairs}) < len(pairs):
            raise serializers.ValidationError(_("A class can have one substitute only."))
        return pairs


class CandidateItem(serializers.Serializer):
    """A teacher for a class. ``isRegular``: it is the original teacher of the class.

    ``teachesSubject`` is true for a class without a subject. ``insideWorkingHours`` is null if no
    hours were entered. ``reason`` says why a teacher is not free, and is empty otherwise;
    ``classId`` is the class in the way, if it is stored.
    """

    teacher = Number(min_value=1)
    teacher_name = Text()
    is_regular = serializers.BooleanField()
    teaches_subject = serializers.BooleanField()
    inside_working_hours = serializers.BooleanField(allow_null=True)
    is_free = serializers.BooleanField()
    reason = Text()
    class_id = Number(allow_null=True)


class CandidatesAnswer(serializers.Serializer):
    """The teachers, those who are free first."""

    results = CandidateItem(many=True)
