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
    """By the planner that all runs have; nothing is written."""

    permission_classes = (StaffModelPermissions,)
    serializer_class = Explained

    def explained(self, request: Request, model: type[Model], pk: int) -> Response:
        """The explanation of the date that is asked for, of the person ``pk``."""
        require(request, "view_scheduledclass")
        asked = read_query(ExplainQuery, request)
        person: Any = get_object_or_404(model, pk=pk)
        whom = {f"{model._meta.model_name}_id": person.pk}
        told = explain(**whom, day=asked.get("date") or studio_today(), now=timezone.now())
        return Response(Explained(_explanation(told)).data)


class ExplainStudent(ExplainResource):
    """A student's date."""

    queryset = Student.objects.all()

    @extend_schema(parameters=[ExplainQuery], responses=Explained)
    def get(self, request: Request, pk: int) -> Response:
        """Why a student has a class on a date, or none."""
        return self.explained(request, Student, pk)


class ExplainTeacher(ExplainResource):
    """A teacher's date."""

    queryset = Teacher.objects.all()

    @extend_schema(parameters=[ExplainQuery], responses=Explained)
    def get(self, request: Request, pk: int) -> Response:
        """Why a teacher has a class on a date, or none."""
        return self.explained(request, Teacher, pk)


def _explanation(told: Explanation) -> dict[str, Any]:
    return {
        "name": told.name,
        "date": told.day,
        "summary": told.summary,
        "rules": [_rule(rule) for rule in told.rules],
        "classes": [_class(one) for one in told.classes],
    }


def _rule(rule: ExplainedSeries) -> dict[str, Any]:
    series = rule.series
    return {
        "source": series.kind.value,
        "series": series.id,
        "rule": rule.description,
        "student": series.student_id,
        "student_name": rule.student,
        "teacher": series.teacher_id,
        "teacher_name": rule.teacher,
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


def _class(told: ExplainedClass) -> dict[str, Any]:
    one = told.scheduled_class
    return {
        "id": one.pk,
        "student": one.student_id,
        "student_name": str(one.student),
        "teacher": one.teacher_id,
        "teacher_name": str(one.teacher) if one.teacher else "",
        "start_time": one.start_time,
        "end_time": one.end_time,
        "time_zone": one.time_zone,
        "status": one.status,
        "source": source_of(one),
        "origin": told.origin,
        "change": told.change,
    }
