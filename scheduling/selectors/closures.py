"""Closures as values of the domain."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from scheduling.domain.closures import Closure as DomainClosure
from scheduling.domain.closures import ClosureCalendar
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
    ).values_list("id", "name", "first_date", "last_date", "teacher_id", "student_id")
    return ClosureCalendar(DomainClosure(*row) for row in rows)
