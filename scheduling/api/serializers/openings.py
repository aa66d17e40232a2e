"""Openings: the question and the answer."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scheduling.domain.windows import DAY
from scheduling.domain.working_hours import end_minute
from scheduling.selectors.studio import studio_today
from scheduling.services.openings import MAX_DAYS, MAX_TEACHERS, MAX_WEEKS

from .fields import ID, QueryBooleanField, QueryIdField, QueryIntegerField, TimeField
from .queries import QuerySerializer
from .responses import Number, Text
from .strict import StudioDateField


@extend_schema_field({"type": "string", "pattern": "^[1-7](,[1-7]){0,6}$", "example": "1,3"})
class QueryWeekdaysField(serializers.RegexField):
    """Weekdays as numbers with commas between them."""

    default_error_messages = {
        "invalid": gettext_lazy("Write the weekdays as numbers from 1 to 7, such as 1,3.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"\A[1-7](,[1-7]){0,6}\Z", trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return str(super().to_internal_value(data))

    def run_validation(self, data: Any = serializers.empty) -> Any:
        text = super().run_validation(data)
        return frozenset(map(int, text.split(",")))


ANY = "any"


@extend_schema_field({"oneOf": [ID, {"type": "string", "enum": [ANY]}]})
class QueryRoomField(QueryIdField):
    """The ID of a room, or ``any``."""

    default_error_messages = {"invalid": gettext_lazy("Write the ID of a room, or “any”.")}

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return ANY if data == ANY else super().run_validation(data)


class OpeningsQuery(QuerySerializer):
    """What is looked for: lessons of ``minutes``, weekly, or with ``once`` on single dates."""

    several = frozenset({"teacher"})

    minutes = QueryIntegerField(min_value=5, max_value=720)
    teacher = serializers.ListField(
        child=QueryIdField(),
        required=False,
        max_length=MAX_TEACHERS,
        help_text="May be repeated. All active teachers by default.",
    )
    subject = serializers.CharField(
        required=False, max_length=200, help_text="Only teachers who teach it."
    )
    student = QueryIdField(required=False, help_text="Whose lessons are in the way, too.")
    room = QueryRoomField(
        required=False, help_text="A room that has to be free, too; `any`: one of the active rooms."
    )
    weekdays = QueryWeekdaysField(required=False, help_text="All by default.")
    earliest = TimeField(required=False, help_text="Local time of each teacher.")
    latest = TimeField(required=False, help_text="The latest end; 00:00 is midnight.")
    weeks = QueryIntegerField(
        required=False, min_value=1, max_value=MAX_WEEKS, help_text="The horizon by default."
    )
    interval_weeks = QueryIntegerField(required=False, min_value=1, max_value=4)
    step = QueryIntegerField(
        required=False,
        min_value=5,
        max_value=240,
        help_text="Minutes between starts, 15 by default.",
    )
    once = QueryBooleanField(required=False, help_text="Single dates from `from` to `to`.")
    to = StudioDateField(required=False, help_text="The last day, included; with `once` only.")

    def get_fields(self) -> Any:
        first = StudioDateField(required=False, help_text="The first day; today by default.")
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        today = studio_today()
        first = attrs.setdefault("from", today)
        if first < today:
            raise serializers.ValidationError({"from": [_("This day has passed.")]})
        if "to" in attrs:
            if not attrs.get("once"):
                raise serializers.ValidationError({"to": [_("This needs once=true.")]})
            if attrs["to"] < first:
                raise serializers.ValidationError({"to": [_("This is before “from”.")]})
            if attrs["to"] >= first + MAX_DAYS * DAY:
                text = _("Ask for at most %(days)d days.") % {"days": MAX_DAYS}
                raise serializers.ValidationError({"to": [text]})
        if "earliest" in attrs and "latest" in attrs:
            start, end = end_minute(attrs["earliest"]) % (24 * 60), end_minute(attrs["latest"])
            if end <= start:
                text = _("The end time must be after the start time.")
                raise serializers.ValidationError({"latest": [text]})
        return attrs


class OpeningException(serializers.Serializer):
    """A date that is not free, and why. ``classId`` is the class in the way, if it is stored."""

    date = serializers.DateField()
    reason = Text()
    class_id = Number(allow_null=True)


class OpeningRoom(serializers.Serializer):
    """A room that is free on all dates of an opening but its exceptions."""

    id = Number(min_value=1)
    name = Text()


class OpeningItem(serializers.Serializer):
    """A start that is free on ``freeWeeks`` of ``weeks`` dates, the first of them ``firstDate``.

    Times are local to ``timeZone``. ``insideWorkingHours`` is null if no hours were entered.
    ``room`` is the first of ``rooms``; null if no room was asked for.
    """

    teacher = Number(min_value=1)
    teacher_name = Text()
    room = Number(min_value=1, allow_null=True)
    rooms = OpeningRoom(many=True)
    day_of_week = Number(min_value=1, max_value=7)
    start_time = serializers.TimeField()
    end_time = serializers.TimeField()
    time_zone = Text()
    first_date = serializers.DateField()
    weeks = Number(min_value=1)
    free_weeks = Number(min_value=1)
    is_free = serializers.BooleanField()
    inside_working_hours = serializers.BooleanField(allow_null=True)
    exceptions = OpeningException(many=True)


class OpeningsAnswer(serializers.Serializer):
    """Openings, those that are always free first. ``truncated``: there are more."""

    results = OpeningItem(many=True)
    truncated = serializers.BooleanField()
