"""``/api/students/{id}/explain`` and ``/api/teachers/{id}/explain``."""

from typing import Any

from django.db.models import Model
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.classes import source_of
from scheduling.api.serializers.explain import Explained, ExplainQuery
from scheduling.api.serializers.queries import read_query
from scheduling.api.views.base import ApiView
from scheduling.models import Student, Teacher
from scheduling.selectors.studio import studio_today
from scheduling.services.explain import ExplainedClass, ExplainedSeries, Explanation, explain

from .base import require


class ExplainResource(ApiView, GenericAPIView):
    """Explains a person's classes on a date, using the planner of the runs."""

    permission_classes = (StaffModelPermissions,)
    serializer_class = Explained

    def explain(self, request: Request, model: type[Model], pk: int) -> Response:
        """Return the explanation of the requested date for the person ``pk``."""
        require(request, "view_scheduledclass")
        query = read_query(ExplainQuery, request)
        person: Any = get_object_or_404(model, pk=pk)
        person_id = {f"{model._meta.model_name}_id": person.pk}
        day = query.get("date") or studio_today()
        explanation = explain(**person_id, day=day, now=timezone.now())
        return Response(Explained(_explanation_data(explanation)).data)


class ExplainStudent(ExplainResource):
    """The explanation of a student's date."""

    queryset = Student.objects.all()

    @extend_schema(parameters=[ExplainQuery], responses=Explained)
    def get(self, request: Request, pk: int) -> Response:
        """Explain why a student has a class on a date, or none."""
        return self.explain(request, Student, pk)


class ExplainTeacher(ExplainResource):
    """The explanation of a teacher's date."""

    queryset = Teacher.objects.all()

    @extend_schema(parameters=[ExplainQuery], responses=Explained)
    def get(self, request: Request, pk: int) -> Response:
        """Explain why a teacher has a class on a date, or none."""
        return self.explain(request, Teacher, pk)


def _explanation_data(explanation: Explanation) -> dict[str, Any]:
    return {
        "name": explanation.name,
        "date": explanation.day,
        "summary": explanation.summary,
        "rules": [_rule_data(rule) for rule in explanation.rules],
        "classes": [_class_data(explained) for explained in explanation.classes],
    }


def _rule_data(rule: ExplainedSeries) -> dict[str, Any]:
    series = rule.series
    return {
        "source": series.kind.value,
        "series": series.id,
        "rule": rule.description,
        "student": series.student_id,
        "student_name": rule.student,
        "teacher": series.teacher_id,
        "teacher_name": rule.teacher,
        "room": series.room_id,
        "room_name": rule.room,
        "day_of_week": series.weekday,
        "start_time": series.start_time,
        "end_time": series.end_time,
        "time_zone": series.zone,
        "interval_weeks": series.interval_weeks,
        "subject": series.subject,
        "applies": rule.applies,
        "fate": rule.outcome,
        "reason": rule.reason,
        "class_id": rule.class_id,
        "job": rule.due.job if rule.due else None,
        "made_on": rule.due.on if rule.due else None,
    }


def _class_data(explained: ExplainedClass) -> dict[str, Any]:
    scheduled_class = explained.scheduled_class
    return {
        "id": scheduled_class.pk,
        "student": scheduled_class.student_id,
        "student_name": str(scheduled_class.student),
        "teacher": scheduled_class.teacher_id,
        "teacher_name": str(scheduled_class.teacher) if scheduled_class.teacher else "",
        "room": scheduled_class.room_id,
        "room_name": str(scheduled_class.room) if scheduled_class.room else "",
        "start_time": scheduled_class.start_time,
        "end_time": scheduled_class.end_time,
        "time_zone": scheduled_class.time_zone,
        "status": scheduled_class.status,
        "source": source_of(scheduled_class),
        "origin": explained.origin,
        "change": explained.change,
    }
