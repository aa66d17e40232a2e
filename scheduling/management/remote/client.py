"""Runs a job through the API of another deployment, with retries, and reports the response."""

import json
import time

from django.utils.translation import gettext as _

from scheduling.jobs.notifications.http_post import NoReplyError, post
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.management.cli.run_command import ALREADY_RUNNING, FAILED, CommandResult
from scheduling.management.cli.signals import StopSignals
from scheduling.management.cli.terminal import ConsoleReporter, describe
from scheduling.models import RunState

from .endpoint import RemoteCall
from .response import RemoteResponse, read

DEFAULT_TIMEOUT = 30.0


def call_remote(
    call: RemoteCall,
    secret: str,
    terminal: ConsoleReporter,
    stop: StopSignals,
    retry: RetryPolicy,
) -> CommandResult:
    """Call a deployment, with retries on connection errors, 5xx and 429."""
    number = 0
    while True:
        number += 1
        terminal.say(
            _("%(job)s: start, attempt %(n)d/%(most)d, %(url)s")
            % {"job": call.job.label, "n": number, "most": retry.attempts, "url": call.url}
        )
        began = time.monotonic()
        response = _post_once(call, secret, retry.timeout or DEFAULT_TIMEOUT, stop)
        if response is None:
            outcome = CommandResult(RunResult(job=call.job, state=RunState.CANCELLED), FAILED)
        else:
            if response.is_transient and number < retry.attempts and not stop():
                terminal.say(_("failed: %(fault)s") % {"fault": response.error})
                stop.wait(retry.delay)
                if not stop():
                    continue
            outcome = response.command_result(call.job)
        outcome.result.seconds = time.monotonic() - began
        outcome.result.dry_run = bool(call.body.get("dryRun"))
        _report(outcome, response, terminal)
        return outcome


def _post_once(
    call: RemoteCall, secret: str, timeout: float, stop: StopSignals
) -> RemoteResponse | None:
    """Return the response, or None if a signal interrupted the call."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        return read(post(call.url, json.dumps(call.body).encode(), headers, timeout, stop=stop))
    except NoReplyError as error:
        text = _("%(url)s can't be reached: %(error)s") % {"url": call.url, "error": error}
        return None if stop() else RemoteResponse(0, {}, text)


def _report(
    outcome: CommandResult, response: RemoteResponse | None, terminal: ConsoleReporter
) -> None:
    """Write the lines of a local run, as far as the response contains them."""
    result = outcome.result
    if response is None:
        terminal.say(_("no longer waiting; the other side may still complete the run"))
    elif outcome.status not in (FAILED, ALREADY_RUNNING):
        terminal.started(result)
        for text in [*response.notes(), *map(describe, result.faults)]:
            terminal.note(result, text)
    terminal.finished(result)
