"""How a run ends: its closing line, in the database and in the log."""

import logging
import time

from django.db import connection
from django.utils.translation import gettext as _

from scheduling.db.query_counter import QueryCounter
from scheduling.jobs.runs.claims import Claim, finish
from scheduling.jobs.runs.result import RunResult
from scheduling.models import JobRun, RunState

logger = logging.getLogger(__name__)
closing = logging.getLogger("scheduling.jobs")


def close(result: RunResult, began: float, queries: QueryCounter) -> None:
    """What the run took since ``began``, by the monotonic clock."""
    result.seconds = time.monotonic() - began
    result.queries = queries.count


def conclude(held: Claim, result: RunResult) -> bool:
    """Write the closing line; False where the run is not ours any more."""
    return finish(held, result.state, error=result.error, **result.progress())


def read_final_state(held: Claim, result: RunResult) -> None:
    """The run is not ours any more: a person cancelled it, or it was taken for dead."""
    if JobRun.objects.filter(id=held.run_id, state=RunState.CANCELLED).exists():
        result.state = RunState.CANCELLED
        result.error = _("This run was cancelled by a person; what it had done by then stays.")
        return
    result.state = RunState.CRASHED
    result.error = _(
        "Another process took this run for dead and goes on in its place; "
        "nothing was written after that."
    )


def record_failure(held: Claim, result: RunResult) -> None:
    """Write the closing line after a fault.

    That may be the database's own: then the next claimant finds this run silent.
    """
    if not connection.in_atomic_block:
        connection.close()  # a new one may get through where this one broke
    try:
        conclude(held, result)
    except Exception as error:
        logger.warning("the end of run %s could not be recorded: %s", held.run_id, error)


def log_end(result: RunResult) -> None:
    """The run's closing line: for people in words, for programs as fields."""
    closing.info(
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
