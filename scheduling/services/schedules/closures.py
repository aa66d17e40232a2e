"""Brings classes up to date after a closure was added, changed or deleted."""

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
    """The days of a closure and the person it affects: a teacher, a student, or everyone."""

    first: date
    last: date
    teacher_id: int | None
    student_id: int | None


def scope_of(closure: Closure) -> ClosureScope:
    """Return the present scope of ``closure``."""
    return ClosureScope(
        closure.first_date, closure.last_date, closure.teacher_id, closure.student_id
    )


def apply_closures(
    scopes: Iterable[ClosureScope], *, today: date, clock: Clock, triggered_by: str
) -> ApplyResult:
    """Bring the affected classes up to date; those of a large studio in the background.

    Must not be called within a transaction.
    """
    # No run changes a class before this week. The extra day is for people in another zone.
    earliest = monday_of(today) - DAY
    current = [scope for scope in scopes if scope.last >= earliest]
    days = tuple(sorted({(scope.first, scope.last) for scope in current}))
    teachers = {scope.teacher_id for scope in current if scope.teacher_id is not None}
    students = {scope.student_id for scope in current if scope.student_id is not None}
    common: dict[str, Any] = {"today": today, "clock": clock, "triggered_by": triggered_by}
    if any(scope.teacher_id is None and scope.student_id is None for scope in current):
        return apply_to_everyone(days, **common)
    applied = ApplyResult()
    if teachers:
        applied.add(apply_change(teacher_ids=sorted(teachers), days=days, **common))
    if students:
        applied.add(apply_change(student_ids=sorted(students), days=days, **common))
    return applied


def closed_day_of(scheduled_class: ScheduledClass) -> str:
    """Return a warning if the class takes place on a closed day; else an empty string.

    It is not an error: a person may decide so.
    """
    if scheduled_class.status == ClassStatus.CANCELLED:
        return ""
    affected = Q(teacher=None, student=None) | Q(
        student=scheduled_class.student_id, fixed_schedule=None, recurring_slot=None
    )
    for name in ("teacher", "fixed_schedule", "recurring_slot"):
        if (number := getattr(scheduled_class, f"{name}_id")) is not None:
            affected |= Q(**{name: number})
    day = scheduled_class.date
    closures = Closure.objects.filter(affected, first_date__lte=day, last_date__gte=day)
    closure = closures.order_by("id").first()
    if closure is None:
        return ""
    text = _("%(day)s is closed (%(closure)s); the class takes place anyway.")
    return text % {"day": long_day(day), "closure": closure.name}
