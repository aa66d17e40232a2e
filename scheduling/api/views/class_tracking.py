"""``/api/class-tracking/…``: this week's classes, and all that are missing."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.authentication import CronSecretOrUserAuthentication
from scheduling.api.permissions import IsAdministratorOrCron
from scheduling.api.run_requests import run_request
from scheduling.api.serializers.examples import WEEKLY_BODY
from scheduling.api.serializers.fields import LARGEST_ID, BooleanField, IntegerField
from scheduling.api.serializers.responses import (
    GeneratedMissing,
    GeneratedWeek,
    MissingWithErrors,
    WeekStatus,
    WeekWithErrors,
)
from scheduling.api.serializers.run_json import history_entry, run_errors
from scheduling.api.serializers.strict import StrictSerializer, StudioDateField, read
from scheduling.api.student_results import StudentResultCollector, results
from scheduling.domain.outcomes import Outcome
from scheduling.jobs.calendar_check.week_status import week_status
from scheduling.jobs.execution.runner import RunOptions, preview, run
from scheduling.jobs.runs.request import RunRequest as JobRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.models import Job, Student
from scheduling.selectors.studio import studio_today

from .base import ApiView

TAGS = ["Class tracking"]


@extend_schema_serializer(examples=[WEEKLY_BODY])
class WeeklyBody(StrictSerializer):
    """``date``: as if today were that day. ``dryRun``: the plan, not applied."""

    date = StudioDateField(required=False)
    dry_run = BooleanField(required=False, default=False)


class MissingBody(StrictSerializer):
    """``studentId``: this student alone."""

    student_id = IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class GenerateWeeklyClasses(ApiView):
    """Generate the weekly classes, or ask how the week stands."""

    authentication_classes = (CronSecretOrUserAuthentication,)
    permission_classes = (IsAdministratorOrCron,)
    refuses = {"post": (409,)}

    @extend_schema(
        operation_id="getWeekStatus",
        summary="How this week stands",
        tags=TAGS,
        responses=WeekStatus,
    )
    def get(self, request: Request) -> Response:
        week = week_status(studio_today(), timezone.now)
        return Response(
            {
                "week_start": week.window.start,
                "week_end": week.window.last,
                "students_with_fixed_schedule": week.students,
                "existing_classes_this_week": week.existing,
                "expected_classes_this_week": week.expected,
                "missing_classes_this_week": week.missing,
                "status": week.status,
                "last_run": history_entry(week.last_run) if week.last_run else None,
            }
        )

    @extend_schema(
        operation_id="generateWeeklyClasses",
        summary="Generate the weekly classes",
        tags=TAGS,
        request=WeeklyBody,
        responses={200: GeneratedWeek, 500: WeekWithErrors},
    )
    def post(self, request: Request) -> Response:
        body = read(WeeklyBody, request)
        asked = run_request(request, Job.WEEKLY, today=body.get("date"))
        result, seen = execute(asked, dry_run=body["dry_run"])
        assert result.window is not None
        answer = _answer(result, seen, _weekly_message(result))
        window = {"week_start": result.window.start, "week_end": result.window.last}
        first = {"success": answer.pop("success"), "message": answer.pop("message")}
        return Response(first | window | answer, status_of(result))


class GenerateMissingClasses(ApiView):
    """Generate every class from each student's start date to today."""

    authentication_classes = (CronSecretOrUserAuthentication,)
    permission_classes = (IsAdministratorOrCron,)
    refuses = {"post": (409,)}

    @extend_schema(
        operation_id="generateMissingClasses",
        summary="Generate all missing classes",
        tags=TAGS,
        request=MissingBody,
        responses={200: GeneratedMissing, 500: MissingWithErrors},
    )
    def post(self, request: Request) -> Response:
        body = read(MissingBody, request)
        students = [body["student_id"]] if "student_id" in body else []
        if students and not Student.objects.filter(pk=students[0]).exists():
            raise serializers.ValidationError(
                {"student_id": [_("There is no student with this number.")]}
            )
        result, seen = execute(run_request(request, Job.MISSING, students=students))
        created = result.classes_created
        message = ngettext(
            "Missing classes generated: %(n)d class created",
            "Missing classes generated: %(n)d classes created",
            created,
        ) % {"n": created}
        return Response(_answer(result, seen, message), status_of(result))


def execute(asked: JobRequest, dry_run: bool = False) -> tuple[RunResult, StudentResultCollector]:
    """Run or preview ``asked`` and remember what concerns single students."""
    seen = StudentResultCollector()
    conduct = RunOptions(clock=timezone.now, watcher=seen)
    return (preview if dry_run else run)(asked, conduct), seen


def status_of(result: RunResult) -> int:
    """500 where a series could not be dealt with; invalid ones and conflicts are results."""
    if result.counts[Outcome.ERROR] or result.error:
        return status.HTTP_500_INTERNAL_SERVER_ERROR
    return status.HTTP_200_OK


def _weekly_message(result: RunResult) -> str:
    created = result.classes_created
    return ngettext(
        "Weekly generation completed: %(n)d class created",
        "Weekly generation completed: %(n)d classes created",
        created,
    ) % {"n": created}


def _answer(result: RunResult, seen: StudentResultCollector, message: str) -> dict[str, Any]:
    rows, truncated = results(result, seen)
    answer = {
        "success": True,
        "message": message,
        "total_classes_created": result.classes_created,
        "students_processed": len(result.students),
        "run_id": result.run_id,
        "results": rows,
    }
    # The contract's answer has no such key: where all went well, nor has ours.
    if errors := result.errors():
        answer["errors"] = errors
    if truncated:
        answer["results_truncated"] = True
    return answer if status_of(result) == status.HTTP_200_OK else answer | run_errors(result)
