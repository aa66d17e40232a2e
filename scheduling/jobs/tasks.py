"""The task that workers perform, whatever backend delivers it: an edge, where the clock is read."""

from django.utils import timezone
from django_tasks import task

from .queued import perform


@task()
def perform_run(run_id: int) -> None:
    """Perform the queued run ``run_id``."""
    perform(run_id, timezone.now)
