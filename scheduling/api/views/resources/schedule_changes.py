"""``…/change``, ``…/pause``, ``…/resume``, ``…/end``: schedule changes with a preview."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.notices import notified_data
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
from scheduling.jobs.notifications.notices import notices_about
from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.selectors.studio import studio_today
from scheduling.services.notices import author_of, is_wanted
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
from .plan import MAX_ITEMS, item


class StaffChangePermission(StaffModelPermissions):
    """Active staff with the permission to change rows of the model."""

    perms_map = StaffModelPermissions.perms_map | {"POST": ["%(app_label)s.change_%(model_name)s"]}


class ChangeView(ApiView, GenericAPIView):
    """A schedule change of one row.

    ``names`` maps fields of validation errors to fields of the body.
    """

    permission_classes = (StaffChangePermission,)
    serializer_class = ActAnswer
    refuses = {"post": (409,)}
    body: ClassVar[type[serializers.Serializer]]
    names: ClassVar[dict[str, str]] = {"day": "from", "weekday": "day_of_week"}

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        """Return the change of ``row`` that the body describes."""
        raise NotImplementedError

    def check_related_permissions(self, request: Request) -> None:
        """Raise PermissionDenied if the caller lacks a permission on another model."""

    def refusal(self, error: ValidationError) -> APIException:
        """Return the answer to a change that is not possible."""
        return field_errors(error, self.names)

    def preview_or_apply(self, request: Request, pk: int | None = None) -> Response:
        """Preview or apply the change and return its plan."""
        self.check_related_permissions(request)
        row = None if pk is None else get_object_or_404(self.get_queryset(), pk=pk)
        body = read(self.body, request)
        dry_run, plan = body.pop("dry_run"), body.pop("plan", None)
        context = change_context(request, body.pop("notify", None))
        try:
            change = self.get_change(row, body)
            change_plan = preview(change, context) if dry_run else apply(change, context, plan)
        except ValidationError as error:
            raise self.refusal(error) from error
        return Response(ActAnswer(plan_response(change_plan, dry_run, context)).data)


def field_errors(error: ValidationError, names: dict[str, str]) -> serializers.ValidationError:
    """Convert a model's validation error, renaming its fields by ``names``."""
    messages = getattr(error, "message_dict", None)
    if messages is None:
        return serializers.ValidationError({"non_field_errors": error.messages})
    return serializers.ValidationError(
        {names.get(name, name): texts for name, texts in messages.items()}
    )


def change_context(request: Request, notify: bool | None) -> ChangeContext:
    """Return the context of a change by the caller."""
    return ChangeContext(
        studio_today(),
        timezone.now(),
        str(request.user),
        notify=is_wanted(notify),
        author_id=author_of(request.user),
    )


def notified_of(change_plan: ChangePlan, dry_run: bool, context: ChangeContext) -> dict[str, Any]:
    """Return ``notified`` for a response: who was notified, or would be."""
    if dry_run and context.notify:
        found = notices_about(change_plan.changes, context.now, context.author_id)
        return notified_data(found, context.notify)
    return notified_data(change_plan.notified, context.notify)


def plan_response(change_plan: ChangePlan, dry_run: bool, context: ChangeContext) -> dict[str, Any]:
    """Return a previewed or applied plan as data for ``ActAnswer``."""
    counts = {Outcome(outcome).value: n for outcome, n in sorted(change_plan.counts.items()) if n}
    return {
        "success": True,
        "message": change_plan.planned_summary if dry_run else change_plan.done_summary,
        "dry_run": dry_run,
        "plan": change_plan.fingerprint,
        "warnings": change_plan.warnings,
        "counts": counts,
        "items": [item(line) for line in change_plan.lines[:MAX_ITEMS]],
        "truncated": len(change_plan.lines) > MAX_ITEMS,
        "run_ids": change_plan.runs,
        "series": change_plan.series.id if change_plan.series else None,
        **notified_of(change_plan, dry_run, context),
    }


class SlotMixin:
    """For views of recurring slots."""

    kind = SeriesKind.RECURRING_SLOT
    queryset: QuerySet[Any] = RecurringSlot.objects.all()


class FixedScheduleMixin:
    """For views of fixed schedules."""

    kind = SeriesKind.FIXED_SCHEDULE
    queryset: QuerySet[Any] = FixedSchedule.objects.all()


class _Change(ChangeView):
    kind: ClassVar[SeriesKind]

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        key, day = SeriesKey(self.kind, row.pk), body.pop("from", None)
        return ChangeAllFuture(key, body) if day is None else ChangeFromDate(key, day, body)


class _Pause(ChangeView):
    kind: ClassVar[SeriesKind]
    body = PauseBody
    names = {"first": "from", "last": "to"}

    def check_related_permissions(self, request: Request) -> None:
        require(request, "add_closure")

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        key = SeriesKey(self.kind, row.pk)
        return PauseSeries(key, body["from"], body["to"], body.get("name", ""))


class _Resume(ChangeView):
    kind: ClassVar[SeriesKind]
    body = ResumeBody

    def check_related_permissions(self, request: Request) -> None:
        require(request, "delete_closure")

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        return ResumeSeries(SeriesKey(self.kind, row.pk), body["from"])


class _End(ChangeView):
    kind: ClassVar[SeriesKind]
    body = EndBody
    names = {"day": "on"}

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        key = SeriesKey(self.kind, row.pk)
        return EndSeries(key, body["on"], body["cancel_rest"], body["reason"])


class _EndPerson(ChangeView):
    body = EndBody
    names = {"day": "on"}

    def check_related_permissions(self, request: Request) -> None:
        require(request, "change_fixedschedule", "change_recurringslot")

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        return EndPerson(row, body["on"], body["cancel_rest"], body["reason"])


class ChangeSlot(SlotMixin, _Change):
    """Change a recurring slot from a date on, or all its future classes."""

    body = ChangeSlotBody

    @extend_schema(operation_id="changeRecurringSlot", request=ChangeSlotBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Change a recurring slot from a date on. The slot ends the day before, and a successor
        takes over its classes from that day on. Edited classes keep their values.
        """
        return self.preview_or_apply(request, pk)


class PauseSlot(SlotMixin, _Pause):
    """Pause a recurring slot."""

    @extend_schema(operation_id="pauseRecurringSlot", request=PauseBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Pause a recurring slot for some days. The student's other lessons are not affected."""
        return self.preview_or_apply(request, pk)


class ResumeSlot(SlotMixin, _Resume):
    """Resume a recurring slot."""

    @extend_schema(operation_id="resumeRecurringSlot", request=ResumeBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Resume a recurring slot before its pause ends. Its classes are restored."""
        return self.preview_or_apply(request, pk)


class EndSlot(SlotMixin, _End):
    """End a recurring slot."""

    @extend_schema(operation_id="endRecurringSlot", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End a recurring slot. Later classes that were edited are listed or cancelled."""
        return self.preview_or_apply(request, pk)


class ChangeFixedSchedule(FixedScheduleMixin, _Change):
    """Change a weekly lesson of a fixed schedule from a date on, or all its future classes."""

    body = ChangeMeetingBody

    @extend_schema(
        operation_id="changeFixedSchedule", request=ChangeMeetingBody, responses=ActAnswer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Change a weekly lesson of a fixed schedule from a date on. It ends the day before, and
        a successor takes over its classes from that day on.
        """
        return self.preview_or_apply(request, pk)


class PauseFixedSchedule(FixedScheduleMixin, _Pause):
    """Pause a weekly lesson of a fixed schedule."""

    @extend_schema(operation_id="pauseFixedSchedule", request=PauseBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Pause a weekly lesson of a fixed schedule. The student's others are not affected."""
        return self.preview_or_apply(request, pk)


class ResumeFixedSchedule(FixedScheduleMixin, _Resume):
    """Resume a weekly lesson of a fixed schedule."""

    @extend_schema(operation_id="resumeFixedSchedule", request=ResumeBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Resume a weekly lesson of a fixed schedule before its pause ends."""
        return self.preview_or_apply(request, pk)


class EndFixedSchedule(FixedScheduleMixin, _End):
    """End a weekly lesson of a fixed schedule."""

    @extend_schema(operation_id="endFixedSchedule", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End a weekly lesson of a fixed schedule."""
        return self.preview_or_apply(request, pk)


class EndStudent(_EndPerson):
    """End all schedules of a student."""

    queryset = Student.objects.all()

    @extend_schema(operation_id="endStudent", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End all schedules of a student and remove later classes. With ``cancelRest``, also
        cancel later one-offs and edited classes.
        """
        return self.preview_or_apply(request, pk)


class EndTeacher(_EndPerson):
    """End all schedules of a teacher."""

    queryset = Teacher.objects.all()

    @extend_schema(operation_id="endTeacher", request=EndBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """End all schedules of a teacher and remove later classes. With ``cancelRest``, also
        cancel later one-offs and edited classes.
        """
        return self.preview_or_apply(request, pk)


class ChangeTeacher(ChangeView):
    """Move a teacher to another time zone."""

    queryset = Teacher.objects.all()
    body = ChangeTeacherBody

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        return ChangeZone(row, body["time_zone"])

    @extend_schema(operation_id="changeTeacher", request=ChangeTeacherBody, responses=ActAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """Move a teacher to another time zone. Lessons keep their local time, so every future
        class moves. One-offs and edited classes stay and are listed.
        """
        return self.preview_or_apply(request, pk)
