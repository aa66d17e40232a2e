"""``…/change``, ``…/pause``, ``…/resume``, ``…/end``: what goes on, with its plan first."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.schedule_changes import (
    ActAnswer,
    ChangeMeetingBody,
    ChangeSlotBody,
    ChangeTeacherBody,
    EndBody,
    PauseBody,
    ResumeBody,
)
from scheduling.api.serializers.strict import read
from scheduling.api.views.base import ApiView
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.selectors.studio import studio_today
from scheduling.services.schedule_changes import (
    ChangeAllFuture,
    ChangeContext,
    ChangeFromDate,
    ChangePlan,
    ChangeZone,
    EndPerson,
    EndSeries,
    PauseSeries,
    ResumeSeries,
    ScheduleChange,
    apply,
    preview,
)

from .base import require
from .plan import MOST, item


class StaffMayChange(StaffModelPermissions):
    """Whoever may change a row of the model may act on it."""

    perms_map = StaffModelPermissions.perms_map | {"POST": ["%(app_label)s.change_%(model_name)s"]}


class ChangeView(ApiView, GenericAPIView):
    """An act upon one row. The names of its values are those of the body, in ``names``."""

    permission_classes = (StaffMayChange,)
    serializer_class = ActAnswer
    refuses = {"post": (409,)}
    body: ClassVar[type[serializers.Serializer]]
    names: ClassVar[dict[str, str]] = {"day": "from", "weekday": "day_of_week"}

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        """What is to be done."""
        raise NotImplementedError

    def may(self, request: Request) -> None:
        """Raise PermissionDenied where changing the row is not all that it takes."""

    def acted(self, request: Request, pk: int) -> Response:
        """Look, or do it."""
        self.may(request)
        row = get_object_or_404(self.get_queryset(), pk=pk)
        asked = read(self.body, request)
        dry_run, plan = asked.pop("dry_run"), asked.pop("plan", None)
        moment = ChangeContext(studio_today(), timezone.now(), str(request.user))
        try:
            act = self.act(row, asked)
            change_plan = preview(act, moment) if dry_run else apply(act, moment, plan)
        except ValidationError as error:
            raise named(error, self.names) from error
        return Response(ActAnswer(plan_response(change_plan, dry_run)).data)


def named(error: ValidationError, names: dict[str, str]) -> serializers.ValidationError:
    """What an act refused, by the ``names`` that its values have in the body."""
    found = getattr(error, "message_dict", None)
    if found is None:
        return serializers.ValidationError({"non_field_errors": error.messages})
    return serializers.ValidationError(
        {names.get(name, name): texts for name, texts in found.items()}
    )


def plan_response(change_plan: ChangePlan, dry_run: bool) -> dict[str, Any]:
    """A plan, or what was done, as ``ActAnswer`` has it."""
    counts = {Outcome(outcome).value: n for outcome, n in sorted(change_plan.counts.items()) if n}
    return {
        "success": True,
        "message": change_plan.planned_summary if dry_run else change_plan.done_summary,
        "dry_run": dry_run,
        "plan": change_plan.fingerprint,
        "warnings": change_plan.warnings,
        "counts": counts,
        "items": [item(line) for line in change_plan.lines[:MOST]],
        "truncated": len(change_plan.lines) > MOST,
        "run_ids": change_plan.runs,
        "series": change_plan.series.id if change_plan.series else None,
    }


class SlotMixin:
    """Of a recurring slot."""

    kind = SeriesKind.RECURRING_SLOT
    queryset: QuerySet[Any] = RecurringSlot.objects.all()


class FixedScheduleMixin:
    """Of a meeting of a fixed schedule."""

    kind = SeriesKind.FIXED_SCHEDULE
    queryset: QuerySet[Any] = FixedSchedule.objects.all()


class _Change(ChangeView):
    kind: ClassVar[SeriesKind]

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        key, day = SeriesKey(self.kind, row.pk), asked.pop("from", None)
        return ChangeAllFuture(key, asked) if day is None else ChangeFromDate(key, day, asked)


class _Pause(ChangeView):
    kind: ClassVar[SeriesKind]
    body = PauseBody
    names = {"first": "from", "last": "to"}

    def may(self, request: Request) -> None:
        require(request, "add_closure")

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        key = SeriesKey(self.kind, row.pk)
        return PauseSeries(key, asked["from"], asked["to"], asked.get("name", ""))


class _Resume(ChangeView):
    kind: ClassVar[SeriesKind]
    body = ResumeBody

    def may(self, request: Request) -> None:
        require(request, "delete_closure")

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        return ResumeSeries(SeriesKey(self.kind, row.pk), asked["from"])


class _End(ChangeView):
    kind: ClassVar[SeriesKind]
    body = EndBody
    names = {"day": "on"}

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        key = SeriesKey(self.kind, row.pk)
        return EndSeries(key, asked["on"], asked["cancel_rest"], asked["reason"])


class _EndPerson(ChangeView):
    body = EndBody
    names = {"day": "on"}

    def may(self, request: Request) -> None:
        require(request, "change_fixedschedule", "change_recurringslot")

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        return EndPerson(row, asked["on"], asked["cancel_rest"], asked["reason"])


class ChangeSlot(SlotMixin, _Change):
    """A recurring slot from a date on, or in all that is to come."""

    body = ChangeSlotBody

    @extend_schema(operation_id="changeRecurringSlot", request=ChangeSlotBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Change a recurring slot from a date on. The slot ends the day before and a successor
        takes over, with all classes from that day on: those that a person acted on as they are.
        """
        return self.acted(request, pk)


class PauseSlot(SlotMixin, _Pause):
    """A recurring slot that does not take place for some time."""

    @extend_schema(operation_id="pauseRecurringSlot", request=PauseBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Pause a recurring slot. The student's other lessons go on; it resumes by itself."""
        return self.acted(request, pk)


class ResumeSlot(SlotMixin, _Resume):
    """A recurring slot that takes place again."""

    @extend_schema(operation_id="resumeRecurringSlot", request=ResumeBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Resume a recurring slot before its pause is over; its classes come back."""
        return self.acted(request, pk)


class EndSlot(SlotMixin, _End):
    """A recurring slot with a last day."""

    @extend_schema(operation_id="endRecurringSlot", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End a recurring slot. Classes after it that a person changed are named or cancelled."""
        return self.acted(request, pk)


class ChangeFixedSchedule(FixedScheduleMixin, _Change):
    """A meeting of a fixed schedule from a date on, or in all that is to come."""

    body = ChangeMeetingBody

    @extend_schema(
        operation_id="changeFixedSchedule", request=ChangeMeetingBody, responses=ActAnswer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Change a meeting of a fixed schedule from a date on. It ends the day before and a
        successor takes over, with all classes from that day on.
        """
        return self.acted(request, pk)


class PauseFixedSchedule(FixedScheduleMixin, _Pause):
    """A meeting that does not take place for some time."""

    @extend_schema(operation_id="pauseFixedSchedule", request=PauseBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Pause a meeting of a fixed schedule. The student's others go on."""
        return self.acted(request, pk)


class ResumeFixedSchedule(FixedScheduleMixin, _Resume):
    """A meeting that takes place again."""

    @extend_schema(operation_id="resumeFixedSchedule", request=ResumeBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Resume a meeting of a fixed schedule before its pause is over."""
        return self.acted(request, pk)


class EndFixedSchedule(FixedScheduleMixin, _End):
    """A meeting with a last day."""

    @extend_schema(operation_id="endFixedSchedule", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End a meeting of a fixed schedule."""
        return self.acted(request, pk)


class EndStudent(_EndPerson):
    """A student leaves."""

    queryset = Student.objects.all()

    @extend_schema(operation_id="endStudent", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End a student with all that is theirs: schedules, lessons to come, and with
        ``cancelRest`` what a person entered or changed, so that nothing keeps its hour.
        """
        return self.acted(request, pk)


class EndTeacher(_EndPerson):
    """A teacher leaves."""

    queryset = Teacher.objects.all()

    @extend_schema(operation_id="endTeacher", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End a teacher with all that is theirs, as a student is ended."""
        return self.acted(request, pk)


class ChangeTeacher(ChangeView):
    """A teacher in another time zone."""

    queryset = Teacher.objects.all()
    body = ChangeTeacherBody

    def act(self, row: Any, asked: dict[str, Any]) -> ScheduleChange:
        return ChangeZone(row, asked["time_zone"])

    @extend_schema(operation_id="changeTeacher", request=ChangeTeacherBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Move a teacher to another time zone. Lessons keep their local time, so that every class
        ahead moves; one-offs, and classes that a person changed, stay and are named.
        """
        return self.acted(request, pk)
