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
from .notices import notified_field, notify_field
from .rooms import room_field
from .strict import StudioDateField


class SourceField(serializers.ChoiceField):
    """The source of a class: a kind of series, or ``one_off``."""

    def __init__(self, **kwargs: Any) -> None:
        choices = ["fixed_schedule", "recurring_slot", "one_off"]
        super().__init__(choices, read_only=True, **kwargs)

    def get_attribute(self, instance: ScheduledClass) -> str:
        return source_of(instance)


def source_of(scheduled_class: ScheduledClass) -> str:
    """Return the source of a class: its kind of series, or ``one_off``."""
    if scheduled_class.fixed_schedule_id is not None:
        return "fixed_schedule"
    return "recurring_slot" if scheduled_class.recurring_slot_id is not None else "one_off"


class ClassSerializer(ResourceSerializer):
    """A class. Its date and times are local to ``timeZone``.

    ``occurrenceDate`` is the date planned by its series, even if the class was moved. An
    ``endTime`` before ``startTime`` is on the next day. A new ``startTime`` without ``endTime``
    keeps the duration.
    """

    id = serializers.IntegerField(read_only=True)
    student = RelatedIdField(queryset=Student.objects.all())
    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    original_teacher = serializers.IntegerField(
        source="original_teacher_id",
        read_only=True,
        allow_null=True,
        help_text="The regular teacher, if `teacher` is a substitute.",
    )
    room = room_field()
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
    is_chargeable = BooleanField(required=False, help_text="Whether a cancelled class is charged.")
    attendance = serializers.ChoiceField(Attendance.choices, required=False, allow_blank=True)
    is_shared = BooleanField(required=False)
    notes = TextField(required=False, allow_blank=True, max_length=10_000)
    source = SourceField()
    occurrence_date = serializers.DateField(read_only=True, allow_null=True)
    make_up_for = RelatedIdField(
        queryset=ScheduledClass.objects.all(),
        required=False,
        allow_null=True,
        help_text="The cancelled class that this one-off makes up for; set only on creation.",
    )

    def validate_make_up_for(self, original: ScheduledClass | None) -> ScheduledClass | None:
        if self.instance is not None and original != self.instance.make_up_for:
            raise serializers.ValidationError(
                _("The class that a make-up replaces can only be set when it is created.")
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


class ClassChange(ClassSerializer):
    """A change of a class."""

    notify = notify_field()


class ClassAnswer(ClassSerializer):
    """A class as saved."""

    sometimes = ("warning", "notified")

    warning = serializers.CharField(
        required=False,
        read_only=True,
        help_text="Present if the class is on a closed day, or its room is too small.",
    )
    notified = notified_field()


class OccurrenceSerializer(ClassChange):
    """A change of an occurrence of a series, whether or not its class exists yet.

    ``source``, ``series`` and ``occurrenceDate``, the date planned by the series, identify the
    occurrence. With ``occurrenceDate``, ``date`` is the new date; without it, ``date`` is the
    planned date. As in a PATCH, omitted fields keep the values of the series.
    """

    student = None  # type: ignore[assignment]  # the series has the student
    make_up_for = None  # type: ignore[assignment]  # only a one-off is a make-up
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
                text = _("Give the date of the occurrence.")
                raise serializers.ValidationError({"occurrence_date": [text]})
            attrs["occurrence_date"] = attrs.pop("date")
        return attrs
