"""``/api/admin/background-jobs/…``: history, health, single runs, and manual generation."""

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.authentication import ApiTokenAuthentication, CookieAuthentication
from scheduling.api.exceptions import Conflict, Gone
from scheduling.api.pagination import KeysetPagination
from scheduling.api.permissions import IsAdministrator
from scheduling.api.serializers.fields import BooleanField, IntegerField, QueryIntegerField
from scheduling.api.serializers.jobs import (
    CancelledRun,
    JobHistory,
    QueuedRun,
    RunDetail,
    UndoneRun,
)
from scheduling.api.serializers.queries import ListQuery, QuerySerializer, read_query
from scheduling.api.serializers.responses import GeneratedLessons, LessonsWithErrors
from scheduling.api.serializers.run_json import (
    history_entries,
    item_entry,
    run_entry,
    run_errors,
    stamp,
    undo_entry,
)
from scheduling.api.serializers.strict import StrictSerializer, read
from scheduling.jobs.execution.cancel import cancel_run
from scheduling.jobs.execution.runner import RunOptions, preview, run
from scheduling.jobs.execution.undo import RunPrunedError, find_run, preview_undo, undo
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.monitoring.health import health
from scheduling.jobs.schedule.registry import GENERATING
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.models import Job, JobRun
from scheduling.selectors.runs import totals

from .base import ApiView
from .class_tracking import status_of
from .run_requests import run_request

TAGS = ["Background jobs"]
RUN_ID = OpenApiParameter("run_id", {"type": "integer", "minimum": 1}, "path")


class HistoryQuery(QuerySerializer):
    """``limit``: the number of runs, newest first. ``job``: only runs of this job."""

    limit = QueryIntegerField(required=False, default=20, min_value=1, max_value=500)
    job = serializers.ChoiceField(required=False, choices=Job.choices)


class GenerateBody(StrictSerializer):
    """``dryRun``: only return the plan. ``weeks``: the length of the horizon. ``background``:
    queue the run for a worker and respond immediately; not together with ``dryRun``.
    """

    dry_run = BooleanField(required=False, default=False)
    weeks = IntegerField(required=False, min_value=1, max_value=104)
    background = BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["background"] and attrs["dry_run"]:
            text = _("A dry run stores no run, so it can't go on in the background.")
            raise serializers.ValidationError({"background": [text]})
        return attrs


class AdministratorView(ApiView):
    """A view for administrators, by session cookie or API token."""

    authentication_classes = (ApiTokenAuthentication, CookieAuthentication)
    permission_classes = (IsAdministrator,)


class HistoryList(AdministratorView):
    """The newest runs, the health of studio and jobs, and a summary."""

    @extend_schema(
        operation_id="getJobHistory",
        summary="History and health",
        tags=TAGS,
        parameters=[HistoryQuery],
        responses=JobHistory,
    )
    def get(self, request: Request) -> Response:
        query = read_query(HistoryQuery, request)
        runs = JobRun.objects.order_by("-id")
        if "job" in query:
            runs = runs.filter(job=query["job"])
        now = timezone.now()
        callers = Callers(now)
        state = health(now, coverage(now, callers), callers=callers)
        return Response(
            {
                "success": True,
                "data": {
                    "job_history": history_entries(list(runs[: query["limit"]])),
                    "system_health": {
                        "is_healthy": state.is_healthy,
                        "issues": state.issues,
                        "suggestions": state.suggestions,
                        "indicators": state.indicators,
                    },
                    "summary": _summary(callers, len(state.issues)),
                },
            }
        )


class GenerateLessonsNow(AdministratorView):
    """Generate the lessons of the horizon now or in the background, or preview them."""

    refuses = {"post": (409,)}

    @extend_schema(
        operation_id="generateLessons",
        summary="Generate lessons now",
        tags=TAGS,
        request=GenerateBody,
        responses={200: GeneratedLessons, 202: QueuedRun, 500: LessonsWithErrors},
    )
    def post(self, request: Request) -> Response:
        body = read(GenerateBody, request)
        job_request = run_request(request, Job.HORIZON, weeks=body.get("weeks"))
        if body["background"]:
            return self._queued(request, enqueue_run(job_request))
        execute = preview if body["dry_run"] else run
        result = execute(job_request, RunOptions(clock=timezone.now))
        code = status_of(result)
        created = result.classes_created
        numbers = {"lessons_generated": created, "teachers_processed": len(result.teachers)}
        message = ngettext("%(n)d lesson generated", "%(n)d lessons generated", created)
        content = {
            "success": True,
            "message": message % {"n": created},
            **numbers,
            "run_id": result.run_id,
            "data": numbers | {"errors": result.errors(), "counts": result.counts_by_name()},
        }
        if code != status.HTTP_200_OK:
            content |= run_errors(result)
        return Response(content, code)

    def _queued(self, request: Request, run: JobRun) -> Response:
        url = request.build_absolute_uri(reverse("job-run", args=[run.pk]))
        return Response(
            {
                "success": True,
                "message": _("Run %(id)s goes on in the background.") % {"id": run.pk},
                "status": "queued",
                "run_id": run.pk,
                "url": url,
            },
            status.HTTP_202_ACCEPTED,
            headers={"Location": url},
        )


class RunDetailView(AdministratorView):
    """A run: state, progress, counts, and a page of its noteworthy results."""

    orderings: ClassVar[dict[str, str]] = {"id": "id"}
    default_ordering = "id"

    @extend_schema(
        operation_id="getRun",
        summary="A run",
        tags=TAGS,
        parameters=[RUN_ID, ListQuery],
        responses=RunDetail,
    )
    def get(self, request: Request, run_id: int) -> Response:
        read_query(ListQuery, request)
        job_run = get_object_or_404(JobRun, pk=run_id)
        paginator = KeysetPagination()
        items = paginator.paginate_queryset(job_run.items.all(), request, view=self)
        page = paginator.get_paginated_response([item_entry(item) for item in items or []]).data
        return Response(run_entry(job_run) | {"items": page})


class CancelRun(AdministratorView):
    """Cancel an active run. It stops after its current chunk."""

    refuses = {"post": (409,)}

    @extend_schema(
        operation_id="cancelRun",
        summary="Cancel a run",
        tags=TAGS,
        parameters=[RUN_ID],
        request=None,
        responses=CancelledRun,
    )
    def post(self, request: Request, run_id: int) -> Response:
        job_run = get_object_or_404(JobRun, pk=run_id)
        if not cancel_run(job_run):
            raise Conflict(_("This run is over: there is nothing to cancel."), "not_active")
        job_run.refresh_from_db()
        # ``success`` is about the cancellation and replaces the run's own.
        outcome = {"success": True, "message": _("The run is cancelled.")}
        return Response(run_entry(job_run) | outcome)


def _summary(callers: Callers, issues: int) -> dict[str, Any]:
    numbers = totals()
    last = JobRun.objects.order_by("-id").first()
    next_runs = [due for job in GENERATING if (due := callers.next_run(job)) is not None]
    return {
        "total_jobs": numbers["total"],
        "recent_success": numbers["succeeded"],
        "last_run": stamp(last.started_at or last.created_at) if last else None,
        "next_run": stamp(min(next_runs)) if next_runs else None,
        "health_issues": issues,
    }


class UndoBody(StrictSerializer):
    """``dryRun``: only return which classes would be removed and kept."""

    dry_run = BooleanField(required=False, default=False)


class UndoRun(AdministratorView):
    """Undo a run: remove the classes that it created and that were not edited since.

    Classes that were edited by hand or have begun are kept and listed with the reason. The next
    run creates the removed ones again unless the schedules change. The response is 410 once the
    run's log is pruned, and 409 while a run of its job is active. A second undo is harmless.
    """

    refuses = {"post": (409, 410)}

    @extend_schema(
        operation_id="undoRun",
        summary="Undo a run",
        tags=TAGS,
        parameters=[RUN_ID],
        request=UndoBody,
        responses=UndoneRun,
    )
    def post(self, request: Request, run_id: int) -> Response:
        body = read(UndoBody, request)
        try:
            job_run = find_run(int(run_id))
            if body["dry_run"]:
                result = preview_undo(job_run, timezone.now())
            else:
                result = undo(job_run, by=str(request.user), clock=timezone.now)
        except JobRun.DoesNotExist:
            raise Http404 from None
        except RunPrunedError:
            text = _("The log of run %(id)d is pruned: it can't be undone any more.")
            raise Gone(text % {"id": int(run_id)}) from None
        return Response(undo_entry(result))
