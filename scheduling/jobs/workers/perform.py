"""What a worker does with a queued run: the same as everyone else, through the same runner."""

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

PATIENCE = RetryPolicy()
# What a fault leaves behind; it may have kept its own end from being written down.
UNDONE = (RunState.FAILED, RunState.RUNNING)


def perform(run_id: int, clock: Clock, wait: Callable[[float], None] = time.sleep) -> None:
    """Do what the queued run ``run_id`` was asked for; a task delivered twice does it once.

    After a fault that passes by itself it is tried again, as a command's run is, each time as a run
    of its own. Raises what the runner raises, after recording it.
    """
    tries = _Attempts(run_id)
    number = 1
    while True:
        try:
            tries.once(clock)
            return
        except Exception as error:
            if not PATIENCE.goes_on_after(error, number):
                raise
            logger.warning("run %s is tried again soon: %s", tries.run_id, describe(error))
        wait(PATIENCE.delay)
        number += 1


@dataclass(slots=True)
class _Attempts(NullObserver):
    """The queued run and, once it has begun and failed, others like it. ``run_id`` is the last."""

    run_id: int
    request: RunRequest | None = None
    begun: bool = False

    def started(self, result: RunResult) -> None:
        self.run_id, self.begun = result.run_id or self.run_id, True

    def once(self, clock: Clock) -> None:
        """Do the work, unless someone else has it, has done it or does not want it any more."""
        last = JobRun.objects.filter(id=self.run_id).first()
        conduct = RunOptions(clock=clock, watcher=self)
        if last is not None and last.state == RunState.QUEUED:
            self.request = _read(last)
            if self.request is not None:
                run_queued(last.pk, self.request, conduct)
        elif last is not None and self.begun and last.state in UNDONE:
            assert self.request is not None
            try:
                run(self.request, conduct)
            except AlreadyRunningError as error:
                logger.info("run %s goes on in the place of %s", error.run.pk, self.run_id)
        else:
            logger.info("run %s is not queued any more: nothing to do", self.run_id)


def _read(run: JobRun) -> RunRequest | None:
    """What a queued run was asked to do; where that can't be read it has failed."""
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
