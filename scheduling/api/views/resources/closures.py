"""``/api/closures``."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.apply_response import apply_context, warning
from scheduling.api.serializers.base import DoneSerializer
from scheduling.api.serializers.notices import notified_data
from scheduling.api.serializers.queries import ClosureQuery, read_query
from scheduling.api.serializers.schedule_changes import ActAnswer, ClosureBody, RemovalQuery
from scheduling.api.serializers.timetable import ClosureAnswer, ClosureSerializer
from scheduling.domain.outcomes import Outcome
from scheduling.models import Closure
from scheduling.services.notices import is_wanted
from scheduling.services.schedule_changes import (
    AddClosure,
    ChangePlan,
    DeleteClosures,
    EditClosure,
    ScheduleChange,
    apply,
    preview,
)
from scheduling.services.schedules.closures import ClosureScope, apply_closures, scope_of

from .base import Resource, assign, saving
from .schedule_changes import change_context, field_errors, plan_response

# The fields of a body that are not of the closure.
OPTIONS = ("dry_run", "plan", "notify")


class ClosureResource(Resource):
    """Closures."""

    queryset = Closure.objects.all()
    serializer_class = ClosureSerializer
    query_class = ClosureQuery
    orderings = {"firstDate": "first_date", "lastDate": "last_date", "id": "id"}
    default_ordering = "firstDate"

    def filter_rows(self, rows: QuerySet[Closure], query: dict[str, Any]) -> QuerySet[Closure]:
        columns = {
            "from": "last_date__gte",
            "to": "first_date__lte",
            "teacher": "teacher_id",
            "student": "student_id",
        }
        conditions = {column: query[name] for name, column in columns.items() if name in query}
        return rows.filter(**conditions)

    def apply(self, request: Request, *scopes: ClosureScope) -> dict[str, Any]:
        """Update the classes within ``scopes`` and return a ``warning`` of what remains."""
        return warning(apply_closures(scopes, **apply_context(request)))

    def preview_or_apply(
        self, request: Request, change: ScheduleChange, options: dict[str, Any]
    ) -> Response | ChangePlan | None:
        """Return a preview for ``dry_run``, or the applied plan for ``plan`` or for notices.

        Returns None for neither, and if nothing changes that somebody could be notified of.
        """
        dry_run, plan = options.get("dry_run", False), options.get("plan")
        context = change_context(request, options.get("notify"))
        try:
            if dry_run:
                change_plan = preview(change, context)
                return Response(ActAnswer(plan_response(change_plan, dry_run, context)).data)
            return apply(change, context, plan) if plan is not None or context.notify else None
        except ValidationError as error:
            if plan is None and not dry_run and getattr(error, "code", "") == "no_change":
                return None
            raise field_errors(error, {}) from error

    def validated_body(
        self, request: Request, row: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the values of the closure, and the ``OPTIONS`` that are given."""
        body = ClosureBody(
            row, request.data, partial=row is not None, context=self.get_serializer_context()
        )
        body.is_valid(raise_exception=True)
        values = dict(body.validated_data)
        options = {name: values.pop(name) for name in OPTIONS if name in values}
        return values, options


class ClosureList(ClosureResource):
    """Closures: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[ClosureQuery], responses=ClosureSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of closures that overlap the given days."""
        return self.list_page(request)

    @extend_schema(request=ClosureBody, responses={200: ActAnswer, 201: ClosureAnswer})
    def post(self, request: Request) -> Response:
        """Create a closure, which cancels its classes unless they were edited by hand. With
        ``dryRun``, only return the plan (200).
        """
        values, options = self.validated_body(request)
        result = self.preview_or_apply(request, AddClosure(values), options)
        if isinstance(result, Response):
            return result
        if result is not None:
            closure = self.get_row(result.closures[0])
            warnings = _effect(result, options)
        else:
            with saving():
                closure = Closure.objects.create(**values)
            warnings = self.apply(request, scope_of(closure))
        return Response(self.get_serializer(closure).data | warnings, status.HTTP_201_CREATED)


class ClosureDetail(ClosureResource):
    """A closure. Deleting it restores the classes that it cancelled."""

    refuses = {"patch": (409,), "delete": (409,)}

    @extend_schema(responses=ClosureSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A closure."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(
        request=ClosureBody,
        responses=PolymorphicProxySerializer(
            "ClosureChanged", [ClosureAnswer, ActAnswer], resource_type_field_name=None
        ),
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Change a closure and update its classes. With ``dryRun``, only return the plan."""
        warnings: dict[str, Any] = {}
        values, options = self.validated_body(request, self.get_row(pk))
        result = self.preview_or_apply(request, EditClosure(pk, values), options)
        if isinstance(result, Response):
            return result
        if result is not None:
            return Response(self.get_serializer(self.get_row(pk)).data | _effect(result, options))
        with saving():
            closure = self.lock_row(pk)
            before = scope_of(closure)
            values, _options = self.validated_body(request, closure)
            names = assign(closure, values)
            if names:
                closure.save()
        if names - {"name", "earns_make_ups"}:
            warnings = self.apply(request, before, scope_of(closure))
        return Response(self.get_serializer(closure).data | warnings)

    @extend_schema(
        parameters=[RemovalQuery],
        responses={
            204: OpenApiResponse(description="Deleted; the classes are updated."),
            200: OpenApiResponse(
                PolymorphicProxySerializer(
                    "ClosureDeleted", [DoneSerializer, ActAnswer], resource_type_field_name=None
                ),
                "Deleted, with a warning; or the plan of a dry run.",
            ),
        },
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a closure and restore the classes that it cancelled. With ``dryRun``, only
        return the plan.
        """
        options = read_query(RemovalQuery, request)
        self.get_row(pk)
        result = self.preview_or_apply(request, DeleteClosures((pk,)), options)
        if isinstance(result, Response):
            return result
        if result is not None:
            warnings = _effect(result, options)
        else:
            with saving():
                closure = self.lock_row(pk)
                scope = scope_of(closure)
                closure.delete()
            warnings = self.apply(request, scope)
        if warnings:
            return Response({"success": True} | warnings)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _effect(applied: ChangePlan, options: dict[str, Any]) -> dict[str, Any]:
    """Return ``warning`` and ``notified`` of an applied plan."""
    return _warning(applied) | notified_data(applied.notified, is_wanted(options.get("notify")))


def _warning(applied: ChangePlan) -> dict[str, Any]:
    """Return a ``warning`` if the applied plan has warnings, conflicts or remaining work."""
    sentences = list(applied.warnings)
    if applied.background_requests or applied.of(Outcome.CONFLICT):
        sentences.append(applied.done_summary)
    return {"warning": " ".join(sentences)} if sentences else {}
