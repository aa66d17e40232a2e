"""Starts runs, and the delivery of mail, that go on in the background, in a worker process.

A queued run is a row of the log like any other: it claims its job, can be cancelled, and is dead
where no worker comes. `queued.py` is the worker's side of it.
"""

import logging

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks_db.backend import DatabaseBackend

from scheduling.jobs.execution.runner import row_of, window_of
from scheduling.jobs.runs.claims import give_up, insert
from scheduling.jobs.runs.request import RunRequest
from scheduling.models import JobRun, RunState

from .tasks import deliver_mail, perform_run

logger = logging.getLogger(__name__)


class EnqueueFailedError(Exception):
    """No worker could be called; ``run`` is recorded as failed and is in nobody's way."""

    def __init__(self, run: JobRun) -> None:
        super().__init__(run.error)
        self.run = run


def enqueue_delivery() -> None:
    """Have the outbox delivered once the transaction, if there is one, is committed.

    Where no worker can be called the watch does it.
    """
    transaction.on_commit(deliver_mail.enqueue, robust=True)


def enqueue_run(request: RunRequest) -> JobRun:
    """Queue the job of ``request`` for a worker, and answer its run.

    Raises AlreadyRunningError as the runner does, and EnqueueFailedError. Not to be called within a
    transaction: the worker is called once the run is committed.
    """
    run = row_of(request, window_of(request))
    run.state = RunState.QUEUED
    run.options["today"] = request.today.isoformat()
    # A queue that is a table of ours is written with the run, any other one after it.
    together = isinstance(perform_run.get_backend(), DatabaseBackend)
    try:
        with transaction.atomic(durable=True):
            insert(run)
            if together:
                perform_run.enqueue(run.pk)
        if not together:
            perform_run.enqueue(run.pk)
    except Exception as error:
        text = _("No worker could be called to do it: %(error)s") % {"error": error}
        if run.pk is None or not give_up(run.pk, text):
            raise
        logger.error("run %s could not be started: %s", run.pk, error)
        run.refresh_from_db()
        raise EnqueueFailedError(run) from error
    return run
