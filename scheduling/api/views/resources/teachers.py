"""``/api/teachers``."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.apply_response import apply_context, warning
from scheduling.api.serializers.people import TeacherAnswer, TeacherSerializer
from scheduling.api.serializers.queries import TeacherQuery
from scheduling.models import Teacher
from scheduling.selectors.search import matches_all_words
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.services.schedules.lesson_prices import write_lesson_settings
from scheduling.services.schedules.working_hours import write_working_hours

from .base import Resource, assign, require, saving

# Fields that affect the teacher's classes.
AFFECTS_CLASSES = {"time_zone", "is_active"}


class TeacherResource(Resource):
    """Teachers with their working hours and lesson settings."""

    queryset = Teacher.objects.select_related("lesson_settings").prefetch_related(
        "lesson_settings__durations", "working_hours"
    )
    serializer_class = TeacherSerializer
    query_class = TeacherQuery
    orderings = {"name": "name", "id": "id"}
    default_ordering = "name"

    def filter_rows(self, rows: QuerySet[Teacher], query: dict[str, Any]) -> QuerySet[Teacher]:
        if "is_active" in query:
            rows = rows.filter(is_active=query["is_active"])
        return rows.filter(matches_all_words(query.get("search", ""), "name", "email"))

    def store(self, request: Request, teacher: Teacher, values: dict[str, Any]) -> set[str]:
        """Store ``values`` and return the names of the columns that changed."""
        has_settings = "lesson_settings" in values
        settings = values.pop("lesson_settings", None)
        hours = values.pop("working_hours", None)
        if (subjects := values.pop("subject_list", None)) is not None:
            values["subjects"] = "\n".join(subjects)
        names = assign(teacher, values)
        teacher.save()
        if hours is not None and write_working_hours(teacher, hours):
            require(request, "add_workinghours", "change_workinghours")
        if has_settings and not (settings is None and not hasattr(teacher, "lesson_settings")):
            require(request, "add_lessonsettings", "change_lessonsettings")
            write_lesson_settings(teacher, settings, studio_today())
        return names


class TeacherList(TeacherResource):
    """Teachers: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[TeacherQuery], responses=TeacherSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of teachers."""
        return self.list_page(request)

    @extend_schema(request=TeacherSerializer, responses={201: TeacherSerializer})
    def post(self, request: Request) -> Response:
        """Create a teacher."""
        with saving():
            teacher = Teacher()
            self.store(request, teacher, self.validated(request))
        return Response(self.get_serializer(self.get_row(teacher.pk)).data, status.HTTP_201_CREATED)


class TeacherDetail(TeacherResource):
    """A teacher. It can't be deleted; set ``isActive`` to false instead."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=TeacherSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A teacher."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(request=TeacherSerializer, responses=TeacherAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a teacher. A new time zone or active state is applied to their classes."""
        with saving():
            teacher = self.lock_row(pk)
            names = self.store(request, teacher, self.validated(request, teacher))
        warnings = {}
        if names & AFFECTS_CLASSES:
            warnings = warning(apply_change(teacher_ids=[teacher.pk], **apply_context(request)))
        return Response(self.get_serializer(self.get_row(teacher.pk)).data | warnings)
