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

from .base import Resource, changed, saving

# Two slots that agree in all of these ask for the same lessons.
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
        applied = ApplyResult()
        if students:
            jobs = (Job.HORIZON,)
            applied = apply_change(
                student_ids=sorted(students), jobs=jobs, **apply_context(request)
            )
        data: dict[str, Any] = self.get_serializer(self.one(slot.pk)).data
        return data | with_created(applied, {SeriesKey(SeriesKind.RECURRING_SLOT, slot.pk)})


class RecurringSlotList(SlotResource):
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
            _refuse_twin(values)
            slot = RecurringSlot.objects.create(**values)
        return Response(self.answer(request, slot, {slot.student_id}), status.HTTP_201_CREATED)


def _refuse_twin(values: dict[str, Any]) -> None:
    """The same delivery twice makes one slot: of two it is the second that is refused."""
    # Locked: of two that come at once, the second sees the first.
    Student.objects.select_for_update(no_key=True).get(pk=values["student"].pk)
    wanted = RecurringSlot(**values)
    rows = RecurringSlot.objects.exclude(status=SlotStatus.CANCELLED)
    twin = rows.filter(**{name: getattr(wanted, name) for name in IDENTITY}).first()
    if twin is not None:
        text = _("This slot is there already: it is number %(id)s. Change that one.")
        raise Conflict(text % {"id": twin.pk}, "already_there")


class RecurringSlotDetail(SlotResource):
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
