"""``/api/admin/background-jobs/…``: history, health, runs, and generating by hand."""

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
from scheduling.api.run_requests import run_request
from scheduling.api.serializers.fields import BooleanField, IntegerField, QueryIntegerField
from scheduling.api.serializers.jobs import (
    CancelledRun,
    JobHistory,
    QueuedRun,
    RunDetail,
    UndoneRun,
)
from scheduling.api.serializers.queries import ListQuery, Query, read_query
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

TAGS = ["Background jobs"]
RUN_ID = OpenApiParameter("run_id", {"type": "integer", "minimum": 1}, "path")


class HistoryQuery(Query):
    """``limit``: how many runs, the newest first. ``job``: of this one alone."""

    limit = QueryIntegerField(required=False, default=20, min_value=1, max_value=500)
    job = serializers.ChoiceField(required=False, choices=Job.choices)


class GenerateBody(StrictSerializer):
    """``dryRun``: the plan, not applied. ``weeks``: length of the horizon. ``background``: answer
    at once, a worker does it; not together with ``dryRun``, which leaves nothing to come back to.
    """

    dry_run = BooleanField(required=False, default=False)
    weeks = IntegerField(required=False, min_value=1, max_value=104)
    background = BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["background"] and attrs["dry_run"]:
            text = _("A dry run leaves no run behind: it can't go on in the background.")
            raise serializers.ValidationError({"background": [text]})
        return attrs


class AdministratorView(ApiView):
    """For administrators, by cookie or API token."""

    authentication_classes = (ApiTokenAuthentication, CookieAuthentication)
    permission_classes = (IsAdministrator,)


class HistoryList(AdministratorView):
    """The last runs, the health of studio and jobs, and a summary."""

    @extend_schema(
        operation_id="getJobHistory",
        summary="History and health",
        tags=TAGS,
        parameters=[HistoryQuery],
        responses=JobHistory,
    )
    def get(self, request: Request) -> Response:
        asked = read_query(HistoryQuery, request)
        runs = JobRun.objects.order_by("-id")
        if "job" in asked:
            runs = runs.filter(job=asked["job"])
        now = timezone.now()
        callers = Callers(now)
        state = health(now, coverage(now, callers), callers=callers)
        return Response(
            {
                "success": True,
                "data": {
                    "job_history": history_entries(list(runs[: asked["limit"]])),
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
    """Generate the lessons of the horizon now or in the background, or preview it."""

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
        asked = run_request(request, Job.HORIZON, weeks=body.get("weeks"))
        if body["background"]:
            return self._queued(request, enqueue_run(asked))
        execute = preview if body["dry_run"] else run
        result = execute(asked, RunOptions(clock=timezone.now))
        code = status_of(result)
        created = result.classes_created
        numbers = {"lessons_generated": created, "teachers_processed": len(result.teachers)}
        message = ngettext("%(n)d lesson generated", "%(n)d lessons generated", created)
        answer = {
            "success": True,
            "message": message % {"n": created},
            **numbers,
            "run_id": result.run_id,
            "data": numbers | {"errors": result.errors(), "counts": result.counts_by_name()},
        }
        return Response(answer if code == status.HTTP_200_OK else answer | run_errors(result), code)

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
    """A run: state, progress, counts, and its noteworthy results, a page at a time."""

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
        found = get_object_or_404(JobRun, pk=run_id)
        pages = KeysetPagination()
        items = pages.paginate_queryset(found.items.all(), request, view=self)
        rows = pages.get_paginated_response([item_entry(item) for item in items or []]).data
        return Response(run_entry(found) | {"items": rows})


class CancelRun(AdministratorView):
    """Cancel a run that is active: it stops between two chunks."""

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
        found = get_object_or_404(JobRun, pk=run_id)
        if not cancel_run(found):
            raise Conflict(_("This run is over: there is nothing to cancel."), "not_active")
        found.refresh_from_db()
        # The answer's own success, not the run's: cancelling it worked.
        told = {"success": True, "message": _("The run is cancelled.")}
        return Response(run_entry(found) | told)


def _summary(callers: Callers, issues: int) -> dict[str, Any]:
    numbers = totals()
    last = JobRun.objects.order_by("-id").first()
    due = [when for job in GENERATING if (when := callers.next_run(job)) is not None]
    return {
        "total_jobs": numbers["total"],
        "recent_success": numbers["succeeded"],
        "last_run": stamp(last.started_at or last.created_at) if last else None,
        "next_run": stamp(min(due)) if due else None,
        "health_issues": issues,
    }


class UndoBody(StrictSerializer):
    """``dryRun``: what would go and what stays; nothing is written."""

    dry_run = BooleanField(required=False, default=False)


class UndoRun(AdministratorView):
    """Undo a run: remove the classes that it created and that nobody touched since.

    A class that a person touched, or that has begun, stays, and is named with the reason. The next
    run makes the others again unless the schedules change. 410 once the run's log is pruned, 409
    while a run of its job is active. Twice is harmless.
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
            found = find_run(int(run_id))
            if body["dry_run"]:
                result = preview_undo(found, timezone.now())
            else:
                result = undo(found, by=str(request.user), clock=timezone.now)
        except JobRun.DoesNotExist:
            raise Http404 from None
        except RunPrunedError:
            text = _("The log of run %(id)d is pruned: it can't be undone any more.")
            raise Gone(text % {"id": int(run_id)}) from None
        return Response(undo_entry(result))
