"""Teachers with their lesson settings, and students with their fixed schedule."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.domain.wallclock import minute_of
from scheduling.domain.working_hours import end_minute
from scheduling.models import Language, LessonSettings, Teacher
from scheduling.services.schedules.lesson_prices import prices_on

from .base import AppliedSerializer, ReplacedAsWhole, ResourceSerializer, WarningSerializer
from .fields import (
    LARGEST_ID,
    BooleanField,
    EmailField,
    IntegerField,
    PriceField,
    RelatedIdField,
    StringField,
    TimeField,
    TimeZoneField,
)
from .rooms import room_field
from .strict import StrictSerializer, StudioDateField

# Each item takes a query or two, so the lists are limited.
MAX_MEETINGS = 200
MAX_DURATIONS = 100
MAX_INTERVALS = 100
MAX_SUBJECTS = 50


class LessonDurationSerializer(ReplacedAsWhole):
    """A lesson duration and its price."""

    minutes = IntegerField(min_value=1, max_value=1440)
    price = PriceField()


class LessonSettingsSerializer(ReplacedAsWhole):
    """A teacher's durations and prices; replaced as a whole.

    The prices are those of today. Written ones count from today on; a first one of a length also
    for earlier lessons.
    """

    durations = LessonDurationSerializer(many=True, required=False, max_length=MAX_DURATIONS)
    advance_booking_days = IntegerField(required=False, min_value=0, max_value=32767)

    def to_representation(self, instance: LessonSettings) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(instance)
        prices = prices_on(instance.durations.all(), self.context["today"])
        data["durations"] = LessonDurationSerializer(prices, many=True).data
        return data

    def validate_durations(self, durations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen: set[int] = set()
        for index, duration in enumerate(durations):
            if duration["minutes"] in seen:
                errors: list[Any] = [{} for _duration in durations]
                errors[index] = {"minutes": [_("This length is already in the list.")]}
                raise serializers.ValidationError(errors)
            seen.add(duration["minutes"])
        return durations


class WorkingHoursSerializer(ReplacedAsWhole):
    """An interval in which a teacher works, in local time of the teacher's zone."""

    day_of_week = IntegerField(source="weekday", min_value=1, max_value=7)
    start_time = TimeField()
    end_time = TimeField(help_text="00:00 is midnight.")
    valid_from = StudioDateField(required=False, allow_null=True, default=None)
    valid_until = StudioDateField(
        required=False, allow_null=True, default=None, help_text="The last day, included."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if minute_of(attrs["start_time"]) >= end_minute(attrs["end_time"]):
            text = _("The end time must be after the start time.")
            raise serializers.ValidationError({"end_time": [text]})
        first, last = attrs["valid_from"], attrs["valid_until"]
        if first and last and last < first:
            text = _("“Valid until” is before “valid from”.")
            raise serializers.ValidationError({"valid_until": [text]})
        return attrs


class TeacherSerializer(ResourceSerializer):
    """A teacher. ``lessonSettings`` may be null."""

    id = serializers.IntegerField(read_only=True)
    name = StringField(max_length=150)
    email = EmailField(required=False, allow_blank=True, max_length=254)
    time_zone = TimeZoneField(required=False, help_text="IANA name; the studio's by default.")
    is_active = BooleanField(required=False)
    language = serializers.ChoiceField(
        Language.choices, required=False, help_text="The language of e-mails to the teacher."
    )
    reminders = BooleanField(required=False, help_text="An e-mail before each class.")
    subjects = serializers.ListField(
        source="subject_list",
        child=StringField(max_length=200),
        required=False,
        max_length=MAX_SUBJECTS,
        help_text="Empty: the subjects of the teacher's weekly lessons.",
    )
    working_hours = WorkingHoursSerializer(
        many=True,
        required=False,
        max_length=MAX_INTERVALS,
        help_text="Replaced as a whole. Empty: unknown.",
    )
    lesson_settings = LessonSettingsSerializer(required=False, allow_null=True)


class TeacherAnswer(TeacherSerializer, WarningSerializer):
    """A teacher as saved."""


class MeetingSerializer(StrictSerializer):
    """A weekly lesson of a student's fixed schedule.

    With an ``id``, an existing one is changed and omitted fields keep their values. Without,
    ``dayOfWeek``, ``startTime`` and ``endTime`` are required.
    """

    id = IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    day_of_week = IntegerField(source="weekday", required=False, min_value=1, max_value=7)
    start_time = TimeField(required=False)
    end_time = TimeField(required=False)
    subject = StringField(required=False, allow_blank=True, max_length=200)
    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    room = room_field()
    is_shared = BooleanField(required=False)
    interval_weeks = IntegerField(required=False, min_value=1, max_value=4)
    valid_from = StudioDateField(
        required=False,
        allow_null=True,
        help_text=(
            "Null, the default: from the student's start date, or from today if it replaces "
            "weekly lessons that end."
        ),
    )
    valid_until = StudioDateField(
        required=False, allow_null=True, help_text="The last day, included."
    )


class StudentSerializer(ResourceSerializer):
    """A student. Weekly lessons omitted from a written ``fixedSchedule`` are ended."""

    id = serializers.IntegerField(read_only=True)
    first_name = StringField(max_length=100)
    last_name = StringField(required=False, allow_blank=True, max_length=100)
    email = EmailField(required=False, allow_blank=True, max_length=254)
    start_date = StudioDateField(required=False, allow_null=True)
    end_date = StudioDateField(required=False, allow_null=True)
    is_active = BooleanField(required=False)
    language = serializers.ChoiceField(Language.choices, required=False)
    reminders = BooleanField(required=False, help_text="An e-mail before each class.")
    fixed_schedule = MeetingSerializer(
        source="meetings", many=True, required=False, max_length=MAX_MEETINGS
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = self.value(attrs, "start_date"), self.value(attrs, "end_date")
        if start and end and end < start:
            field = "end_date" if "end_date" in attrs else "start_date"
            raise serializers.ValidationError(
                {field: [_("The end date is before the start date.")]}
            )
        return attrs


class StudentAnswer(StudentSerializer, AppliedSerializer):
    """A student as saved, with the number of classes created."""
