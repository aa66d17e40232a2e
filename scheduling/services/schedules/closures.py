"""A closure that came, changed or went: the classes of all concerned follow, on its days alone."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.domain.windows import DAY, monday_of
from scheduling.jobs.runs.request import Clock
from scheduling.models import ClassStatus, Closure, ScheduledClass
from scheduling.text.dates import long_day

from .apply_changes import ApplyResult, apply_change, apply_to_everyone


class ClosureScope(NamedTuple):
    """The days of a closure, and whom it concerns: a teacher, a student, or everyone."""

    first: date
    last: date
    teacher_id: int | None
    student_id: int | None


def scope_of(closure: Closure) -> ClosureScope:
    """The reach of ``closure`` as it is now."""
    return ClosureScope(
        closure.first_date, closure.last_date, closure.teacher_id, closure.student_id
    )


def apply_closures(
    reaches: Iterable[ClosureScope], *, today: date, clock: Clock, triggered_by: str
) -> ApplyResult:
    """Bring the classes of all concerned up to date; those of a large studio in the background.

    What ended before this week concerns no class that a run would still touch. Not to be called
    within a transaction.
    """
    this_week = monday_of(today) - DAY
    ahead = [reach for reach in reaches if reach.last >= this_week]
    days = tuple(sorted({(reach.first, reach.last) for reach in ahead}))
    teachers = {reach.teacher_id for reach in ahead if reach.teacher_id is not None}
    students = {reach.student_id for reach in ahead if reach.student_id is not None}
    how: dict[str, Any] = {"today": today, "clock": clock, "triggered_by": triggered_by}
    if any(reach.teacher_id is None and reach.student_id is None for reach in ahead):
        return apply_to_everyone(days, **how)
    applied = ApplyResult()
    if teachers:
        applied.add(apply_change(teacher_ids=sorted(teachers), days=days, **how))
    if students:
        applied.add(apply_change(student_ids=sorted(students), days=days, **how))
    return applied


def closed_day_of(one: ScheduledClass) -> str:
    """A sentence where ``one`` takes place on a day that is closed for it; else nothing.

    That is a person's to decide, and no reason to refuse it.
    """
    if one.status == ClassStatus.CANCELLED:
        return ""
    whose = Q(teacher=None, student=None) | Q(
        student=one.student_id, fixed_schedule=None, recurring_slot=None
    )
    for name in ("teacher", "fixed_schedule", "recurring_slot"):
        if (number := getattr(one, f"{name}_id")) is not None:
            whose |= Q(**{name: number})
    days = Closure.objects.filter(first_date__lte=one.date, last_date__gte=one.date)
    closure = days.filter(whose).order_by("id").first()
    if closure is None:
        return ""
    text = _("%(day)s is closed (%(closure)s); the class takes place all the same.")
    return text % {"day": long_day(one.date), "closure": closure.name}
