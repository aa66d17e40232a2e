"""``/api/closures``."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.models import Closure
from scheduling.services.closures import Reach, apply_closures, reach_of

from ...applied import how, warning
from ...serializers.base import DoneSerializer
from ...serializers.queries import ClosureQuery
from ...serializers.timetable import ClosureAnswer, ClosureSerializer
from .base import Resource, changed, saving


class ClosureResource(Resource):
    """Closures."""

    queryset = Closure.objects.all()
    serializer_class = ClosureSerializer
    query_class = ClosureQuery
    orderings = {"firstDate": "first_date", "lastDate": "last_date", "id": "id"}
    default_ordering = "firstDate"

    def narrowed(self, rows: QuerySet[Closure], asked: dict[str, Any]) -> QuerySet[Closure]:
        columns = {
            "from": "last_date__gte",
            "to": "first_date__lte",
            "teacher": "teacher_id",
            "student": "student_id",
        }
        given = {column: asked[name] for name, column in columns.items() if name in asked}
        return rows.filter(**given)

    def apply(self, request: Request, *reaches: Reach) -> dict[str, Any]:
        """Bring classes up to date; a ``warning`` of what could not be done."""
        return warning(apply_closures(reaches, **how(request)))


class Closures(ClosureResource):
    """Closures: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[ClosureQuery], responses=ClosureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of closures: those that touch the days asked for."""
        return self.listed(request)

    @extend_schema(request=ClosureSerializer, responses={201: ClosureAnswer})
    def post(self, request: Request) -> Response:
        """A new closure; it cancels the classes under it that nobody touched."""
        values = self.checked(request)
        with saving():
            closure = Closure.objects.create(**values)
        answer = self.apply(request, reach_of(closure))
        return Response(self.get_serializer(closure).data | answer, status.HTTP_201_CREATED)


class OneClosure(ClosureResource):
    """A closure. It may be deleted: the classes that it cancelled come back."""

    refuses = {"patch": (409,), "delete": (409,)}

    @extend_schema(responses=ClosureSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A closure."""
        return Response(self.get_serializer(self.one(pk)).data)

    @extend_schema(request=ClosureSerializer, responses=ClosureAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a closure; the classes concerned follow."""
        answer: dict[str, Any] = {}
        with saving():
            closure = self.locked(pk)
            before = reach_of(closure)
            names = changed(closure, self.checked(request, closure))
            if names:
                closure.save()
        if names - {"name"}:
            answer = self.apply(request, before, reach_of(closure))
        return Response(self.get_serializer(closure).data | answer)

    @extend_schema(
        responses={
            204: OpenApiResponse(description="Deleted, and applied."),
            200: OpenApiResponse(DoneSerializer, "Deleted; the warning says what is to come."),
        }
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a closure; the classes that it cancelled are restored."""
        with saving():
            closure = self.locked(pk)
            reach = reach_of(closure)
            closure.delete()
        answer = self.apply(request, reach)
        if answer:
            return Response({"success": True} | answer)
        return Response(status=status.HTTP_204_NO_CONTENT)
