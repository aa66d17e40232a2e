"""``/api/recurring-slots``."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.models import Job, RecurringSlot
from scheduling.services.changes import Applied, apply_change

from ...applied import how, with_created
from ...asking import studio_today
from ...serializers.queries import SlotQuery
from ...serializers.timetable import SlotAnswer, SlotSerializer
from .base import Resource, changed, saving


class SlotResource(Resource):
    """Recurring slots."""

    queryset = RecurringSlot.objects.all()
    serializer_class = SlotSerializer
    query_class = SlotQuery
    orderings = {
        "id": "id",
        "dayOfWeek": "weekday",
        "startTime": "start_time",
        "validFrom": "valid_from",
    }

    def narrowed(
        self, rows: QuerySet[RecurringSlot], asked: dict[str, Any]
    ) -> QuerySet[RecurringSlot]:
        columns = {
            "teacher": "teacher_id",
            "student": "student_id",
            "status": "status",
            "day_of_week": "weekday",
        }
        given = {column: asked[name] for name, column in columns.items() if name in asked}
        return rows.filter(**given)

    def answer(self, request: Request, slot: RecurringSlot, students: set[int]) -> dict[str, Any]:
        """The slot as stored, with what applying it to ``students`` came to."""
        applied = Applied()
        if students:
            jobs = (Job.HORIZON,)
            applied = apply_change(student_ids=sorted(students), jobs=jobs, **how(request))
        data: dict[str, Any] = self.get_serializer(self.one(slot.pk)).data
        return data | with_created(applied)


class RecurringSlots(SlotResource):
    """Recurring slots: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[SlotQuery], responses=SlotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of recurring slots."""
        return self.listed(request)

    @extend_schema(request=SlotSerializer, responses={201: SlotAnswer})
    def post(self, request: Request) -> Response:
        """A new recurring slot, with the lessons of its horizon."""
        values = {"valid_from": studio_today()} | self.checked(request)
        with saving():
            slot = RecurringSlot.objects.create(**values)
        return Response(self.answer(request, slot, {slot.student_id}), status.HTTP_201_CREATED)


class OneRecurringSlot(SlotResource):
    """A recurring slot. One with history is not deleted: set ``status`` or ``validUntil``."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=SlotSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A recurring slot."""
        return Response(self.get_serializer(self.one(pk)).data)

    @extend_schema(request=SlotSerializer, responses=SlotAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a recurring slot; the lessons of its horizon follow."""
        with saving():
            slot = self.locked(pk)
            students = {slot.student_id}
            if changed(slot, self.checked(request, slot)):
                slot.save()
                students.add(slot.student_id)
            else:
                students = set()
        return Response(self.answer(request, slot, students))
