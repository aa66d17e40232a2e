"""``/api/classes``."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiResponse,
    PolymorphicProxySerializer,
    extend_schema,
)
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.serializers.classes import ClassAnswer, ClassSerializer, OccurrenceSerializer
from scheduling.api.serializers.queries import ClassQuery
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import DAY
from scheduling.models import ScheduledClass
from scheduling.services.classes.edit import cancel_or_delete, manual_edit
from scheduling.services.classes.make_ups import save_one_off
from scheduling.services.classes.occurrences import change_or_write
from scheduling.services.schedules.closures import closed_day_of

from .base import Resource, require, saving

SOURCES = {
    "fixed_schedule": Q(fixed_schedule__isnull=False),
    "recurring_slot": Q(recurring_slot__isnull=False),
    "one_off": Q(fixed_schedule__isnull=True, recurring_slot__isnull=True),
}
# No local day begins or ends further than this from the same day in UTC.
ZONES = timedelta(days=1)


class ClassResource(Resource):
    """Classes, whatever asked for them."""

    queryset = ScheduledClass.objects.all()
    serializer_class = ClassSerializer
    query_class = ClassQuery
    orderings = {"startsAt": "starts_at", "id": "id"}
    default_ordering = "startsAt"

    def narrowed(
        self, rows: QuerySet[ScheduledClass], asked: dict[str, Any]
    ) -> QuerySet[ScheduledClass]:
        # The instants say nothing that the dates don't; they let an index by instants begin
        # where the dates do.
        if "from" in asked:
            first = datetime.combine(asked["from"], time.min, UTC) - ZONES
            rows = rows.filter(date__gte=asked["from"], starts_at__gte=first)
        if "to" in asked:
            last = datetime.combine(asked["to"] + DAY, time.min, UTC) + ZONES
            rows = rows.filter(date__lte=asked["to"], starts_at__lt=last)
        if "source" in asked:
            rows = rows.filter(SOURCES[asked["source"]])
        columns = {"student": "student_id", "teacher": "teacher_id", "status": "status"}
        given = {column: asked[name] for name, column in columns.items() if name in asked}
        return rows.filter(**given)

    def answer(self, one: ScheduledClass) -> dict[str, Any]:
        """A class as it was put on its day, with a ``warning`` where that day is closed."""
        data: dict[str, Any] = self.get_serializer(one).data
        closed = closed_day_of(one)
        return data | ({"warning": closed} if closed else {})


def _whereabouts(one: ScheduledClass) -> tuple[Any, ...]:
    return one.date, one.teacher_id, one.status


class ClassList(ClassResource):
    """Classes: a page of them, or a new one-off."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[ClassQuery], responses=ClassSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of classes, by their local date."""
        return self.listed(request)

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="NewClass",
            serializers=[ClassSerializer, OccurrenceSerializer],
            resource_type_field_name=None,
        ),
        responses={
            200: OpenApiResponse(ClassAnswer, "The occurrence had its class already."),
            201: ClassAnswer,
        },
    )
    def post(self, request: Request) -> Response:
        """A new one-off; with a series and a date, an occurrence that does not exist yet.

        A one-off may make good for a cancelled class (``makeUpFor``) that has earned it.
        The occurrence's class is written now, as it is asked for (cancelled, moved, …), and no run
        changes it; where it exists already, it is changed as by a PATCH. Where the place is taken:
        409, naming the class that holds it.
        """
        if isinstance(request.data, Mapping) and "series" in request.data:
            return self._occurrence(request)
        with saving():
            one = ScheduledClass(**self.checked(request))
            save_one_off(one, timezone.now())
        return Response(self.answer(one), status.HTTP_201_CREATED)

    def _occurrence(self, request: Request) -> Response:
        require(request, "change_scheduledclass")  # its class may be there already
        serializer = OccurrenceSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        key = SeriesKey(SeriesKind(values.pop("source")), values.pop("series"))
        with saving():
            one, is_new = change_or_write(
                key, values.pop("occurrence_date"), values, timezone.now()
            )
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.answer(one), code)


class ClassDetail(ClassResource):
    """A class. What a person did to it no run changes."""

    refuses = {"patch": (409,), "delete": (409,)}

    @extend_schema(responses=ClassSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A class."""
        return Response(self.get_serializer(self.one(pk)).data)

    @extend_schema(request=ClassSerializer, responses=ClassAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Move, cancel, complete or restore a class, mark attendance, take notes.

        Where the place that it is moved to is taken: 409, naming the class that holds it. A day
        that is closed is no refusal: the ``warning`` says so.
        """
        with saving():
            one = self.locked(pk)
            before = _whereabouts(one)
            manual_edit(one, self.checked(request, one), timezone.now())
        if _whereabouts(one) == before:
            return Response(self.get_serializer(one).data)
        return Response(self.answer(one))

    @extend_schema(
        responses={
            200: OpenApiResponse(ClassSerializer, "A generated class: it is cancelled."),
            204: OpenApiResponse(description="A one-off: it is deleted."),
        }
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Take a class off the calendar: a generated one is cancelled, a one-off deleted."""
        with saving():
            one = self.locked(pk)
            kept = cancel_or_delete(one, timezone.now())
        if kept:
            return Response(self.get_serializer(one).data)
        return Response(status=status.HTTP_204_NO_CONTENT)
