"""The tasks of the workers, for every backend. They read the clock and pass it on."""

import logging

from django.utils import timezone
from django_tasks import task

from scheduling.jobs.notifications.delivery import deliver
from scheduling.selectors.studio import at_the_studio

from .perform import perform

logger = logging.getLogger(__name__)


@task()
def perform_run(run_id: int) -> None:
    """Perform the queued run ``run_id``."""
    with at_the_studio():
        perform(run_id, timezone.now)


@task()
def join_run(run_id: int) -> None:
    """Do nothing. An earlier version queued this task to divide a run among workers."""
    logger.info("run %s needs no other worker: nothing to do", run_id)


@task()
def deliver_mail() -> None:
    """Deliver the waiting messages of the outbox."""
    with at_the_studio():
        deliver(timezone.now())
