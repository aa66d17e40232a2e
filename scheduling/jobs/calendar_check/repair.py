"""Mends what ``check`` found: the same jobs, for those concerned."""

from collections.abc import Iterable
from datetime import date

from scheduling.db.errors import report
from scheduling.jobs.execution.runner import Conduct, run
from scheduling.jobs.runs.request import Clock
from scheduling.models import Trigger

from .check import One, check_request, checked
from .stale_instants import derive_again


def mend(
    student_ids: Iterable[int],
    *,
    today: date,
    weeks: int,
    clock: Clock,
    triggered_by: str,
    trigger: Trigger = Trigger.ADMIN,
    one: One | None = None,
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
            errors += run(request, Conduct(clock=clock)).errors()
        except Exception as error:  # recorded by the runner; the other job may fare better
            errors.append(report(error, "%s mended nothing", job))
    if one is None:
        derive_again(clock(), students)
    return errors
