"""After a schedule was changed: bring its classes up to date at once, in the same request."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.faults import describe
from scheduling.jobs.request import Clock, Request
from scheduling.jobs.result import Result
from scheduling.jobs.runner import Conduct, run
from scheduling.models import Job, Trigger


@dataclass(slots=True)
class Applied:
    """What became of the classes of a changed schedule; ``error`` says what is still to come."""

    results: list[Result] = field(default_factory=list)
    error: str = ""

    def count(self, outcome: Outcome) -> int:
        return sum(result.counts[outcome] for result in self.results)


def apply_change(
    *,
    student_ids: Iterable[int] = (),
    teacher_ids: Iterable[int] = (),
    today: date,
    clock: Clock,
    triggered_by: str,
) -> Applied:
    """Run both jobs for these students or teachers alone, after the change is committed.

    A failure leaves the change as it is: the next scheduled run applies it.
    """
    applied = Applied()
    students, teachers = tuple(student_ids), tuple(teacher_ids)
    if not students and not teachers:
        return applied
    for job in (Job.WEEKLY, Job.HORIZON):
        request = Request(
            job=job,
            today=today,
            weeks=settings.HORIZON_WEEKS,
            student_ids=students,
            teacher_ids=teachers,
            trigger=Trigger.CHANGE,
            triggered_by=triggered_by,
        )
        try:
            applied.results.append(run(request, Conduct(clock=clock)))
        except Exception as error:  # the save stands, whatever the fault
            applied.error = describe(error)
    return applied
