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

from scheduling.api.serializers.base import DoneSerializer
from scheduling.api.serializers.classes import (
    ClassAnswer,
    ClassChange,
    ClassSerializer,
    OccurrenceSerializer,
)
from scheduling.api.serializers.notices import NotifyQuery, notified_data
from scheduling.api.serializers.queries import ClassQuery, read_query
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.windows import DAY
from scheduling.models import ScheduledClass
from scheduling.services.classes.edit import cancel_or_delete, manual_edit
from scheduling.services.classes.make_ups import save_one_off
from scheduling.services.classes.occurrences import change_or_write, notifying_occurrence
from scheduling.services.notices import author_of, is_wanted, notifying
from scheduling.services.schedules.closures import closed_day_of
from scheduling.services.schedules.rooms import overfull_class

from .base import Resource, require, saving

SOURCES = {
    "fixed_schedule": Q(fixed_schedule__isnull=False),
    "recurring_slot": Q(recurring_slot__isnull=False),
    "one_off": Q(fixed_schedule__isnull=True, recurring_slot__isnull=True),
}
# No local day begins or ends more than this apart from the same day in UTC.
MAX_UTC_OFFSET = timedelta(days=1)


class ClassResource(Resource):
    """Classes of series, and one-offs."""

    queryset = ScheduledClass.objects.all()
    serializer_class = ClassSerializer
    query_class = ClassQuery
    orderings = {"startsAt": "starts_at", "id": "id"}
    default_ordering = "startsAt"

    def filter_rows(
        self, rows: QuerySet[ScheduledClass], query: dict[str, Any]
    ) -> QuerySet[ScheduledClass]:
        # The conditions on instants are redundant; they make the index on ``starts_at`` usable.
        if "from" in query:
            first = datetime.combine(query["from"], time.min, UTC) - MAX_UTC_OFFSET
            rows = rows.filter(date__gte=query["from"], starts_at__gte=first)
        if "to" in query:
            last = datetime.combine(query["to"] + DAY, time.min, UTC) + MAX_UTC_OFFSET
            rows = rows.filter(date__lte=query["to"], starts_at__lt=last)
        if "source" in query:
            rows = rows.filter(SOURCES[query["source"]])
        columns = {
            "student": "student_id",
            "teacher": "teacher_id",
            "room": "room_id",
            "status": "status",
        }
        conditions = {column: query[name] for name, column in columns.items() if name in query}
        return rows.filter(**conditions)

    def response_data(self, scheduled_class: ScheduledClass) -> dict[str, Any]:
        """Return the class, with a ``warning`` if its day is closed or its room too small."""
        data: dict[str, Any] = self.get_serializer(scheduled_class).data
        warnings = [closed_day_of(scheduled_class), overfull_class(scheduled_class)]
        text = " ".join(filter(None, warnings))
        return data | ({"warning": text} if text else {})


def _placement(scheduled_class: ScheduledClass) -> tuple[Any, ...]:
    """Return the values that decide whether a warning applies to the class."""
    row = scheduled_class
    return row.date, row.start_time, row.teacher_id, row.room_id, row.is_shared, row.status


class ClassList(ClassResource):
    """Classes: a page of them, or a new one-off."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[ClassQuery], responses=ClassSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of classes, by their local date."""
        return self.list_page(request)

    @extend_schema(
        request=PolymorphicProxySerializer(
            component_name="NewClass",
            serializers=[ClassSerializer, OccurrenceSerializer],
            resource_type_field_name=None,
        ),
        responses={
            200: OpenApiResponse(ClassAnswer, "The class of the occurrence already existed."),
            201: ClassAnswer,
        },
    )
    def post(self, request: Request) -> Response:
        """Create a one-off or, given a series and a date, the class of a planned occurrence.

        A one-off may make up for a cancelled class (``makeUpFor``) that is entitled to a make-up.
        The class of an occurrence is created with the given changes (cancelled, moved, …), and no
        run changes it; if it already exists, it is changed as by a PATCH. A double booking is a
        409 that names the other class.
        """
        if isinstance(request.data, Mapping) and "series" in request.data:
            return self._occurrence(request)
        with saving():
            scheduled_class = ScheduledClass(**self.validated(request))
            save_one_off(scheduled_class, timezone.now())
        return Response(self.response_data(scheduled_class), status.HTTP_201_CREATED)

    def _occurrence(self, request: Request) -> Response:
        require(request, "change_scheduledclass")  # the class may already exist
        serializer = OccurrenceSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        values = dict(serializer.validated_data)
        key = SeriesKey(SeriesKind(values.pop("source")), values.pop("series"))
        day, now = values.pop("occurrence_date"), timezone.now()
        wanted, author_id = is_wanted(values.pop("notify", None)), author_of(request.user)
        with saving(), notifying_occurrence(key, day, wanted, now, author_id) as notified:
            scheduled_class, is_new = change_or_write(key, day, values, now)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        data = self.response_data(scheduled_class)
        return Response(data | notified_data(notified, wanted), code)


class ClassDetail(ClassResource):
    """A class. Runs never change a class that was edited by hand."""

    refuses = {"patch": (409,), "delete": (409,)}

    @extend_schema(responses=ClassSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A class."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(request=ClassChange, responses=ClassAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Move, cancel, complete or restore a class, mark attendance, or write notes.

        A double booking is a 409 that names the other class. A closed day is allowed and results
        in a ``warning``.
        """
        now, author_id = timezone.now(), author_of(request.user)
        with saving():
            scheduled_class = self.lock_row(pk)
            before = _placement(scheduled_class)
            body = ClassChange(
                scheduled_class, request.data, partial=True, context=self.get_serializer_context()
            )
            body.is_valid(raise_exception=True)
            values = dict(body.validated_data)
            wanted = is_wanted(values.pop("notify", None))
            with notifying([pk], wanted, now, author_id) as notified:
                manual_edit(scheduled_class, values, now)
        data = notified_data(notified, wanted)
        if _placement(scheduled_class) == before:
            return Response(self.get_serializer(scheduled_class).data | data)
        return Response(self.response_data(scheduled_class) | data)

    @extend_schema(
        parameters=[NotifyQuery],
        responses={
            200: OpenApiResponse(
                PolymorphicProxySerializer(
                    "ClassDeleted", [ClassAnswer, DoneSerializer], resource_type_field_name=None
                ),
                "A generated class was cancelled; or a one-off was deleted, with notices.",
            ),
            204: OpenApiResponse(description="A one-off was deleted."),
        },
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Remove a class from the calendar: cancel a generated class, delete a one-off."""
        now, author_id = timezone.now(), author_of(request.user)
        wanted = is_wanted(read_query(NotifyQuery, request).get("notify"))
        with saving():
            scheduled_class = self.lock_row(pk)
            with notifying([pk], wanted, now, author_id) as notified:
                kept = cancel_or_delete(scheduled_class, now)
        data = notified_data(notified, wanted)
        if kept:
            return Response(self.get_serializer(scheduled_class).data | data)
        if data:
            return Response({"success": True} | data)
        return Response(status=status.HTTP_204_NO_CONTENT)
