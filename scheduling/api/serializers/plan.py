"""The plan of a window, not applied."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from scheduling.domain.outcomes import Outcome
from scheduling.models import Job, Student, Teacher
from scheduling.selectors.studio import studio_today

from .fields import QueryIdField, QueryIntegerField
from .queries import QuerySerializer
from .responses import OutcomeCounts
from .strict import StudioDateField

# The IDs are part of the URL, which servers limit to about 4,000 characters.
MAX_PEOPLE = 50


class PlanQuery(QuerySerializer):
    """The plan of the ``horizon`` or ``weekly`` job, for everyone or the given people.

    ``from`` and ``to`` restrict it to classes on these days.
    """

    several = frozenset({"student", "teacher"})

    job = serializers.ChoiceField([Job.WEEKLY.value, Job.HORIZON.value], default=Job.HORIZON.value)
    date = StudioDateField(required=False, help_text="As if today were this day.")
    weeks = QueryIntegerField(
        required=False, min_value=1, max_value=104, help_text="Length of the horizon."
    )
    student = serializers.ListField(
        child=QueryIdField(), required=False, max_length=MAX_PEOPLE, help_text="May be repeated."
    )
    teacher = serializers.ListField(
        child=QueryIdField(), required=False, max_length=MAX_PEOPLE, help_text="May be repeated."
    )

    to = StudioDateField(
        required=False, help_text="The last day, included; within the horizon or the week."
    )

    def get_fields(self) -> Any:
        first = StudioDateField(
            required=False, help_text="The first day, included; `date` by default."
        )
        return {"from": first, **super().get_fields()}

    def validate_student(self, ids: list[int]) -> list[int]:
        return self._existing(Student, ids)

    def validate_teacher(self, ids: list[int]) -> list[int]:
        return self._existing(Teacher, ids)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "weeks" in attrs and attrs["job"] != Job.HORIZON:
            raise serializers.ValidationError({"weeks": [_("Only the horizon has a length.")]})
        if "to" in attrs:
            first = attrs.get("from") or attrs.get("date") or studio_today()
            if attrs["to"] < first:
                text = _("This is before the first day, %(day)s.") % {"day": first}
                raise serializers.ValidationError({"to": [text]})
        return attrs

    def _existing(self, model: Any, ids: list[int]) -> list[int]:
        stored = model.objects.filter(id__among=ids).order_by().values_list("id", flat=True)
        if unknown := sorted(set(ids) - set(stored)):
            raise serializers.ValidationError(
                _("There is no %(model)s with the ID %(id)d.")
                % {"model": model._meta.verbose_name, "id": unknown[0]}
            )
        return ids


class PlanItem(serializers.Serializer):
    """The planned outcome of an occurrence, class or series, and its reason."""

    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome])
    student = serializers.IntegerField(allow_null=True)
    student_name = serializers.CharField(allow_blank=True)
    teacher = serializers.IntegerField(allow_null=True)
    teacher_name = serializers.CharField(allow_blank=True)
    room = serializers.IntegerField(allow_null=True)
    room_name = serializers.CharField(allow_blank=True)
    class_id = serializers.IntegerField(allow_null=True)
    date = serializers.DateField(allow_null=True)
    start_time = serializers.TimeField(format="%H:%M", allow_null=True)
    end_time = serializers.TimeField(format="%H:%M", allow_null=True)
    time_zone = serializers.CharField(allow_blank=True)
    occurrences = serializers.IntegerField(min_value=1)
    reason = serializers.CharField(allow_blank=True)


class PlanAnswer(serializers.Serializer):
    """A plan: noteworthy results first, then the classes to create."""

    window_start = serializers.DateField()
    window_end = serializers.DateField()
    counts = OutcomeCounts()
    items = PlanItem(many=True)
    truncated = serializers.BooleanField()
