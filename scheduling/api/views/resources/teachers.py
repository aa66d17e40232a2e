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
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.services.schedules.status import write_lesson_settings

from .base import Resource, changed, matches_all_words, require, saving

# What the classes of a teacher depend on.
MATTERS = {"time_zone", "is_active"}


class TeacherResource(Resource):
    """Teachers with their lesson settings."""

    queryset = Teacher.objects.select_related("lesson_settings").prefetch_related(
        "lesson_settings__durations"
    )
    serializer_class = TeacherSerializer
    query_class = TeacherQuery
    orderings = {"name": "name", "id": "id"}
    default_ordering = "name"

    def narrowed(self, rows: QuerySet[Teacher], asked: dict[str, Any]) -> QuerySet[Teacher]:
        if "is_active" in asked:
            rows = rows.filter(is_active=asked["is_active"])
        return rows.filter(matches_all_words(asked.get("search", ""), "name", "email"))

    def store(self, request: Request, teacher: Teacher, values: dict[str, Any]) -> set[str]:
        """Store ``values``; the names of the columns that changed."""
        has_settings = "lesson_settings" in values
        settings = values.pop("lesson_settings", None)
        names = changed(teacher, values)
        teacher.save()
        if has_settings and not (settings is None and not hasattr(teacher, "lesson_settings")):
            require(request, "add_lessonsettings", "change_lessonsettings")
            write_lesson_settings(teacher, settings)
        return names


class TeacherList(TeacherResource):
    """Teachers: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[TeacherQuery], responses=TeacherSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of teachers."""
        return self.listed(request)

    @extend_schema(request=TeacherSerializer, responses={201: TeacherSerializer})
    def post(self, request: Request) -> Response:
        """A new teacher."""
        with saving():
            teacher = Teacher()
            self.store(request, teacher, self.checked(request))
        return Response(self.get_serializer(self.one(teacher.pk)).data, status.HTTP_201_CREATED)


class TeacherDetail(TeacherResource):
    """A teacher. Nobody with history is deleted: set ``isActive`` to false."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=TeacherSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A teacher."""
        return Response(self.get_serializer(self.one(pk)).data)

    @extend_schema(request=TeacherSerializer, responses=TeacherAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a teacher. A new zone, or being active or not, is applied to their classes."""
        with saving():
            teacher = self.locked(pk)
            names = self.store(request, teacher, self.checked(request, teacher))
        answer = {}
        if names & MATTERS:
            answer = warning(apply_change(teacher_ids=[teacher.pk], **apply_context(request)))
        return Response(self.get_serializer(self.one(teacher.pk)).data | answer)
