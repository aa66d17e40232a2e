"""``/api/recurring-slots``."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.apply_response import apply_context, with_created
from scheduling.api.exceptions import Conflict
from scheduling.api.serializers.queries import SlotQuery
from scheduling.api.serializers.timetable import SlotAnswer, SlotSerializer
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import Job, RecurringSlot, SlotStatus, Student
from scheduling.selectors.studio import studio_today
from scheduling.services.schedules.apply_changes import ApplyResult, apply_change
from scheduling.services.schedules.rooms import overfull_rules
from scheduling.services.schedules.working_hours import outside_hours

from .base import Resource, assign, saving

# Two slots with the same values in these fields are duplicates.
IDENTITY = (
    *("teacher", "student", "weekday", "start_time", "duration_minutes", "interval_weeks"),
    *("valid_from", "valid_until"),
)


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

    def filter_rows(
        self, rows: QuerySet[RecurringSlot], query: dict[str, Any]
    ) -> QuerySet[RecurringSlot]:
        columns = {
            "teacher": "teacher_id",
            "student": "student_id",
            "room": "room_id",
            "status": "status",
            "day_of_week": "weekday",
        }
        conditions = {column: query[name] for name, column in columns.items() if name in query}
        return rows.filter(**conditions)

    def apply(self, request: Request, slot: RecurringSlot, students: set[int]) -> dict[str, Any]:
        """Update the classes of ``students``; return the slot with the result."""
        applied = ApplyResult()
        if students:
            jobs = (Job.HORIZON,)
            applied = apply_change(
                student_ids=sorted(students), jobs=jobs, **apply_context(request)
            )
        data: dict[str, Any] = self.get_serializer(self.get_row(slot.pk)).data
        changed, today = [slot] if students else [], studio_today()
        others = [*overfull_rules(changed, today), *outside_hours(changed, today)]
        key = SeriesKey(SeriesKind.RECURRING_SLOT, slot.pk)
        return data | with_created(applied, {key}, others)


class RecurringSlotList(SlotResource):
    """Recurring slots: a page of them, or a new one."""

    refuses = {"post": (409,)}

    @extend_schema(parameters=[SlotQuery], responses=SlotSerializer(many=True))
    def get(self, request: Request) -> Response:
        """A page of recurring slots."""
        return self.list_page(request)

    @extend_schema(request=SlotSerializer, responses={201: SlotAnswer})
    def post(self, request: Request) -> Response:
        """Create a recurring slot and the lessons of its horizon."""
        values = {"valid_from": studio_today()} | self.validated(request)
        with saving():
            _refuse_duplicate(values)
            slot = RecurringSlot.objects.create(**values)
        return Response(self.apply(request, slot, {slot.student_id}), status.HTTP_201_CREATED)


def _refuse_duplicate(values: dict[str, Any]) -> None:
    """Raise Conflict if the slot already exists, as when a client repeats a request."""
    # The lock serialises simultaneous requests for the same student.
    Student.objects.select_for_update(no_key=True).get(pk=values["student"].pk)
    new_slot = RecurringSlot(**values)
    rows = RecurringSlot.objects.exclude(status=SlotStatus.CANCELLED)
    duplicate = rows.filter(**{name: getattr(new_slot, name) for name in IDENTITY}).first()
    if duplicate is not None:
        text = _("This slot already exists, with the ID %(id)s. Change that one.")
        raise Conflict(text % {"id": duplicate.pk}, "already_there")


class RecurringSlotDetail(SlotResource):
    """A recurring slot. It can't be deleted; set ``status`` or ``validUntil`` instead."""

    refuses = {"patch": (409,)}

    @extend_schema(responses=SlotSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """A recurring slot."""
        return Response(self.get_serializer(self.get_row(pk)).data)

    @extend_schema(request=SlotSerializer, responses=SlotAnswer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change a recurring slot and update the lessons of its horizon."""
        with saving():
            slot = self.lock_row(pk)
            students = {slot.student_id}
            if assign(slot, self.validated(request, slot)):
                slot.save()
                students.add(slot.student_id)
            else:
                students = set()
        return Response(self.apply(request, slot, students))
