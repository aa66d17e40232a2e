"""QuerySerializer parameters. Unknown ones are refused, empty ones are ignored."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from scheduling.models import ClassStatus, SlotStatus
from scheduling.text.json_keys import camel

from .fields import QueryBooleanField, QueryIdField, QueryIntegerField
from .strict import StrictSerializer, StudioDateField


class QuerySerializer(StrictSerializer):
    """The parameters of a GET. Each may be given once, those in ``several`` repeatedly."""

    several: ClassVar[frozenset[str]] = frozenset()


class ListQuery(QuerySerializer):
    """A page of a list."""

    page_size = QueryIntegerField(
        required=False, min_value=1, max_value=500, help_text="50 by default."
    )
    cursor = serializers.CharField(
        required=False, max_length=2_000, help_text="From `next` or `previous` of another page."
    )


class DateRangeQuery(ListQuery):
    """A page of the rows between two days, both included."""

    to = StudioDateField(required=False, help_text="The last day, included.")

    def get_fields(self) -> Any:
        first = StudioDateField(required=False, help_text="The first day, included.")
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": [_("This is before “from”.")]})
        return attrs


def order(*names: str) -> serializers.ChoiceField:
    """Return the parameter ``ordering``: one of ``names``, with a minus sign for descending."""
    choices = [choice for name in names for choice in (name, f"-{name}")]
    return serializers.ChoiceField(choices, required=False, help_text=f"{names[0]} by default.")


def search(columns: str) -> serializers.CharField:
    """Return the parameter ``search``."""
    text = f"Words that all occur in {columns}, accents and case aside."
    return serializers.CharField(required=False, max_length=100, help_text=text)


class TeacherQuery(ListQuery):
    """The parameters of a list of teachers."""

    is_active = QueryBooleanField(required=False)
    search = search("the name or the e-mail address")
    ordering = order("name", "id")


class RoomQuery(ListQuery):
    """The parameters of a list of rooms."""

    is_active = QueryBooleanField(required=False)
    search = search("the name")
    ordering = order("name", "id")


class StudentQuery(ListQuery):
    """The parameters of a list of students."""

    is_active = QueryBooleanField(required=False)
    teacher = QueryIdField(required=False, help_text="Students who have lessons with this teacher.")
    search = search("the name or the e-mail address")
    ordering = order("lastName", "firstName", "id")


class GuardianQuery(ListQuery):
    """The parameters of a list of guardians."""

    student = QueryIdField(required=False, help_text="The guardians of this student.")
    search = search("the name, the e-mail address or the phone number")
    ordering = order("lastName", "firstName", "id")


class SlotQuery(ListQuery):
    """The parameters of a list of recurring slots."""

    teacher = QueryIdField(required=False)
    student = QueryIdField(required=False)
    room = QueryIdField(required=False)
    status = serializers.ChoiceField(SlotStatus.choices, required=False)
    day_of_week = QueryIntegerField(required=False, min_value=1, max_value=7)
    ordering = order("id", "dayOfWeek", "startTime", "validFrom")


class ClosureQuery(DateRangeQuery):
    """The parameters of a list of closures; ``from`` and ``to`` select those that overlap."""

    teacher = QueryIdField(required=False)
    student = QueryIdField(required=False)
    ordering = order("firstDate", "lastDate", "id")


class ClassQuery(DateRangeQuery):
    """The parameters of a list of classes; ``from`` and ``to`` are local dates."""

    student = QueryIdField(required=False)
    teacher = QueryIdField(required=False)
    room = QueryIdField(required=False)
    status = serializers.ChoiceField(ClassStatus.choices, required=False)
    source = serializers.ChoiceField(
        ["fixed_schedule", "recurring_slot", "one_off"], required=False
    )
    ordering = order("startsAt", "id")


def read_query(kind: type[QuerySerializer], request: Request) -> dict[str, Any]:
    """Return the validated parameters of ``request`` by the field names of ``kind``."""
    known = {camel(name): name for name in kind().fields}
    data: dict[str, Any] = {}
    for name, values in request.query_params.lists():
        if name not in known:
            text = _("There is no parameter “%(name)s” here. Choose from: %(known)s.")
            raise serializers.ValidationError(
                text % {"name": name[:100], "known": ", ".join(known)}
            )
        field = known[name]
        values = [value for value in values if value]  # HTML forms send empty fields
        if not values:
            continue
        if field in kind.several:
            data[field] = values
        elif len(values) > 1:
            raise serializers.ValidationError({field: [_("Give this parameter once.")]})
        else:
            data[field] = values[0]
    serializer = kind(data=data, context={"request": request})
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
