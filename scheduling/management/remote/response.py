"""Responses of another deployment's API, which may be another version or not this API at all."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import DAY, FIRST_DATE, LAST_DATE, Window
from scheduling.jobs.notifications.http_post import Reply, retry_policy
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.management.cli.run_command import (
    ALREADY_RUNNING,
    DONE,
    FAILED,
    WITH_ERRORS,
    CommandResult,
)
from scheduling.models import Job, RunState


@dataclass(frozen=True, slots=True)
class RemoteResponse:
    """The status and JSON of a response; ``error`` is the message if it is an error.

    Status 0 means that there is no response.
    """

    status: int
    body: dict[str, Any]
    error: str

    @property
    def is_transient(self) -> bool:
        """Whether another attempt may succeed."""
        return not self.status or retry_policy().is_retry("POST", self.status)

    def notes(self) -> list[str]:
        """Return a line for each student without new classes, with the reason."""
        rows = self.body.get("results")
        return [
            f"○ {_text(row.get('studentName', ''))} · {_text(row.get('message', ''))}"
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and not row.get("classesCreated")
        ]

    def command_result(self, job: Job) -> CommandResult:
        """Return the result of the job and its exit status."""
        body = self.body
        result = RunResult(job=job, run_id=_number(body.get("runId")), window=_window(body))
        created = body.get("totalClassesCreated", body.get("lessonsGenerated"))
        result.counts = Counter({Outcome.CREATED: _number(created) or 0})
        result.reported = {
            "students": _number(body.get("studentsProcessed")) or 0,
            "teachers": _number(body.get("teachersProcessed")) or 0,
        }
        if self.status == 409 or (self.status == 202 and body.get("status") == "already_running"):
            result.state, result.error = RunState.RUNNING, _("another run of this job is active")
            return CommandResult(result, ALREADY_RUNNING)
        errors = _texts(body.get("errors"))
        if self.status == 500 and result.run_id is not None:
            # The run finished but could not process every series.
            result.state = RunState.PARTIAL
            result.faults = [_error_line(text) for text in errors]
            result.error = "" if errors else self.error
            return CommandResult(result, WITH_ERRORS)
        if self.status != 200 or body.get("success") is not True:
            result.state, result.error = RunState.FAILED, self.error
            return CommandResult(result, FAILED)
        result.state = RunState.SUCCEEDED
        if errors:
            result.state, result.faults = RunState.PARTIAL, [_error_line(text) for text in errors]
            return CommandResult(result, WITH_ERRORS)
        return CommandResult(result, DONE)


def read(reply: Reply) -> RemoteResponse:
    """Parse ``reply``. A body that is not a JSON object becomes an error message."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        body = None
    is_object = isinstance(body, dict)
    if not is_object:
        body = {}
    explanation = _text(body.get("message") or "; ".join(_texts(body.get("errors"))))
    if 300 <= reply.status < 400 and reply.location:
        explanation = _("moved to %(url)s; use that URL") % {"url": _text(reply.location)}
    elif reply.status == 200 and not is_object:
        explanation = _("the response is not JSON of this API")
    text = _("HTTP %(status)d: %(text)s")
    error = text % {"status": reply.status, "text": explanation or _("no explanation")}
    return RemoteResponse(reply.status, body, error)


def _text(value: object) -> str:
    """Convert to a string without lone surrogates, which JSON allows and output streams don't."""
    return str(value).encode("utf-8", "replace").decode()


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return [_text(value)] if value else []


def _error_line(text: str) -> ResultLine:
    return ResultLine(outcome=Outcome.ERROR, code="error", params={"error": text})


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _window(body: dict[str, Any]) -> Window | None:
    try:
        first, last = (date.fromisoformat(body[name]) for name in ("weekStart", "weekEnd"))
        if not FIRST_DATE <= first <= last <= LAST_DATE:
            return None
        return Window(first, last + DAY)
    except (KeyError, TypeError, ValueError):
        return None
