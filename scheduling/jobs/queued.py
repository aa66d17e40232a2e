"""What a worker does with a queued run: the same as everyone else, through the same runner."""

import logging

from django.utils.translation import gettext as _

from scheduling.models import JobRun, RunState

from .claim import give_up
from .request import Clock, Request, UnreadableRequestError
from .runner import Conduct, run_joined, run_queued

logger = logging.getLogger(__name__)


def perform(run_id: int, clock: Clock) -> None:
    """Do what the queued run ``run_id`` was asked for; a task delivered twice does it once.

    Raises what the runner raises, after recording it.
    """
    run = JobRun.objects.filter(id=run_id, state=RunState.QUEUED).first()
    if run is None:
        logger.info("run %s is not queued any more: nothing to do", run_id)
        return
    try:
        request = Request.of(run)
    except UnreadableRequestError as error:
        text = _(
            "What this run was asked to do can't be read (%(error)s); it may come from another "
            "version of the program. Start it again."
        )
        give_up(run_id, text % {"error": error})
        logger.error("run %s can't be read: %s", run_id, error)
        return
    run_queued(run_id, request, Conduct(clock=clock))


def help_with(run_id: int, clock: Clock) -> None:
    """Take shards of the run ``run_id`` until it is over; nothing where it is by now.

    Raises what the runner raises, after recording it.
    """
    run = JobRun.objects.filter(id=run_id, state=RunState.RUNNING, shard_count__gt=0).first()
    if run is None:
        logger.info("run %s needs no help any more", run_id)
        return
    try:
        request = Request.of(run)
    except UnreadableRequestError as error:
        # Of another version, which goes on with it.
        logger.error("run %s can't be read: %s", run_id, error)
        return
    run_joined(run_id, request, Conduct(clock=clock))
