"""The conflicts of weekly rules."""

from rest_framework import serializers

from .explain import SERIES
from .responses import Number, Text


class ConflictDate(serializers.Serializer):
    """A date without a class. ``series`` of ``source`` has none, because of the ``reason``.

    ``classId`` is the class in its way, if it is stored. ``hasBegun``: the start is past.
    ``canBeShared``: both have the same teacher and times, and may become a group lesson.
    ``reportedAt`` is when a run first reported it, null if none did yet or its log is pruned.
    """

    source = serializers.ChoiceField(SERIES)
    series = Number(min_value=1)
    date = serializers.DateField()
    start_time = serializers.TimeField(format="%H:%M")
    end_time = serializers.TimeField(format="%H:%M")
    time_zone = Text()
    reason = Text()
    class_id = Number(allow_null=True)
    has_begun = serializers.BooleanField()
    can_be_shared = serializers.BooleanField()
    reported_at = serializers.DateTimeField(allow_null=True)


class RuleConflictItem(serializers.Serializer):
    """The conflicts of two weekly rules, or of a rule and a one-off, by date.

    ``series`` of ``source`` is the rule that makes way, ``otherSeries`` the one in its way; null
    for a one-off.
    """

    title = Text(help_text="“Fridays 17:00, Clara: Leo and Iker”.")
    source = serializers.ChoiceField(SERIES)
    series = Number(min_value=1)
    student = Number(min_value=1)
    student_name = Text()
    teacher = Number(allow_null=True)
    teacher_name = Text()
    room = Number(allow_null=True)
    room_name = Text()
    other_source = serializers.ChoiceField([*SERIES, "one_off"])
    other_series = Number(allow_null=True)
    other_student = Number(min_value=1)
    other_student_name = Text()
    weeks = Number(min_value=1)
    dates = ConflictDate(many=True)


class ConflictsAnswer(serializers.Serializer):
    """Conflicts by rule, in the order of their first dates. ``truncated``: there are more."""

    results = RuleConflictItem(many=True)
    truncated = serializers.BooleanField()
