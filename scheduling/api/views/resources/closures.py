"""``/api/closures``."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.apply_response import apply_context, warning
from scheduling.api.serializers.base import DoneSerializer
from scheduling.api.serializers.queries import ClosureQuery, read_query
from scheduling.api.serializers.schedule_changes import ActAnswer, ClosureBody, RemovalQuery
from scheduling.api.serializers.timetable import ClosureAnswer, ClosureSerializer
from scheduling.domain.outcomes import Outcome
from scheduling.models import Closure
from scheduling.selectors.studio import studio_today
from scheduling.services.schedule_changes import (
    AddClosure,
    ChangeContext,
    ChangePlan,
    DeleteClosures,
    EditClosure,
    ScheduleChange,
    apply,
    preview,
)
from scheduling.services.schedules.closures import ClosureScope, apply_closures, scope_of

from .base import Resource, changed, saving
from .schedule_changes import named, plan_response


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

    def apply(self, request: Request, *reaches: ClosureScope) -> dict[str, Any]:
        """Bring classes up to date; a ``warning`` of what could not be done."""
        return warning(apply_closures(reaches, **apply_context(request)))

    def looked_at(
        self, request: Request, act: ScheduleChange, asked: dict[str, Any]
    ) -> Response | ChangePlan | None:
        """The plan alone where that was asked for; what exactly that plan came to where it was
        sent along; else None.
        """
        dry_run, plan = asked.get("dry_run", False), asked.get("plan")
        moment = ChangeContext(studio_today(), timezone.now(), str(request.user))
        try:
            if dry_run:
                return Response(ActAnswer(plan_response(preview(act, moment), dry_run)).data)
            return None if plan is None else apply(act, moment, plan)
        except ValidationError as error:
            raise named(error, {}) from error

    def checked_body(
        self, request: Request, row: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The values of the closure, and what was asked to be done with them."""
        body = ClosureBody(
            row, request.data, partial=row is not None, context=self.get_serializer_context()
        )
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        asked = {name: values.pop(name) for name in ("dry_run", "plan") if name in values}
        return values, asked


class ClosureList(ClosureResource):
    """Closures: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[ClosureQuery], responses=ClosureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of closures: those that touch the days asked for."""
        return self.listed(request)

    @extend_schema(request=ClosureBody, responses={200: ActAnswer, 201: ClosureAnswer})
    def post(self, request: Request) -> Response:
        """A new closure; it cancels the classes under it that nobody touched. With ``dryRun`` it
        answers which (200) and writes nothing.
        """
        values, asked = self.checked_body(request)
        done = self.looked_at(request, AddClosure(values), asked)
        if isinstance(done, Response):
            return done
        if done is not None:
            closure = self.one(done.closures[0])
            answer = _warning(done)
        else:
            with saving():
                closure = Closure.objects.create(**values)
            answer = self.apply(request, scope_of(closure))
        return Response(self.get_serializer(closure).data | answer, status.HTTP_201_CREATED)


class ClosureDetail(ClosureResource):
    """A closure. It may be deleted: the classes that it cancelled come back."""

    refuses = {"patch": (409,), "delete": (409,)}

    @extend_schema(responses=ClosureSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A closure."""
        return Response(self.get_serializer(self.one(pk)).data)

    @extend_schema(
        request=ClosureBody,
        responses=PolymorphicProxySerializer(
            "ClosureChanged", [ClosureAnswer, ActAnswer], resource_type_field_name=None
        ),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change a closure; the classes concerned follow. With ``dryRun`` it answers the plan."""
        answer: dict[str, Any] = {}
        values, asked = self.checked_body(request, self.one(pk))
        done = self.looked_at(request, EditClosure(pk, values), asked)
        if isinstance(done, Response):
            return done
        if done is not None:
            return Response(self.get_serializer(self.one(pk)).data | _warning(done))
        with saving():
            closure = self.locked(pk)
            before = scope_of(closure)
            values, _asked = self.checked_body(request, closure)
            names = changed(closure, values)
            if names:
                closure.save()
        if names - {"name"}:
            answer = self.apply(request, before, scope_of(closure))
        return Response(self.get_serializer(closure).data | answer)

    @extend_schema(
        parameters=[RemovalQuery],
        responses={
            204: OpenApiResponse(description="Deleted, and applied."),
            200: OpenApiResponse(
                PolymorphicProxySerializer(
                    "ClosureDeleted", [DoneSerializer, ActAnswer], resource_type_field_name=None
                ),
                "Deleted; the warning says what is to come. Or the plan that was asked for.",
            ),
        },
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a closure; the classes that it cancelled are restored. With ``dryRun`` it
        answers which.
        """
        asked = read_query(RemovalQuery, request)
        self.one(pk)
        done = self.looked_at(request, DeleteClosures((pk,)), asked)
        if isinstance(done, Response):
            return done
        if done is not None:
            answer = _warning(done)
        else:
            with saving():
                closure = self.locked(pk)
                reach = scope_of(closure)
                closure.delete()
            answer = self.apply(request, reach)
        if answer:
            return Response({"success": True} | answer)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _warning(done: ChangePlan) -> dict[str, Any]:
    """What is still to come, or has no place, after exactly the plan that was looked at."""
    sentences = list(done.warnings)
    if done.background_requests or done.of(Outcome.CONFLICT):
        sentences.append(done.done_summary)
    return {"warning": " ".join(sentences)} if sentences else {}
