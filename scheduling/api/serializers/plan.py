"""The plan of a window, unapplied."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.domain.outcomes import Outcome
from scheduling.models import Job, Student, Teacher
from scheduling.selectors.studio import studio_today

from .fields import QueryIdField, QueryIntegerField
from .queries import Query
from .responses import Counts
from .strict import StudioDateField

# They stand in the address, which servers limit to some four thousand characters.
MOST_PEOPLE = 50


class PlanQuery(Query):
    """Which plan: of the daily ``horizon`` or the ``weekly`` job, for all or for these people.

    ``from`` and ``to`` narrow it to what takes place on these days.
    """

    several = frozenset({"student", "teacher"})

    job = serializers.ChoiceField([Job.WEEKLY.value, Job.HORIZON.value], default=Job.HORIZON.value)
    date = StudioDateField(required=False, help_text="As if today were this day.")
    weeks = QueryIntegerField(
        required=False, min_value=1, max_value=104, help_text="Length of the horizon."
    )
    student = serializers.ListField(
        child=QueryIdField(), required=False, max_length=MOST_PEOPLE, help_text="May be repeated."
    )
    teacher = serializers.ListField(
        child=QueryIdField(), required=False, max_length=MOST_PEOPLE, help_text="May be repeated."
    )

    to = StudioDateField(
        required=False, help_text="The last day, included; in the horizon or the week."
    )

    def get_fields(self) -> Any:
        first = StudioDateField(
            required=False, help_text="The first day, included; `date` by default."
        )
        return {"from": first, **super().get_fields()}

    def validate_student(self, ids: list[int]) -> list[int]:
        return self._known(Student, ids)

    def validate_teacher(self, ids: list[int]) -> list[int]:
        return self._known(Teacher, ids)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "weeks" in attrs and attrs["job"] != Job.HORIZON:
            raise serializers.ValidationError({"weeks": [_("Only the horizon has a length.")]})
        if "to" in attrs:
            first = attrs.get("from") or attrs.get("date") or studio_today()
            if attrs["to"] < first:
                text = _("It lies before the first day, %(day)s.") % {"day": first}
                raise serializers.ValidationError({"to": [text]})
        return attrs

    def _known(self, model: Any, ids: list[int]) -> list[int]:
        stored = model.objects.filter(id__among=ids).order_by().values_list("id", flat=True)
        if gone := sorted(set(ids) - set(stored)):
            raise serializers.ValidationError(
                _("There is no %(model)s with the number %(id)d.")
                % {"model": model._meta.verbose_name, "id": gone[0]}
            )
        return ids


class PlanItem(serializers.Serializer):
    """What would become of an occurrence, a class or a series, and why."""

    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome])
    student = serializers.IntegerField(allow_null=True)
    student_name = serializers.CharField(allow_blank=True)
    teacher = serializers.IntegerField(allow_null=True)
    teacher_name = serializers.CharField(allow_blank=True)
    class_id = serializers.IntegerField(allow_null=True)
    date = serializers.DateField(allow_null=True)
    start_time = serializers.TimeField(format="%H:%M", allow_null=True)
    end_time = serializers.TimeField(format="%H:%M", allow_null=True)
    time_zone = serializers.CharField(allow_blank=True)
    occurrences = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(allow_blank=True)


class PlanAnswer(serializers.Serializer):
    """A plan: what is noteworthy first, then the classes that would be created."""

    window_start = serializers.DateField()
    window_end = serializers.DateField()
    counts = Counts()
    items = PlanItem(many=True)
    truncated = serializers.BooleanField()
