"""``/api/class-tracking/…``: generation of this week's classes and of all missing classes."""

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
from scheduling.domain.outcomes import Outcome
from scheduling.jobs.calendar_check.week_status import week_status
from scheduling.jobs.execution.runner import RunOptions, preview, run
from scheduling.jobs.runs.request import RunRequest as JobRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.models import Job, Student
from scheduling.selectors.studio import studio_today

from .base import ApiView
from .run_requests import run_request
from .student_results import StudentResultCollector, results

TAGS = ["Class tracking"]


@extend_schema_serializer(examples=[WEEKLY_BODY])
class WeeklyBody(StrictSerializer):
    """``date``: as if today were that day. ``dryRun``: only return the plan."""

    date = StudioDateField(required=False)
    dry_run = BooleanField(required=False, default=False)


class MissingBody(StrictSerializer):
    """``studentId``: only for this student."""

    student_id = IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class GenerateWeeklyClasses(ApiView):
    """Generate the weekly classes, or return the status of the week."""

    authentication_classes = (CronSecretOrUserAuthentication,)
    permission_classes = (IsAdministratorOrCron,)
    refuses = {"post": (409,)}

    @extend_schema(
        operation_id="getWeekStatus",
        summary="The status of this week",
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
        weekly = run_request(request, Job.WEEKLY, today=body.get("date"))
        result, collector = execute(weekly, dry_run=body["dry_run"])
        assert result.window is not None
        content = _response_body(result, collector, _weekly_message(result))
        window = {"week_start": result.window.start, "week_end": result.window.last}
        first = {"success": content.pop("success"), "message": content.pop("message")}
        return Response(first | window | content, status_of(result))


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
                {"student_id": [_("There is no student with this ID.")]}
            )
        result, collector = execute(run_request(request, Job.MISSING, students=students))
        created = result.classes_created
        message = ngettext(
            "Missing classes generated: %(n)d class created",
            "Missing classes generated: %(n)d classes created",
            created,
        ) % {"n": created}
        return Response(_response_body(result, collector, message), status_of(result))


def execute(
    job_request: JobRequest, dry_run: bool = False
) -> tuple[RunResult, StudentResultCollector]:
    """Run or preview ``job_request``; return its result, also by student."""
    collector = StudentResultCollector()
    run_options = RunOptions(clock=timezone.now, observer=collector)
    return (preview if dry_run else run)(job_request, run_options), collector


def status_of(result: RunResult) -> int:
    """Return 500 if there was an error. Conflicts and invalid series are results, not errors."""
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


def _response_body(
    result: RunResult, collector: StudentResultCollector, message: str
) -> dict[str, Any]:
    rows, truncated = results(result, collector)
    body = {
        "success": True,
        "message": message,
        "total_classes_created": result.classes_created,
        "students_processed": len(result.students),
        "run_id": result.run_id,
        "results": rows,
    }
    # The contract's response has neither key, so they appear only if needed.
    if errors := result.errors():
        body["errors"] = errors
    if truncated:
        body["results_truncated"] = True
    return body if status_of(result) == status.HTTP_200_OK else body | run_errors(result)
