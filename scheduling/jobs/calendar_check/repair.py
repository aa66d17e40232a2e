"""Repairs the findings of the calendar check by running its jobs for the students concerned."""

from collections.abc import Iterable
from datetime import date

from scheduling.db.errors import log_and_describe
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.runs.request import Clock
from scheduling.models import Trigger

from .check import SingleOccurrence, check_request, checked_jobs
from .stale_instants import recompute_instants


def repair(
    student_ids: Iterable[int],
    *,
    today: date,
    weeks: int,
    clock: Clock,
    triggered_by: str,
    trigger: Trigger = Trigger.ADMIN,
    occurrence: SingleOccurrence | None = None,
) -> list[str]:
    """Repair the calendars of these students; return one sentence per error.

    ``occurrence`` limits the repair to one occurrence.
    """
    students = tuple(sorted(student_ids))
    if not students:
        return []
    errors: list[str] = []
    for job in checked_jobs(occurrence):
        request = check_request(
            job,
            today,
            weeks,
            triggered_by,
            trigger=trigger,
            student_ids=students,
            occurrence=occurrence,
        )
        try:
            errors += run(request, RunOptions(clock=clock)).errors()
        except Exception as error:  # recorded by the runner; the other job may succeed
            errors.append(log_and_describe(error, "%s repaired nothing", job))
    if occurrence is None:
        recompute_instants(clock(), students)
    return errors
