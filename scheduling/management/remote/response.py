"""What a deployment's API answered, read with care: it may be another version, or no API at all."""

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
    WITH_FAULTS,
    CommandResult,
)
from scheduling.models import Job, RunState


@dataclass(frozen=True, slots=True)
class RemoteResponse:
    """An answer's status and JSON; ``fault`` is what to say of it if it is one.

    Status 0: there is no answer.
    """

    status: int
    told: dict[str, Any]
    fault: str

    @property
    def passes(self) -> bool:
        """Whether another attempt in a while may fare better."""
        return not self.status or retry_policy().is_retry("POST", self.status)

    def notes(self) -> list[str]:
        """A line for each student with nothing new, and why."""
        rows = self.told.get("results")
        return [
            f"○ {_text(row.get('studentName', ''))} · {_text(row.get('message', ''))}"
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and not row.get("classesCreated")
        ]

    def ended(self, job: Job) -> CommandResult:
        """How the job ended there, and the exit status for it."""
        told = self.told
        result = RunResult(job=job, run_id=_number(told.get("runId")), window=_window(told))
        created = told.get("totalClassesCreated", told.get("lessonsGenerated"))
        result.counts = Counter({Outcome.CREATED: _number(created) or 0})
        result.reported = {
            "students": _number(told.get("studentsProcessed")) or 0,
            "teachers": _number(told.get("teachersProcessed")) or 0,
        }
        if self.status == 409 or (self.status == 202 and told.get("status") == "already_running"):
            result.state, result.error = RunState.RUNNING, _("another run of this job is active")
            return CommandResult(result, ALREADY_RUNNING)
        errors = _texts(told.get("errors"))
        if self.status == 500 and result.run_id is not None:
            # The run came to its end, with series that it could not deal with.
            result.state = RunState.PARTIAL
            result.faults = [_fault(text) for text in errors]
            result.error = "" if errors else self.fault
            return CommandResult(result, WITH_FAULTS)
        if self.status != 200 or told.get("success") is not True:
            result.state, result.error = RunState.FAILED, self.fault
            return CommandResult(result, FAILED)
        result.state = RunState.SUCCEEDED
        if errors:
            result.state, result.faults = RunState.PARTIAL, [_fault(text) for text in errors]
            return CommandResult(result, WITH_FAULTS)
        return CommandResult(result, DONE)


def read(reply: Reply) -> RemoteResponse:
    """``reply`` as an answer of the API, or as the fault that it is."""
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        told = None
    is_ours = isinstance(told, dict)
    if not is_ours:
        told = {}
    said = _text(told.get("message") or "; ".join(_texts(told.get("errors"))))
    if 300 <= reply.status < 400 and reply.location:
        said = _("moved to %(url)s; name that address") % {"url": _text(reply.location)}
    elif reply.status == 200 and not is_ours:
        said = _("the answer is not JSON of this API")
    text = _("HTTP %(status)d: %(text)s")
    fault = text % {"status": reply.status, "text": said or _("no explanation")}
    return RemoteResponse(reply.status, told, fault)


def _text(value: object) -> str:
    """JSON may escape halves of characters, which no output takes."""
    return str(value).encode("utf-8", "replace").decode()


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [_text(one) for one in value]
    return [_text(value)] if value else []


def _fault(text: str) -> ResultLine:
    return ResultLine(outcome=Outcome.ERROR, code="error", params={"error": text})


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _window(told: dict[str, Any]) -> Window | None:
    try:
        first, last = (date.fromisoformat(told[name]) for name in ("weekStart", "weekEnd"))
        if not FIRST_DATE <= first <= last <= LAST_DATE:
            return None
        return Window(first, last + DAY)
    except (KeyError, TypeError, ValueError):
        return None
