"""Performs a queued run in a worker, through the same runner as every other run."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from scheduling.db.errors import describe
from scheduling.jobs.execution.runner import RunOptions, run, run_queued
from scheduling.jobs.runs.claims import AlreadyRunningError, give_up
from scheduling.jobs.runs.request import Clock, InvalidRunRequestError, RunRequest
from scheduling.jobs.runs.result import NullObserver, RunResult
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.models import JobRun, RunState

logger = logging.getLogger(__name__)

POLICY = RetryPolicy()
# States that an error leaves; still running if the error prevented the record of its end.
RETRIED_STATES = (RunState.FAILED, RunState.RUNNING)


def perform(run_id: int, clock: Clock, wait: Callable[[float], None] = time.sleep) -> None:
    """Perform the queued run ``run_id`` once, even if its task is delivered twice.

    A transient error is followed by another attempt, like that of a command, as a separate run.
    Raises the errors of the runner after they are recorded.
    """
    attempts = _Attempts(run_id)
    number = 1
    while True:
        try:
            attempts.perform_next(clock)
            return
        except Exception as error:
            if not POLICY.should_retry(error, number):
                raise
            logger.warning("run %s is tried again soon: %s", attempts.run_id, describe(error))
        wait(POLICY.delay)
        number += 1


@dataclass(slots=True)
class _Attempts(NullObserver):
    """The queued run and the further runs after its failure. ``run_id`` is the last one."""

    run_id: int
    request: RunRequest | None = None
    begun: bool = False

    def started(self, result: RunResult) -> None:
        self.run_id, self.begun = result.run_id or self.run_id, True

    def perform_next(self, clock: Clock) -> None:
        """Perform the run unless another process has begun or ended it."""
        last = JobRun.objects.filter(id=self.run_id).first()
        options = RunOptions(clock=clock, observer=self)
        if last is not None and last.state == RunState.QUEUED:
            self.request = _request_of(last)
            if self.request is not None:
                run_queued(last.pk, self.request, options)
        elif last is not None and self.begun and last.state in RETRIED_STATES:
            assert self.request is not None
            try:
                run(self.request, options)
            except AlreadyRunningError as error:
                logger.info("run %s continues in place of %s", error.run.pk, self.run_id)
        else:
            logger.info("run %s is no longer queued: nothing to do", self.run_id)


def _request_of(run: JobRun) -> RunRequest | None:
    """Return the request of a queued run; mark the run as failed if it can't be read."""
    try:
        return RunRequest.of(run)
    except InvalidRunRequestError as error:
        text = _(
            "What this run was asked to do can't be read (%(error)s); it may come from another "
            "version of the program. Start it again."
        )
        give_up(run.pk, text % {"error": error})
        logger.error("run %s can't be read: %s", run.pk, error)
        return None
