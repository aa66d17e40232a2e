"""The tasks that workers perform, whatever backend delivers them: where the clock is read."""

from django.utils import timezone
from django_tasks import task

from .queued import help_with, perform


@task()
def perform_run(run_id: int) -> None:
    """Perform the queued run ``run_id``."""
    perform(run_id, timezone.now)


@task()
def join_run(run_id: int) -> None:
    """Help with run ``run_id``, which is cut into shards."""
    help_with(run_id, timezone.now)
