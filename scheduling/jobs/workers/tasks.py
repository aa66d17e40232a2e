"""The tasks that workers perform, whatever backend delivers them: where the clock is read."""

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
    """Does nothing. An earlier version queued it to divide run ``run_id`` among workers."""
    logger.info("run %s needs no other worker: nothing to do", run_id)


@task()
def deliver_mail() -> None:
    """Deliver what waits in the outbox."""
    with at_the_studio():
        deliver(timezone.now())
