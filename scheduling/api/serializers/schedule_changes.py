"""Changes of what goes on: what is asked for, and the plan that it comes to."""

from typing import Any

from rest_framework import serializers

from scheduling.models import Teacher

from .fields import (
    BooleanField,
    IntegerField,
    QueryBooleanField,
    RelatedIdField,
    TimeField,
    TimeZoneField,
)
from .fields import StringField as Words
from .plan import PlanItem
from .queries import Query
from .responses import Answer, Counts, Number, Text, Texts
from .strict import StrictSerializer, StudioDateField
from .timetable import ClosureSerializer


def fingerprint() -> serializers.RegexField:
    """The field ``plan``."""
    return serializers.RegexField(
        "^[0-9a-f]{64}$",
        required=False,
        help_text="The plan that a dry run answered: exactly that one is applied, or 409.",
    )


class ActBody(StrictSerializer):
    """``dryRun``: the plan alone. ``plan``: do exactly the plan that was answered with this."""

    dry_run = BooleanField(
        required=False, default=False, help_text="The plan alone; nothing is written."
    )
    plan = fingerprint()


class FromBody(ActBody):
    """With a ``from``: the first day, included. It is no name of an attribute in Python."""

    from_help = "The first day, included."
    from_required = True

    def get_fields(self) -> Any:
        first = StudioDateField(required=self.from_required, help_text=self.from_help)
        return {"from": first, **super().get_fields()}


class ChangeBody(FromBody):
    """What is another from a date on; what is not named stays."""

    from_help = "The first day of the new schedule, today or later; left out: all that is to come."
    from_required = False

    day_of_week = IntegerField(source="weekday", required=False, min_value=1, max_value=7)
    start_time = TimeField(required=False)
    interval_weeks = IntegerField(required=False, min_value=1, max_value=4)
    subject = Words(required=False, allow_blank=True, max_length=200)
    is_shared = BooleanField(required=False)


class ChangeSlotBody(ChangeBody):
    """A recurring slot from a date on."""

    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False)
    duration_minutes = IntegerField(required=False, min_value=1, max_value=1440)


class ChangeMeetingBody(ChangeBody):
    """A meeting of a fixed schedule from a date on."""

    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    end_time = TimeField(required=False)


class PauseBody(FromBody):
    """The days on which it does not take place."""

    to = StudioDateField(help_text="The last day, included.")
    name = Words(required=False, max_length=150, help_text="Stands with the cancelled classes.")


class ResumeBody(FromBody):
    """When it takes place again."""


class EndBody(ActBody):
    """The last day, and what becomes of classes that a person entered or changed."""

    on = StudioDateField(help_text="The last day, included.")
    cancel_rest = BooleanField(
        required=False,
        default=False,
        help_text="Cancel one-offs, and classes that a person changed, after that day as well.",
    )
    reason = Words(required=False, default="", allow_blank=True, max_length=300)


class ChangeTeacherBody(ActBody):
    """What is another of a teacher: the time zone by whose clock the lessons take place."""

    time_zone = TimeZoneField()


class ClosureBody(ClosureSerializer):
    """Days without classes; ``dryRun`` answers what they would cancel, ``plan`` does that."""

    dry_run = BooleanField(required=False, help_text="The plan alone; nothing is written.")
    plan = fingerprint()


class RemovalQuery(Query):
    """How a closure is taken away."""

    dry_run = QueryBooleanField(required=False, help_text="The plan alone; nothing is written.")
    plan = fingerprint()


class ActAnswer(Answer):
    """The plan, applied unless ``dryRun``: what is moved, kept, removed, protected, and why."""

    dry_run = serializers.BooleanField()
    plan = Text(help_text="To be sent along to apply exactly this plan.")
    warnings = Texts()
    counts = Counts()
    items = PlanItem(many=True)
    truncated = serializers.BooleanField(help_text="Whether there are more than 1,000 items.")
    run_ids = serializers.ListField(child=Number(min_value=1), help_text="Rows of the job log.")
    series = Number(
        allow_null=True,
        help_text="The schedule that goes on: a successor's, once applied. Null of a person.",
    )
