"""Dated classes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.domain.series import SeriesKind
from scheduling.models import (
    CANCELLED_BY_PEOPLE,
    Attendance,
    ClassStatus,
    ScheduledClass,
    Student,
    Teacher,
)

from .base import ResourceSerializer
from .fields import (
    LARGEST_ID,
    BooleanField,
    IntegerField,
    RelatedIdField,
    StringField,
    TextField,
    TimeField,
    TimeZoneField,
)
from .strict import StudioDateField


class SourceField(serializers.ChoiceField):
    """What asked for the class: a series, or a person."""

    def __init__(self, **kwargs: Any) -> None:
        choices = ["fixed_schedule", "recurring_slot", "one_off"]
        super().__init__(choices, read_only=True, **kwargs)

    def get_attribute(self, instance: ScheduledClass) -> str:
        return source_of(instance)


def source_of(one: ScheduledClass) -> str:
    """What asked for a class."""
    if one.fixed_schedule_id is not None:
        return "fixed_schedule"
    return "recurring_slot" if one.recurring_slot_id is not None else "one_off"


class ClassSerializer(ResourceSerializer):
    """A class. Its date and times are those of the clock on the wall in ``timeZone``.

    ``occurrenceDate`` is the day on which its series wanted it, whatever it was moved to. An
    ``endTime`` before ``startTime`` is on the next day. With a new ``startTime`` alone the class
    lasts as long as before.
    """

    id = serializers.IntegerField(read_only=True)
    student = RelatedIdField(queryset=Student.objects.all())
    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    date = StudioDateField()
    start_time = TimeField()
    end_time = TimeField()
    time_zone = TimeZoneField(
        required=False, allow_blank=True, help_text="Empty: the teacher's, or the studio's."
    )
    starts_at = serializers.DateTimeField(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    subject = StringField(required=False, allow_blank=True, max_length=200)
    status = serializers.ChoiceField(ClassStatus.choices, required=False)
    cancelled_by = serializers.ChoiceField(CANCELLED_BY_PEOPLE, required=False, write_only=True)
    cancel_reason = StringField(required=False, allow_blank=True, max_length=300)
    is_chargeable = BooleanField(
        required=False, help_text="Whether a cancelled class is paid for all the same."
    )
    attendance = serializers.ChoiceField(Attendance.choices, required=False, allow_blank=True)
    is_shared = BooleanField(required=False)
    notes = TextField(required=False, allow_blank=True, max_length=10_000)
    source = SourceField()
    occurrence_date = serializers.DateField(read_only=True, allow_null=True)
    make_up_for = RelatedIdField(
        queryset=ScheduledClass.objects.all(),
        required=False,
        allow_null=True,
        help_text="The cancelled class that this one-off makes good; said when it is created.",
    )

    def validate_make_up_for(self, original: ScheduledClass | None) -> ScheduledClass | None:
        if self.instance is not None and original != self.instance.make_up_for:
            raise serializers.ValidationError(
                _("What a class makes good is said when it is created, and stays.")
            )
        return original

    def validate_student(self, student: Student) -> Student:
        if self.instance is not None and student.pk != self.instance.student_id:
            raise serializers.ValidationError(
                _("A class stays with its student. Cancel it and create another one.")
            )
        return student

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "end_time" in attrs and attrs["end_time"] == self.value(attrs, "start_time"):
            text = _("The end time must be after the start time.")
            raise serializers.ValidationError({"end_time": [text]})
        if self.value(attrs, "status") != ClassStatus.CANCELLED:
            for name in ("cancel_reason", "cancelled_by", "is_chargeable"):
                if attrs.get(name):
                    raise serializers.ValidationError(
                        {name: [_("Only a cancelled class has this; set its status too.")]}
                    )
        return attrs


class ClassAnswer(ClassSerializer):
    """A class as saved."""

    sometimes = ("warning",)

    warning = serializers.CharField(
        required=False, read_only=True, help_text="That its day is closed, where it is."
    )


class OccurrenceSerializer(ClassSerializer):
    """An occurrence of a series, whether its class exists yet or not, and what is done to it.

    It is named by ``source``, ``series`` and ``occurrenceDate``, the day on which the series wants
    it; ``date`` alone is that day too, beside it the day to which it is moved. The rest as in a
    PATCH: what is left out stays as the series has it.
    """

    student = None  # type: ignore[assignment]  # the series says whose it is
    make_up_for = None  # type: ignore[assignment]  # what a series asks for makes nothing good
    source = serializers.ChoiceField([kind.value for kind in SeriesKind])
    series = IntegerField(min_value=1, max_value=LARGEST_ID, help_text="The number of the series.")
    occurrence_date = StudioDateField(required=False)
    date = StudioDateField(required=False)
    start_time = TimeField(required=False)
    end_time = TimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "occurrence_date" not in attrs:
            if "date" not in attrs:
                text = _("Name the day on which the series wants this class.")
                raise serializers.ValidationError({"occurrence_date": [text]})
            attrs["occurrence_date"] = attrs.pop("date")
        return attrs
