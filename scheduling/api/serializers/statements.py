"""Statements."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.services.statements.definitions import GROUPINGS
from scheduling.services.statements.files import KINDS

from .queries import QuerySerializer
from .strict import StudioDateField

JSON = "json"


class StatementQuery(QuerySerializer):
    """The days, the rows and the format of a statement."""

    to = StudioDateField(
        required=False,
        help_text="The last day, included; by default that of the month of `from`.",
    )
    by = serializers.ChoiceField(list(GROUPINGS), default="teacher")
    format = serializers.ChoiceField([JSON, *KINDS], default=JSON)

    def get_fields(self) -> Any:
        first = StudioDateField(
            required=False,
            help_text="The first day, included; by default that of this month, or of `to`'s.",
        )
        return {"from": first, **super().get_fields()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": [_("This is before “from”.")]})
        return attrs


class AmountField(serializers.DecimalField):
    """A sum of prices as a number with two decimals; null if no price is known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, allow_null=True, **kwargs)


class StatementSums(serializers.Serializer):
    """The figures of a row, or of all rows."""

    lessons = serializers.IntegerField()
    minutes = serializers.IntegerField()
    not_marked = serializers.IntegerField()
    present = serializers.IntegerField()
    excused = serializers.IntegerField()
    unexcused = serializers.IntegerField()
    cancelled_by_student = serializers.IntegerField()
    cancelled_by_teacher = serializers.IntegerField()
    cancelled_by_studio = serializers.IntegerField()
    closed = serializers.IntegerField()
    chargeable = serializers.IntegerField()
    make_ups_given = serializers.IntegerField()
    make_ups_owed = serializers.IntegerField()
    amount = AmountField()


class StatementRowSerializer(StatementSums):
    """A row: a teacher, student or guardian with the ID, or a subject without."""

    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()


class ProvisionalSerializer(serializers.Serializer):
    """What may still change: classes without a mark, and chargeable ones without a price."""

    not_marked = serializers.IntegerField()
    without_price = serializers.IntegerField()


class StatementAnswer(serializers.Serializer):
    """A statement. The totals count a group lesson once."""

    to = serializers.DateField()
    by = serializers.ChoiceField(list(GROUPINGS))
    provisional = ProvisionalSerializer()
    results = StatementRowSerializer(many=True)
    totals = StatementSums()

    def get_fields(self) -> Any:
        return {"from": serializers.DateField(), **super().get_fields()}
