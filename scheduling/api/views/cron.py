"""``/api/cron/…``: the endpoints for an external cron service."""

import logging
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.authentication import CronSecretAuthentication
from scheduling.api.permissions import IsCron
from scheduling.api.serializers.responses import (
    AlreadyRunning,
    Delivered,
    DeliveredWithErrors,
    TickResponse,
    TickWithErrors,
)
from scheduling.api.serializers.run_json import run_errors, stamp
from scheduling.domain.outcomes import Outcome
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.monitoring.health import health
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.workers.tick import run_due_jobs
from scheduling.models import Job

from .base import ApiView
from .run_requests import run_request

logger = logging.getLogger(__name__)

delivery_schema = extend_schema(
    summary="Run the lesson horizon and prune old logs",
    tags=["Cron"],
    request=None,
    responses={200: Delivered, 202: AlreadyRunning, 500: DeliveredWithErrors},
)
tick_schema = extend_schema(
    summary="Run all due jobs",
    tags=["Cron"],
    request=None,
    responses={200: TickResponse, 202: TickResponse, 500: TickWithErrors},
)


class CronEndpoint(ApiView):
    """An endpoint for the cron secret only, by GET or POST. Its responses are not cached."""

    authentication_classes = (CronSecretAuthentication,)
    permission_classes = (IsCron,)
    # Without HEAD, which Django answers like GET: a monitor's probe must not generate lessons.
    http_method_names = ("get", "post")

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final


class RunDueJobs(CronEndpoint):
    """Run every job that is due and has not run yet. Call it as often as the host allows."""

    @extend_schema(operation_id="tickByGet")
    @tick_schema
    def get(self, request: Request) -> Response:
        return self._tick(request)

    @extend_schema(operation_id="tickByPost")
    @tick_schema
    def post(self, request: Request) -> Response:
        return self._tick(request)

    def _tick(self, request: Request) -> Response:
        tick = run_due_jobs(lambda job: run_request(request, job), timezone.now)
        body: dict[str, Any] = {
            "success": not tick.failed,
            "timestamp": stamp(timezone.now()),
            "ran": [
                {
                    "job": result.job,
                    "state": result.state,
                    "run_id": result.run_id,
                    "classes_created": result.classes_created,
                }
                for result in tick.ran
            ],
            "active": tick.active,
            "not_due": tick.not_due,
            "errors": tick.errors,
        }
        if tick.failed:
            body |= {"error": "run_errors", "message": tick.errors[0]}
            return Response(body, status.HTTP_500_INTERNAL_SERVER_ERROR)
        only_active = tick.active and not tick.ran
        return Response(body, status.HTTP_202_ACCEPTED if only_active else status.HTTP_200_OK)


class GenerateLessons(CronEndpoint):
    """Run the lesson horizon and prune old logs. Safe to call twice, by GET or POST."""

    @extend_schema(operation_id="deliverByGet")
    @delivery_schema
    def get(self, request: Request) -> Response:
        return self._deliver(request)

    @extend_schema(operation_id="deliverByPost")
    @delivery_schema
    def post(self, request: Request) -> Response:
        return self._deliver(request)

    def _deliver(self, request: Request) -> Response:
        run_options = RunOptions(clock=timezone.now)
        try:
            result = run(run_request(request, Job.HORIZON), run_options)
        except AlreadyRunningError as error:
            body = _delivery(0, 0, error.run.pk, [], [])
            body["status"] = "already_running"
            return Response(body, status.HTTP_202_ACCEPTED)
        self._prune(request, run_options)
        failed = bool(result.counts[Outcome.ERROR] or result.error)
        now = timezone.now()
        issues = health(now, coverage(now)).issues
        body = _delivery(
            result.classes_created, len(result.teachers), result.run_id, result.errors(), issues
        )
        if failed:
            body |= run_errors(result)
        code = status.HTTP_500_INTERNAL_SERVER_ERROR if failed else status.HTTP_200_OK
        return Response(body, code)

    def _prune(self, request: Request, run_options: RunOptions) -> None:
        try:
            run(run_request(request, Job.PRUNE), run_options)
        except AlreadyRunningError:
            pass
        except Exception:
            # The lessons are generated: a failure to prune must not hide that.
            logger.exception("old job logs could not be pruned")


def _delivery(
    lessons: int, teachers: int, run_id: int | None, errors: list[str], issues: list[str]
) -> dict[str, Any]:
    return {
        "success": True,
        "lessons_generated": lessons,
        "teachers_processed": teachers,
        "timestamp": stamp(timezone.now()),
        "run_id": run_id,
        "errors": errors,
        "health_issues": issues,
        "data": {"lessons_generated": lessons, "teachers_processed": teachers, "errors": errors},
    }
