"""Recurring slots and closures."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.models import SlotStatus, Student, Teacher

from .base import AppliedSerializer, ResourceSerializer, WarningSerializer
from .fields import BooleanField, IntegerField, RelatedIdField, StringField, TimeField
from .notices import notified_field
from .rooms import room_field
from .strict import StudioDateField


class SlotSerializer(ResourceSerializer):
    """A teacher's weekly slot, taken by a student. It may end after midnight."""

    id = serializers.IntegerField(read_only=True)
    teacher = RelatedIdField(queryset=Teacher.objects.all())
    student = RelatedIdField(queryset=Student.objects.all())
    day_of_week = IntegerField(source="weekday", min_value=1, max_value=7)
    start_time = TimeField()
    duration_minutes = IntegerField(min_value=1, max_value=1440)
    interval_weeks = IntegerField(required=False, min_value=1, max_value=4)
    subject = StringField(required=False, allow_blank=True, max_length=200)
    room = room_field()
    is_shared = BooleanField(required=False)
    valid_from = StudioDateField(required=False, help_text="Today by default.")
    valid_until = StudioDateField(
        required=False, allow_null=True, help_text="The last day, included."
    )
    status = serializers.ChoiceField(SlotStatus.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first = self.value(attrs, "valid_from") or self.context["today"]
        last = self.value(attrs, "valid_until")
        if last is not None and last < first:
            field = "valid_until" if "valid_until" in attrs else "valid_from"
            raise serializers.ValidationError({field: [_("“Valid until” is before “valid from”.")]})
        return attrs


class SlotAnswer(SlotSerializer, AppliedSerializer):
    """A slot as saved, with the number of classes created."""


class ClosureSerializer(ResourceSerializer):
    """Days without classes: for everyone, a teacher or a student."""

    id = serializers.IntegerField(read_only=True)
    name = StringField(max_length=150)
    first_date = StudioDateField()
    last_date = StudioDateField(help_text="Included.")
    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    student = RelatedIdField(queryset=Student.objects.all(), required=False, allow_null=True)
    earns_make_ups = BooleanField(
        required=False,
        help_text="Of a teacher: whether these lessons are made up, as the studio's rule says. "
        "True by default.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.value(attrs, "last_date") < self.value(attrs, "first_date"):
            field = "last_date" if "last_date" in attrs else "first_date"
            raise serializers.ValidationError(
                {field: [_("The last date is before the first date.")]}
            )
        paused = self.instance is not None and self.instance.is_pause
        for field in ("student", "teacher"):
            if paused and field in attrs and attrs[field] != getattr(self.instance, field):
                text = _("This is a pause of a weekly lesson. Its people can't be changed.")
                raise serializers.ValidationError({field: [text]})
        if self.value(attrs, "teacher") and self.value(attrs, "student"):
            field = "student" if attrs.get("student") else "teacher"
            raise serializers.ValidationError(
                {field: [_("Choose a teacher or a student, not both.")]}
            )
        return attrs


class ClosureAnswer(ClosureSerializer, WarningSerializer):
    """A closure as saved."""

    sometimes = ("warning", "notified")

    notified = notified_field()
