"""``--endpoint``: runs a job through the API of another deployment and reports its answer."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from datetime import date
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import urlsplit, urlunsplit

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.domain.windows import DAY, Window
from scheduling.jobs.lines import Line
from scheduling.jobs.patience import Patience
from scheduling.jobs.result import Result
from scheduling.models import Job, RunState

from .attempts import ALREADY_RUNNING, DONE, FAILED, WITH_FAULTS, Ended
from .signals import StopSignals
from .terminal import Terminal

PATHS = {
    Job.WEEKLY: "/api/class-tracking/generate-weekly-classes",
    Job.HORIZON: "/api/cron/generate-lessons",
    Job.MISSING: "/api/class-tracking/generate-missing-classes",
}
DEFAULT_TIMEOUT = 30.0
# An answer larger than this is not one of ours.
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a deployment: which job, where, with what body."""

    job: Job
    url: str
    body: dict[str, Any]


def calls(endpoint: str, options: dict[str, Any]) -> list[Call]:
    """What has to be called for these options.

    The full URL of an endpoint runs that job, a base URL follows ``--only``. Raises CommandError
    (usage) for a URL that is none and for options that the API can't carry.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise _usage(_("--endpoint: “%(url)s” is not an http(s) URL without a query."), endpoint)
    path = parts.path.rstrip("/")
    named = next((job for job, own in PATHS.items() if path.endswith(own)), None)
    only = Job(options["only"]) if options["only"] else None
    if named is not None:
        if only is not None and only != named:
            raise _usage(
                _("--only %(job)s does not go with the endpoint “%(url)s”."), endpoint, only
            )
        path = path[: -len(PATHS[named])]
    elif "/api/" in f"{path}/" and not path.endswith("/api"):
        raise _usage(_("--endpoint: “%(url)s” is no endpoint that generates classes."), endpoint)
    base = path.removesuffix("/api")
    jobs = [named or only] if named or only else [Job.WEEKLY, Job.HORIZON]
    return [
        Call(
            job,
            urlunsplit((parts.scheme, parts.netloc, base + PATHS[job], "", "")),
            _body(job, options),
        )
        for job in jobs
        if job is not None
    ]


def _usage(text: str, url: str, job: str = "") -> CommandError:
    return CommandError(text % {"url": url, "job": job}, returncode=2)


def _body(job: Job, options: dict[str, Any]) -> dict[str, Any]:
    carried: dict[str, Any] = {}
    asked = {
        name: options[name] for name in ("date", "weeks", "student", "teacher", "shards", "dry_run")
    }
    if job == Job.WEEKLY:
        if day := asked.pop("date"):
            carried["date"] = str(day)
        if asked.pop("dry_run"):
            carried["dryRun"] = True
    if job == Job.MISSING and len(asked["student"] or ()) == 1:
        carried["studentId"] = asked.pop("student")[0]
    for name, value in asked.items():
        if value:
            raise CommandError(
                _("--%(option)s can't be carried by the API to the job %(job)s.")
                % {"option": name.replace("_", "-"), "job": job.value},
                returncode=2,
            )
    return carried


def call(
    one: Call, secret: str, terminal: Terminal, stop: StopSignals, patience: Patience
) -> Ended:
    """Call a deployment; again on connection faults, 5xx and 429."""
    number = 0
    while True:
        number += 1
        terminal.say(
            _("%(job)s: start, attempt %(n)d/%(most)d, %(url)s")
            % {"job": one.job.label, "n": number, "most": patience.attempts, "url": one.url}
        )
        began = time.monotonic()
        status, answer, fault = _once(one, secret, patience.timeout or DEFAULT_TIMEOUT)
        again = status == 0 or status == 429 or status >= 500
        if again and number < patience.attempts and not stop():
            terminal.say(_("failed: %(fault)s") % {"fault": fault})
            stop.wait(patience.delay)
            if not stop():
                continue
        ended = _ended(one, status, answer, fault)
        ended.result.seconds = time.monotonic() - began
        ended.result.dry_run = bool(one.body.get("dryRun"))
        terminal.finished(ended.result)
        return ended


def _once(one: Call, secret: str, timeout: float) -> tuple[int, dict[str, Any], str]:
    """Status (0 without an answer), the JSON of the answer, and what to say if it is a fault."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    request = urllib.request.Request(
        one.url, data=json.dumps(one.body).encode(), headers=headers, method="POST"
    )
    try:
        with _opener().open(request, timeout=timeout) as response:
            status, raw = response.status, response.read(MOST_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            status, raw = error.code, error.read(MOST_BYTES)
    except (OSError, HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        return 0, {}, _("%(url)s can't be reached: %(error)s") % {"url": one.url, "error": reason}
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = {}
    if not isinstance(answer, dict):
        answer = {}
    said = answer.get("message") or "; ".join(map(str, answer.get("errors") or ()))
    return (
        status,
        answer,
        _("HTTP %(status)d: %(text)s")
        % {
            "status": status,
            "text": said or _("no explanation"),
        },
    )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: the secret goes to the named host alone."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)


def _ended(one: Call, status: int, answer: dict[str, Any], fault: str) -> Ended:
    result = Result(job=one.job, run_id=_number(answer.get("runId")))
    result.window = _window(answer)
    created = answer.get("totalClassesCreated", answer.get("lessonsGenerated", 0))
    result.counts = Counter({Outcome.CREATED: _number(created) or 0})
    result.reported = {
        "students": _number(answer.get("studentsProcessed")) or 0,
        "teachers": _number(answer.get("teachersProcessed")) or 0,
    }
    if status == 409 or (status == 202 and answer.get("status") == "already_running"):
        result.state, result.error = RunState.RUNNING, _("another run of this job is active")
        return Ended(result, ALREADY_RUNNING)
    errors = [str(error) for error in answer.get("errors") or ()]
    if status == 500 and result.run_id is not None:
        # The run came to its end, with series that it could not deal with.
        result.state = RunState.PARTIAL
        result.faults = [_fault(text) for text in errors]
        result.error = "" if errors else fault
        return Ended(result, WITH_FAULTS)
    if status != 200 or answer.get("success") is not True:
        result.state, result.error = RunState.FAILED, fault
        return Ended(result, FAILED)
    result.state = RunState.SUCCEEDED
    if errors:
        result.state, result.faults = RunState.PARTIAL, [_fault(text) for text in errors]
        return Ended(result, WITH_FAULTS)
    return Ended(result, DONE)


def _fault(text: str) -> Line:
    return Line(outcome=Outcome.ERROR, code="error", params={"error": text})


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _window(answer: dict[str, Any]) -> Window | None:
    try:
        first = date.fromisoformat(answer["weekStart"])
        return Window(first, date.fromisoformat(answer["weekEnd"]) + DAY)
    except (KeyError, TypeError, ValueError):
        return None
