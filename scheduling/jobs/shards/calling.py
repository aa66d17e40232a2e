"""Into how many shards a run is cut, and who is called to help with them."""

import logging

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from scheduling.jobs.request import Request

logger = logging.getLogger(__name__)


def shards_of(request: Request) -> int:
    """How many shards the run of ``request`` may have; 1: it is not cut."""
    if request.plan:
        return 1  # it stops at the first chunk that is not as it was seen
    asked = settings.RUN_SHARDS if request.shards is None else request.shards
    return 1 if asked > 1 and why_whole(request) else asked


def why_whole(request: Request) -> str:
    """Why this run is not cut, whatever was asked for; empty where it may be."""
    if connection.vendor != "postgresql":
        return _("The run is not cut into shards: SQLite has one writer at a time.")
    if not request.is_full:
        return _("The run is not cut into shards: it is for some students or teachers alone.")
    return ""


def call_crew(run_id: int, workers: int) -> None:
    """Ask ``workers`` workers to help with the run; should none come, it goes on without."""
    from scheduling.jobs.tasks import join_run  # which performs runs, and so knows the runner

    try:
        for _worker in range(workers):
            join_run.enqueue(run_id)
    except Exception as error:
        logger.warning("run %s goes on without help, no worker could be called: %s", run_id, error)
