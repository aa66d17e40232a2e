"""The explanation of a date, for the schema."""

from rest_framework import serializers

from scheduling.models import ClassStatus, Job
from scheduling.services.explain.types import SERIES_OUTCOMES

from .queries import Query
from .responses import Number, Text
from .strict import StudioDateField

SERIES = ["fixed_schedule", "recurring_slot"]


class ExplainQuery(Query):
    """Which date; today in the studio's zone by default."""

    date = StudioDateField(required=False, help_text="Today in the studio's zone by default.")


class ExplainedRule(serializers.Serializer):
    """A weekly rule on the date, those that come nearest to a class first.

    ``applies``: it has an occurrence there, whatever comes of it. ``fate``: what becomes of it,
    ``reason`` why. ``job`` makes a planned one, on ``madeOn``, or with its next run where that is
    null. ``classId``: the class that it has in that week, or the one in its way.
    """

    source = serializers.ChoiceField(SERIES)
    series = Number(min_value=1)
    rule = Text(help_text="In words.")
    student = Number(min_value=1)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
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
    """A stored class of the date: what made it, and what was done to it since."""

    id = Number(min_value=1)
    student = Number(min_value=1)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
    start_time = serializers.TimeField()
    end_time = serializers.TimeField()
    time_zone = Text()
    status = serializers.ChoiceField(ClassStatus.choices)
    source = serializers.ChoiceField([*SERIES, "one_off"])
    origin = Text()
    change = Text(help_text="Empty where nothing was done.")


class Explained(serializers.Serializer):
    """Why there is, or is not, a class: ``summary`` in a sentence, then rule by rule."""

    name = Text()
    date = serializers.DateField()
    summary = Text()
    rules = ExplainedRule(many=True)
    classes = ExplainedClass(many=True)
