"""The export and the erasure of a person's data."""

from typing import Any

from rest_framework import serializers

from scheduling.services.personal_data.erasure import ErasurePlan

from .fields import BooleanField
from .responses import ActionResponse, Number, StringList, Text
from .schedule_changes import fingerprint
from .strict import StrictSerializer


class EraseBody(StrictSerializer):
    """``dryRun``: only return the plan. ``plan``: the fingerprint of the plan to apply."""

    dry_run = BooleanField(
        required=False, default=False, help_text="Only return the plan, without applying it."
    )
    plan = fingerprint()


class EraseStudentBody(EraseBody):
    """Whether the guardians who look after nobody else are erased, too."""

    with_guardians = BooleanField(
        required=False,
        default=False,
        help_text="Also erase the guardians who look after no other student.",
    )


class TableRows(serializers.Serializer):
    """A number of rows of a table."""

    table = Text()
    rows = Number(min_value=1)


class Erased(ActionResponse):
    """What an erasure removes and what stays, by table."""

    dry_run = serializers.BooleanField()
    plan = Text(help_text="The fingerprint; send it to apply exactly this plan.")
    names = StringList(help_text="The neutral names of the people who are erased.")
    removed = TableRows(many=True, help_text="Rows that are deleted or lose personal data.")
    kept = TableRows(many=True, help_text="Rows that stay, for calendars and statements.")


def erasure_data(plan: ErasurePlan) -> dict[str, Any]:
    """Return the plan as data for ``Erased``."""
    removed = {model._meta.db_table: len(ids) for model, ids in plan.removed.items()}
    kept = {model._meta.db_table: count for model, count in plan.kept.items()}
    return {
        "plan": plan.fingerprint,
        "names": plan.labels,
        "removed": [{"table": table, "rows": n} for table, n in sorted(removed.items())],
        "kept": [{"table": table, "rows": n} for table, n in sorted(kept.items())],
    }


class PersonalData(serializers.Serializer):
    """Everything that is stored about a person. The data of others is left out."""

    exported_at = serializers.DateTimeField()
    kind = serializers.ChoiceField(["student", "guardian", "teacher"])
    person = serializers.DictField()
    account = serializers.DictField(allow_null=True, help_text="The user account of a teacher.")

    def get_fields(self) -> dict[str, Any]:
        """Return the fields above and a list of rows for each section."""
        return super().get_fields() | {name: _rows() for name in SECTIONS}


SECTIONS = (
    *("family", "lesson_settings", "prices", "working_hours", "fixed_schedules"),
    *("recurring_slots", "closures", "classes", "calendar_feeds", "messages", "run_results"),
    *("audit_log", "uploads", "mentions"),
)


def _rows() -> serializers.ListField:
    return serializers.ListField(child=serializers.DictField())
