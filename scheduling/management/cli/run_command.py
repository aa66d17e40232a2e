"""Runs a job for a command, with retries on transient errors; maps its result to an exit status."""

import getpass
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.management.base import CommandError, OutputWrapper
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.db.timeouts import transaction_timeout
from scheduling.jobs.execution.runner import RunOptions, preview, run
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.models import Job, RunState, Trigger
from scheduling.selectors.studio import studio_today

from .log_reporter import reporter
from .signals import StopSignals
from .terminal import ConsoleReporter

DONE, FAILED, WITH_ERRORS, ALREADY_RUNNING = 0, 1, 3, 4


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a job and its exit status."""

    result: RunResult
    status: int


def run_with_retries(
    job: Job,
    request: Callable[[], RunRequest],
    terminal: ConsoleReporter,
    stop: StopSignals,
    retry: RetryPolicy,
    dry_run: bool = False,
) -> CommandResult:
    """Run ``job``, calling ``request`` for a new run request before each attempt.

    Errors appear on the terminal and in the exit status. Only a CommandError from ``request`` is
    raised.
    """
    run_options = RunOptions(
        clock=timezone.now, observer=terminal, stop=stop, timeout=retry.timeout, quiet=True
    )
    execute = preview if dry_run else run
    number = 0
    while True:
        number += 1
        terminal.say(
            _("%(job)s: start, attempt %(n)d/%(most)d")
            % {"job": job.label, "n": number, "most": retry.attempts}
        )
        terminal.result = None
        began = time.monotonic()
        try:
            with statement_timeout(retry.timeout):
                result = execute(request(), run_options)
        except AlreadyRunningError as error:
            return _already_running(job, error, terminal)
        except CommandError:
            raise
        except Exception as error:
            description = describe(error)
            terminal.say(_("failed: %(fault)s") % {"fault": description})
            if retry.should_retry(error, number) and not stop():
                stop.wait(retry.delay)
                if not stop():
                    continue
            result = terminal.result or RunResult(job=job)  # completed chunks are counted
            result.state, result.error = RunState.FAILED, description
            result.seconds = time.monotonic() - began
            terminal.closed(result)
            return CommandResult(result, FAILED)
        terminal.finished(result)
        if result.state in (RunState.CANCELLED, RunState.CRASHED):
            return CommandResult(result, FAILED)
        return CommandResult(result, WITH_ERRORS if result.has_faults else DONE)


@contextmanager
def statement_timeout(seconds: float | None) -> Iterator[None]:
    """Limit the duration of each statement, including waits for locks, in the database.

    The runner checks its timeout only between two chunks, and would wait for a lock of another
    program without limit.
    """
    if seconds is None:
        yield
        return
    seconds = max(1.0, seconds)  # starting and closing a run needs some time
    if connection.vendor == "postgresql":
        with transaction_timeout("statement_timeout", seconds):
            yield
        return
    limit = round(seconds * 1000)
    default = round(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {min(limit, default)}")
    yield
    # After an error the caller closes the connection, which also resets the limit.
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {default}")


def exit_status(results: list[CommandResult], stop: StopSignals) -> int:
    """Return the exit status of several jobs. A signal takes precedence, then the worst status."""
    if stop():
        return stop.exit_status
    statuses = {result.status for result in results}
    return next((code for code in (FAILED, WITH_ERRORS, ALREADY_RUNNING) if code in statuses), DONE)


def user_name() -> str:
    """Return the name of the system user, or an empty string if there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the user of a container may have no name
        return ""


def _already_running(
    job: Job, error: AlreadyRunningError, terminal: ConsoleReporter
) -> CommandResult:
    active = error.run
    text = _("another run of this job is active: run %(id)s, started %(when)s UTC") % {
        "id": active.pk,
        "when": f"{active.started_at:%Y-%m-%d %H:%M:%S}" if active.started_at else "–",
    }
    terminal.say(text)
    result = RunResult(job=job, state=RunState(active.state), run_id=active.pk, error=text)
    return CommandResult(result, ALREADY_RUNNING)


def run_maintenance(job: Job, trigger: Trigger, report: OutputWrapper, log: OutputWrapper) -> int:
    """Run ``job`` with retries on transient errors and return the exit status."""

    def request() -> RunRequest:
        return RunRequest(
            job=job,
            today=studio_today(),
            weeks=1,
            trigger=trigger,
            triggered_by=user_name(),
        )

    terminal = reporter(trigger, log, report, timezone.now)
    with StopSignals() as stop:
        result = run_with_retries(job, request, terminal, stop, RetryPolicy())
        return exit_status([result], stop)
