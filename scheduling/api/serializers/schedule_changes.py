"""Requests of schedule changes, and their plans."""

from typing import Any

from rest_framework import serializers

from scheduling.models import Teacher

from .fields import (
    BooleanField,
    IntegerField,
    QueryBooleanField,
    RelatedIdField,
    StringField,
    TimeField,
    TimeZoneField,
)
from .notices import NotifyQuery, notified_field, notify_field
from .plan import PlanItem
from .responses import ActionResponse, Number, OutcomeCounts, StringList, Text
from .rooms import room_field
from .strict import StrictSerializer, StudioDateField
from .timetable import ClosureSerializer


def fingerprint() -> serializers.RegexField:
    """Return the field ``plan``."""
    return serializers.RegexField(
        "^[0-9a-f]{64}$",
        required=False,
        help_text="The fingerprint from a dry run: only that plan is applied, otherwise 409.",
    )


class ChangePlanBody(StrictSerializer):
    """``dryRun``: only return the plan. ``plan``: the fingerprint of the plan to apply."""

    dry_run = BooleanField(
        required=False, default=False, help_text="Only return the plan, without applying it."
    )
    plan = fingerprint()
    notify = notify_field()


class FromDateBody(ChangePlanBody):
    """A body with ``from``, which is declared in ``get_fields`` because it is a keyword."""

    from_help = "The first day, included."
    from_required = True

    def get_fields(self) -> Any:
        first = StudioDateField(required=self.from_required, help_text=self.from_help)
        return {"from": first, **super().get_fields()}


class ChangeBody(FromDateBody):
    """The new values from a date on. Omitted fields keep their values."""

    from_help = "The first day of the new schedule, today or later; omitted: all future classes."
    from_required = False

    day_of_week = IntegerField(source="weekday", required=False, min_value=1, max_value=7)
    start_time = TimeField(required=False)
    interval_weeks = IntegerField(required=False, min_value=1, max_value=4)
    subject = StringField(required=False, allow_blank=True, max_length=200)
    room = room_field()
    is_shared = BooleanField(required=False)


class ChangeSlotBody(ChangeBody):
    """The new values of a recurring slot."""

    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False)
    duration_minutes = IntegerField(required=False, min_value=1, max_value=1440)


class ChangeMeetingBody(ChangeBody):
    """The new values of a weekly lesson of a fixed schedule."""

    teacher = RelatedIdField(queryset=Teacher.objects.all(), required=False, allow_null=True)
    end_time = TimeField(required=False)


class PauseBody(FromDateBody):
    """The days of the pause."""

    to = StudioDateField(help_text="The last day, included.")
    name = StringField(required=False, max_length=150, help_text="Shown on the cancelled classes.")


class ResumeBody(FromDateBody):
    """The day from which it takes place again."""


class EndBody(ChangePlanBody):
    """The last day, and whether to cancel later classes that were entered or edited by hand."""

    on = StudioDateField(help_text="The last day, included.")
    cancel_rest = BooleanField(
        required=False,
        default=False,
        help_text="Also cancel one-offs and edited classes after that day.",
    )
    reason = StringField(required=False, default="", allow_blank=True, max_length=300)


class ChangeTeacherBody(ChangePlanBody):
    """The new time zone of a teacher's lessons."""

    time_zone = TimeZoneField()


class ClosureBody(ClosureSerializer):
    """Days without classes. ``dryRun``: only return the plan. ``plan``: the plan to apply."""

    dry_run = BooleanField(required=False, help_text="Only return the plan, without applying it.")
    plan = fingerprint()
    notify = notify_field()


class RemovalQuery(NotifyQuery):
    """The parameters of deleting a closure."""

    dry_run = QueryBooleanField(
        required=False, help_text="Only return the plan, without applying it."
    )
    plan = fingerprint()


class ActAnswer(ActionResponse):
    """The plan, applied unless ``dryRun``: the classes affected, with outcome and reason."""

    sometimes = ("notified",)

    dry_run = serializers.BooleanField()
    plan = Text(help_text="The fingerprint; send it to apply exactly this plan.")
    warnings = StringList()
    counts = OutcomeCounts()
    items = PlanItem(many=True)
    truncated = serializers.BooleanField(help_text="Whether there are more than 1,000 items.")
    run_ids = serializers.ListField(child=Number(min_value=1), help_text="Rows of the job log.")
    series = Number(
        allow_null=True,
        help_text="The ID of the series, or of its successor once applied. Null for a person.",
    )
    notified = notified_field()
