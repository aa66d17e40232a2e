"""The explanation of a date."""

from rest_framework import serializers

from scheduling.models import ClassStatus, Job
from scheduling.services.explain.types import SERIES_OUTCOMES

from .queries import QuerySerializer
from .responses import Number, Text
from .strict import StudioDateField

SERIES = ["fixed_schedule", "recurring_slot"]


class ExplainQuery(QuerySerializer):
    """The date to explain."""

    date = StudioDateField(required=False, help_text="Today in the studio's zone by default.")


class ExplainedRule(serializers.Serializer):
    """The result of a weekly rule on the date.

    Rules are ordered by how close they come to a class. ``applies``: the rule has an occurrence on
    the date. ``fate`` is its outcome and ``reason`` the explanation. A planned class is created by
    ``job`` on ``madeOn``, or by its next run if that is null. ``classId`` is the rule's class in
    that week, or the class that it conflicts with.
    """

    source = serializers.ChoiceField(SERIES)
    series = Number(min_value=1)
    rule = Text(help_text="The rule as text.")
    student = Number(min_value=1)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
    room = Number(allow_null=True)
    room_name = Text()
    day_of_week = Number(min_value=1, max_value=7)
    start_time = serializers.TimeField()
    end_time = serializers.TimeField()
    time_zone = Text()
    interval_weeks = Number(min_value=1, max_value=4)
    subject = Text()
    applies = serializers.BooleanField()
    fate = serializers.ChoiceField(list(SERIES_OUTCOMES))
    reason = Text()
    class_id = Number(allow_null=True)
    job = serializers.ChoiceField(Job.choices, allow_null=True)
    made_on = serializers.DateField(allow_null=True)


class ExplainedClass(serializers.Serializer):
    """A stored class on the date, with its origin and later changes."""

    id = Number(min_value=1)
    student = Number(min_value=1)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
    room = Number(allow_null=True)
    room_name = Text()
    start_time = serializers.TimeField()
    end_time = serializers.TimeField()
    time_zone = Text()
    status = serializers.ChoiceField(ClassStatus.choices)
    source = serializers.ChoiceField([*SERIES, "one_off"])
    origin = Text()
    change = Text(help_text="Empty if the class is unchanged.")


class Explained(serializers.Serializer):
    """Why a class exists or not: a one-sentence ``summary``, then each rule and class."""

    name = Text()
    date = serializers.DateField()
    summary = Text()
    rules = ExplainedRule(many=True)
    classes = ExplainedClass(many=True)
