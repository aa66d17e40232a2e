"""Runs a job through the API of another deployment, with attempts, and reports its answer."""

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
    one: RemoteCall,
    secret: str,
    terminal: ConsoleReporter,
    stop: StopSignals,
    patience: RetryPolicy,
) -> CommandResult:
    """Call a deployment; again on connection faults, 5xx and 429."""
    number = 0
    while True:
        number += 1
        terminal.say(
            _("%(job)s: start, attempt %(n)d/%(most)d, %(url)s")
            % {"job": one.job.label, "n": number, "most": patience.attempts, "url": one.url}
        )
        began = time.monotonic()
        answer = _once(one, secret, patience.timeout or DEFAULT_TIMEOUT, stop)
        if answer is None:
            ended = CommandResult(RunResult(job=one.job, state=RunState.CANCELLED), FAILED)
        elif answer.passes and number < patience.attempts and not stop():
            terminal.say(_("failed: %(fault)s") % {"fault": answer.fault})
            stop.wait(patience.delay)
            if not stop():
                continue
            ended = answer.ended(one.job)
        else:
            ended = answer.ended(one.job)
        ended.result.seconds = time.monotonic() - began
        ended.result.dry_run = bool(one.body.get("dryRun"))
        _report(ended, answer, terminal)
        return ended


def _once(one: RemoteCall, secret: str, timeout: float, stop: StopSignals) -> RemoteResponse | None:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        return read(post(one.url, json.dumps(one.body).encode(), headers, timeout, stop=stop))
    except NoReplyError as error:
        text = _("%(url)s can't be reached: %(error)s") % {"url": one.url, "error": error}
        return None if stop() else RemoteResponse(0, {}, text)


def _report(ended: CommandResult, answer: RemoteResponse | None, terminal: ConsoleReporter) -> None:
    """The lines that a run here would have said, as far as the answer has them."""
    result = ended.result
    if answer is None:
        terminal.say(_("not waited for any longer; the other side may well complete the run"))
    elif ended.status not in (FAILED, ALREADY_RUNNING):
        terminal.started(result)
        for text in [*answer.notes(), *map(describe, result.faults)]:
            terminal.note(result, text)
    terminal.finished(result)
