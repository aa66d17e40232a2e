"""Closures as values of the domain."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from scheduling.domain.closures import Closure as DomainClosure
from scheduling.domain.closures import ClosureCalendar
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import Closure


def load_calendar(
    since: date, teacher_ids: Iterable[int], student_ids: Iterable[int]
) -> ClosureCalendar:
    """The closures from ``since`` on: everyone's, and those of these teachers and students."""
    rows = Closure.objects.filter(
        Q(teacher__isnull=True, student__isnull=True)
        | Q(teacher_id__among=teacher_ids)
        | Q(student_id__among=student_ids),
        last_date__gte=since,
    ).values_list(
        "id",
        "name",
        "first_date",
        "last_date",
        "teacher_id",
        "student_id",
        "fixed_schedule_id",
        "recurring_slot_id",
    )
    return ClosureCalendar(_closure(row) for row in rows)


def _closure(row: Sequence[Any]) -> DomainClosure:
    fixed_schedule, recurring_slot = row[6], row[7]
    series = None
    if fixed_schedule is not None:
        series = SeriesKey(SeriesKind.FIXED_SCHEDULE, fixed_schedule)
    elif recurring_slot is not None:
        series = SeriesKey(SeriesKind.RECURRING_SLOT, recurring_slot)
    return DomainClosure(row[0], row[1], row[2], row[3], row[4], row[5], series)
