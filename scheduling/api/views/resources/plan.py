"""``/api/plan``: a preview of a run."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.permissions import IsAdministrator
from scheduling.api.serializers.plan import PlanAnswer, PlanQuery
from scheduling.api.serializers.queries import read_query
from scheduling.api.views.base import ApiView
from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import WEEK
from scheduling.jobs.execution.runner import RunOptions, preview
from scheduling.jobs.runs.request import RunRequest as JobRequest
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.models import Job, Trigger
from scheduling.selectors.studio import studio_today

MAX_ITEMS = 1_000
MAX_WEEKS = 104


class PlanCollector(NullObserver):
    """Collects the first results of a preview: noteworthy ones and new classes."""

    def __init__(self) -> None:
        self.noteworthy: list[ResultLine] = []
        self.created: list[ResultLine] = []
        self.count = 0

    def lines(self, result: RunResult, lines: list[ResultLine]) -> None:
        self.count += len(lines)
        for line in lines:
            kept = self.created if line.outcome is Outcome.CREATED else self.noteworthy
            if len(kept) < MAX_ITEMS:
                kept.append(line)

    def items(self) -> list[ResultLine]:
        """Return the results, noteworthy ones first, so that truncation spares them."""
        return (self.noteworthy + self.created)[:MAX_ITEMS]


class Plan(ApiView):
    """The plan of a window, as a run would apply it."""

    permission_classes = (IsAdministrator,)

    @extend_schema(parameters=[PlanQuery], responses=PlanAnswer)
    def get(self, request: Request) -> Response:
        """The plan of a window, not applied. Administrators only; at most 1,000 items."""
        query = read_query(PlanQuery, request)
        collector = PlanCollector()
        result = preview(_run_request(query), RunOptions(clock=timezone.now, observer=collector))
        assert result.window is not None
        serializer = PlanAnswer(
            {
                "window_start": result.window.start,
                "window_end": result.window.last,
                "counts": result.counts_by_name(),
                "items": [item(line) for line in collector.items()],
                "truncated": collector.count > MAX_ITEMS,
            }
        )
        return Response(serializer.data)


def _run_request(query: dict[str, Any]) -> JobRequest:
    first, last = query.get("from"), query.get("to")
    today = query.get("date") or first or studio_today()
    weeks = query.get("weeks") or settings.HORIZON_WEEKS
    if last is not None and "weeks" not in query:
        weeks = min(MAX_WEEKS, max(1, (last - today).days // 7 + 1))  # as far as ``to``
    start, end = first or today, last or today + weeks * WEEK
    return JobRequest(
        job=Job(query["job"]),
        today=today,
        dated="date" in query or first is not None,
        weeks=weeks,
        student_ids=tuple(query.get("student", ())),
        teacher_ids=tuple(query.get("teacher", ())),
        days=((start, max(start, end)),) if first or last else (),
        trigger=Trigger.API,
    )


def item(line: ResultLine) -> dict[str, Any]:
    """Return a result with its reason in the caller's language."""
    return {
        "outcome": line.outcome.value,
        "student": line.student_id,
        "student_name": line.student,
        "teacher": line.teacher_id,
        "teacher_name": line.teacher,
        "room": line.room_id,
        "room_name": line.room,
        "class_id": line.class_id,
        "date": line.day,
        "start_time": line.start_time,
        "end_time": line.end_time,
        "time_zone": line.zone,
        "occurrences": line.occurrences,
        "reason": line.reason,
    }
