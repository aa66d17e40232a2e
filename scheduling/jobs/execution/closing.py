"""Records the end of a run in the database and in the log."""

import logging
import time

from django.db import connection
from django.utils.translation import gettext as _

from scheduling.db.query_counter import QueryCounter
from scheduling.jobs.runs.claims import Claim, finish
from scheduling.jobs.runs.result import RunResult
from scheduling.models import JobRun, RunState

logger = logging.getLogger(__name__)
run_logger = logging.getLogger("scheduling.jobs")


def close(result: RunResult, began: float, queries: QueryCounter) -> None:
    """Set the duration since ``began`` (monotonic clock) and the number of queries."""
    result.seconds = time.monotonic() - began
    result.queries = queries.count


def conclude(claim: Claim, result: RunResult) -> bool:
    """Store the end of the run; return False if the claim is lost."""
    return finish(claim, result.state, error=result.error, **result.progress())


def read_final_state(claim: Claim, result: RunResult) -> None:
    """Set the state of a run whose claim was lost: cancelled by a person, or taken over."""
    if JobRun.objects.filter(id=claim.run_id, state=RunState.CANCELLED).exists():
        result.state = RunState.CANCELLED
        result.error = _("This run was cancelled by a person; what it had done by then stays.")
        return
    result.state = RunState.CRASHED
    result.error = _(
        "Another process considered this run dead and took over its work; "
        "nothing was written after that."
    )


def record_failure(claim: Claim, result: RunResult) -> None:
    """Store the end of the run after an error.

    If the database itself has failed, another process later finds the run dead.
    """
    if not connection.in_atomic_block:
        connection.close()  # it may be broken
    try:
        conclude(claim, result)
    except Exception as error:
        logger.warning("the end of run %s could not be recorded: %s", claim.run_id, error)


def log_end(result: RunResult) -> None:
    """Log the end of the run, as text and as structured fields."""
    run_logger.info(
        "%s %s in %.2f s, %.0f classes per second, %d queries",
        result.job.value,
        result.state.value,
        result.seconds,
        result.classes_per_second,
        result.queries,
        extra={
            "fields": {
                "job": result.job.value,
                "state": result.state.value,
                "classesCreated": result.classes_created,
                "durationSeconds": round(result.seconds, 3),
                "classesPerSecond": round(result.classes_per_second, 1),
                "queries": result.queries,
            }
            | ({"error": result.error} if result.error else {})
        },
    )
