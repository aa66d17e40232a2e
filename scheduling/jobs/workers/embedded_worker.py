"""The embedded worker: performs the queued tasks, and ends."""

import logging
import os
import time

from django.db import DatabaseError, connection
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands.db_worker import Worker

from scheduling.db.errors import describe, is_transient

from .embedded_backend import EmbeddedBackend

logger = logging.getLogger(__name__)

ATTEMPTS = 3
SECONDS_BETWEEN = 1.0


def work_until_empty(backend: EmbeddedBackend, slot: int | None) -> None:
    """Perform queued tasks until none is left.

    ``slot`` is the inherited process slot; None takes a free one, and returns at once if there is
    none. A signal ends the worker after the current task.
    """
    if slot is None:
        slot = backend.slots.take()
    while slot is not None:
        try:
            stopped = _batch(backend)
        finally:
            os.close(slot)
        # A task queued between the last check and the release of the slot started no worker.
        slot = None if stopped or not backend.has_work() else backend.slots.take()


def _batch(backend: EmbeddedBackend) -> bool:
    """Perform all queued tasks; return True if a signal ended the worker."""
    worker = Worker(
        queue_names=[DEFAULT_TASK_QUEUE_NAME],
        excluded_queue_names=[],
        interval=SECONDS_BETWEEN,
        batch=True,
        backend_name=backend.alias,
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
    )
    worker.configure_signals()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            worker.run()
            break
        except DatabaseError as error:
            if attempt == ATTEMPTS or not is_transient(error):
                raise
            logger.warning("the queue can't be read: %s", describe(error))
            connection.close()
            time.sleep(SECONDS_BETWEEN)
    return not worker.running
