"""Runs one job for a command: tries again on faults that pass, and says it with an exit status."""

import getpass
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.management.base import CommandError, OutputWrapper
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.jobs.execution.runner import RunOptions, preview, run
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.models import Job, RunState, Trigger
from scheduling.selectors.studio import studio_today

from .signals import StopSignals
from .terminal import ConsoleReporter

DONE, FAILED, WITH_FAULTS, ALREADY_RUNNING = 0, 1, 3, 4


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a job ended, and the exit status that stands for it."""

    result: RunResult
    status: int


def run_with_retries(
    job: Job,
    request: Callable[[], RunRequest],
    terminal: ConsoleReporter,
    stop: StopSignals,
    patience: RetryPolicy,
    dry_run: bool = False,
) -> CommandResult:
    """Run ``job`` as ``request`` says, which is asked anew for each attempt.

    Faults are told on the terminal and in the status. Raises CommandError alone, from ``request``.
    """
    conduct = RunOptions(
        clock=timezone.now, watcher=terminal, stop=stop, timeout=patience.timeout, quiet=True
    )
    execute = preview if dry_run else run
    number = 0
    while True:
        number += 1
        terminal.say(
            _("%(job)s: start, attempt %(n)d/%(most)d")
            % {"job": job.label, "n": number, "most": patience.attempts}
        )
        terminal.result = None
        began = time.monotonic()
        try:
            with statement_timeout(patience.timeout):
                result = execute(request(), conduct)
        except AlreadyRunningError as error:
            return _already_running(job, error, terminal)
        except CommandError:
            raise
        except Exception as error:
            fault = describe(error)
            terminal.say(_("failed: %(fault)s") % {"fault": fault})
            if patience.should_retry(error, number) and not stop():
                stop.wait(patience.delay)
                if not stop():
                    continue
            result = terminal.result or RunResult(job=job)  # what was done until then stays
            result.state, result.error = RunState.FAILED, fault
            result.seconds = time.monotonic() - began
            terminal.closed(result)
            return CommandResult(result, FAILED)
        terminal.finished(result)
        if result.state in (RunState.CANCELLED, RunState.CRASHED):
            return CommandResult(result, FAILED)
        return CommandResult(result, WITH_FAULTS if result.has_faults else DONE)


@contextmanager
def statement_timeout(seconds: float | None) -> Iterator[None]:
    """The database ends a statement, or a wait for a lock, that takes longer: the runner can't.

    Between two chunks the runner ends an attempt that is over its time; in the middle of one it
    may stand behind another program's lock.
    """
    if seconds is None:
        yield
        return
    most = max(1000, round(seconds * 1000))  # to begin and to end a run takes a moment too
    if connection.vendor == "postgresql":
        with connection.execute_wrapper(partial(_limited, most)):
            yield
        return
    usual = round(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {min(most, usual)}")
    yield
    # After a fault the caller closes the connection, and the limit with it.
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {usual}")


def _limited(
    milliseconds: int,
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    """Execute a statement; the first of each transaction sets the limit for all of it.

    A limit of the session would stay on the connection, and a pooler lends that to others.
    """
    database = context["connection"]
    if database.connection.info.transaction_status.name != "IDLE":
        return execute(sql, params, many, context)
    with transaction.atomic(savepoint=False):
        with database.wrap_database_errors:
            context["cursor"].cursor.execute(f"SET LOCAL statement_timeout = {milliseconds}")
        return execute(sql, params, many, context)


def exit_status(ended: list[CommandResult], stop: StopSignals) -> int:
    """The status of several jobs: a signal first, then the first that applies."""
    if stop():
        return stop.exit_status
    statuses = {one.status for one in ended}
    return next((code for code in (FAILED, WITH_FAULTS, ALREADY_RUNNING) if code in statuses), DONE)


def user_name() -> str:
    """Who runs this program; empty where the system has no name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have none
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
    """Run ``job`` once, with attempts on faults that pass; the exit status."""

    def request() -> RunRequest:
        return RunRequest(
            job=job,
            today=studio_today(),
            weeks=1,
            trigger=trigger,
            triggered_by=user_name(),
        )

    terminal = ConsoleReporter(log, report, timezone.now)
    with StopSignals() as stop:
        ended = run_with_retries(job, request, terminal, stop, RetryPolicy())
        return exit_status([ended], stop)
