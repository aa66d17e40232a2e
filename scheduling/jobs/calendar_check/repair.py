"""Mends what ``check`` found: the same jobs, for those concerned."""

from collections.abc import Iterable
from datetime import date

from scheduling.db.errors import log_and_describe
from scheduling.jobs.execution.runner import RunOptions, run
from scheduling.jobs.runs.request import Clock
from scheduling.models import Trigger

from .check import SingleOccurrence, check_request, checked
from .stale_instants import recompute_instants


def repair(
    student_ids: Iterable[int],
    *,
    today: date,
    weeks: int,
    clock: Clock,
    triggered_by: str,
    trigger: Trigger = Trigger.ADMIN,
    one: SingleOccurrence | None = None,
) -> list[str]:
    """Bring the calendars of these students in line; answers what went wrong, a sentence each.

    With ``one`` that class alone.
    """
    students = tuple(sorted(student_ids))
    if not students:
        return []
    errors: list[str] = []
    for job in checked(one):
        request = check_request(
            job, today, weeks, triggered_by, trigger=trigger, student_ids=students, one=one
        )
        try:
            errors += run(request, RunOptions(clock=clock)).errors()
        except Exception as error:  # recorded by the runner; the other job may fare better
            errors.append(log_and_describe(error, "%s mended nothing", job))
    if one is None:
        recompute_instants(clock(), students)
    return errors
