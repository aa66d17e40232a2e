"""Teachers with their lesson settings, students with their fixed schedule."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.models import Language, Teacher

from .base import AppliedSerializer, ReplacedAsWhole, ResourceSerializer, WarnedSerializer
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
from .strict import StrictSerializer, StudioDateField

# More than any student has, and few enough to look each one up.
MOST_MEETINGS = 200
MOST_DURATIONS = 100


class LessonDurationSerializer(ReplacedAsWhole):
    """A length of lesson and its price."""

    minutes = IntegerField(min_value=1, max_value=1440)
    price = PriceField()


class LessonSettingsSerializer(ReplacedAsWhole):
    """What a teacher offers; written as a whole."""

    durations = LessonDurationSerializer(many=True, required=False, max_length=MOST_DURATIONS)
    advance_booking_days = IntegerField(required=False, min_value=0, max_value=32767)

    def validate_durations(self, durations: list[dict[str, Any]]) -> list[dict[str, Any]]:
        seen: set[int] = set()
        for index, one in enumerate(durations):
            if one["minutes"] in seen:
                wrong: list[Any] = [{} for _each in durations]
                wrong[index] = {"minutes": [_("This length is in the list already.")]}
                raise serializers.ValidationError(wrong)
            seen.add(one["minutes"])
        return durations


class TeacherSerializer(ResourceSerializer):
    """A teacher. ``lessonSettings`` may be null."""

    id = serializers.IntegerField(read_only=True)
    name = StringField(max_length=150)
    email = EmailField(required=False, allow_blank=True, max_length=254)
    time_zone = TimeZoneField(required=False, help_text="IANA name; the studio's by default.")
    is_active = BooleanField(required=False)
    language = serializers.ChoiceField(
        Language.choices, required=False, help_text="Of e-mails to the teacher."
    )
    reminders = BooleanField(required=False, help_text="An e-mail before each class.")
    lesson_settings = LessonSettingsSerializer(required=False, allow_null=True)


class TeacherAnswer(TeacherSerializer, WarnedSerializer):
    """A teacher as saved."""


class MeetingSerializer(StrictSerializer):
    """A weekly meeting of a student. One with an ``id`` is changed, as far as it says.

    Without an ``id``, ``dayOfWeek``, ``startTime`` and ``endTime`` are needed.
    """

    id = IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    day_of_week = IntegerField(source="weekday", required=False, min_value=1, max_value=7)
    start_time = TimeField(required=False)
    end_time = TimeField(required=False)
    subject = StringField(required=False, allow_blank=True, max_length=200)
    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    is_shared = BooleanField(required=False)
    interval_weeks = IntegerField(required=False, min_value=1, max_value=4)
    valid_from = StudioDateField(
        required=False,
        allow_null=True,
        help_text=(
            "Null: from the student's start date, which is the default; one that takes the place "
            "of ended meetings begins today."
        ),
    )
    valid_until = StudioDateField(
        required=False, allow_null=True, help_text="The last day, included."
    )


class StudentSerializer(ResourceSerializer):
    """A student. In a written ``fixedSchedule`` meetings that are left out are ended."""

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
        source="meetings", many=True, required=False, max_length=MOST_MEETINGS
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
    """A student as saved, and how many classes that brought about."""
