"""Closures as values of the domain."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Q, When

from scheduling.domain.closures import Closure as DomainClosure
from scheduling.domain.closures import ClosureCalendar
from scheduling.models import ClassStatus, Closure, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED, series_key


def load_calendar(
    since: date, teacher_ids: Iterable[int], student_ids: Iterable[int]
) -> ClosureCalendar:
    """Return the closures from ``since`` on: global ones, and those of these people."""
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
    return DomainClosure(row[0], row[1], row[2], row[3], row[4], row[5], series_key(row[6], row[7]))


def classes_on(
    days: Iterable[date], now: datetime
) -> dict[date, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return, by day, the ids of future classes that a closure would cancel, and of the others."""
    rows = ScheduledClass.objects.filter(
        date__in=list(days), status=ClassStatus.SCHEDULED, starts_at__gt=now
    ).order_by("id")
    follows = Case(When(NOT_EDITED & Q(week__isnull=False), then=True), default=False)
    found: dict[date, tuple[list[int], list[int]]] = {}
    for day, number, goes in rows.annotate(goes=follows).values_list("date", "id", "goes"):
        found.setdefault(day, ([], []))[0 if goes else 1].append(number)
    return {day: (tuple(gone), tuple(kept)) for day, (gone, kept) in found.items()}
