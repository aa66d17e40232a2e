"""Queues runs and mail deliveries for a worker process.

A queued run has a row in the log like any other: it claims its job, can be cancelled, and counts as
dead if no worker begins it. `perform.py` is the worker's side.
"""

import logging

from django.db import transaction
from django.utils.translation import gettext as _
from django_tasks_db.backend import DatabaseBackend

from scheduling.jobs.execution.run_row import row_of, window_of
from scheduling.jobs.runs.claims import give_up, insert
from scheduling.jobs.runs.request import RunRequest
from scheduling.models import JobRun, RunState

from .tasks import deliver_mail, perform_run

logger = logging.getLogger(__name__)


class EnqueueFailedError(Exception):
    """No worker could be started; ``run`` is recorded as failed and does not block its job."""

    def __init__(self, run: JobRun) -> None:
        super().__init__(run.error)
        self.run = run


def enqueue_delivery() -> None:
    """Queue the delivery of the outbox once the current transaction, if any, is committed.

    If no worker can be started, the watch delivers the outbox later.
    """
    transaction.on_commit(deliver_mail.enqueue, robust=True)


def enqueue_run(request: RunRequest) -> JobRun:
    """Queue the job of ``request`` for a worker, and return its run.

    Raises AlreadyRunningError and EnqueueFailedError. Must not be called within a transaction: the
    worker is started once the run is committed.
    """
    run = row_of(request, window_of(request))
    run.state = RunState.QUEUED
    run.options["today"] = request.today.isoformat()
    # A queue in our database is written in the run's transaction, any other one after it.
    in_database = isinstance(perform_run.get_backend(), DatabaseBackend)
    try:
        with transaction.atomic(durable=True):
            insert(run)
            if in_database:
                perform_run.enqueue(run.pk)
        if not in_database:
            perform_run.enqueue(run.pk)
    except Exception as error:
        text = _("No worker could be called to do it: %(error)s") % {"error": error}
        if run.pk is None or not give_up(run.pk, text):
            raise
        logger.error("run %s could not be started: %s", run.pk, error)
        run.refresh_from_db()
        raise EnqueueFailedError(run) from error
    return run
