"""Series that are due in a window, and the number of its classes."""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, WEEK, Window, monday_of
from scheduling.models import ClassStatus, ScheduledClass, SlotStatus

from .series import rows_of


def series_due(kind: SeriesKind, window: Window) -> QuerySet[Any]:
    """Return the rules of ``kind`` that may have a class in ``window``, ignoring closures."""
    rows = rows_of(kind).filter(
        Q(teacher__isnull=True) | Q(teacher__is_active=True),
        Q(valid_from__isnull=True) | Q(valid_from__lt=window.end),
        Q(valid_until__isnull=True) | Q(valid_until__gte=window.start),
        Q(student__start_date__isnull=True) | Q(student__start_date__lt=window.end),
        Q(student__end_date__isnull=True) | Q(student__end_date__gte=window.start),
        student__is_active=True,
    )
    if kind is SeriesKind.RECURRING_SLOT:
        return rows.filter(status=SlotStatus.ACTIVE).order_by()
    return rows.filter(student__start_date__isnull=False).order_by()


def classes_between(window: Window) -> int:
    """Count the classes in ``window`` that are not cancelled."""
    rows = ScheduledClass.objects.filter(date__gte=window.start, date__lt=window.end)
    return rows.exclude(status=ClassStatus.CANCELLED).count()


def series_without_class(kind: SeriesKind, window: Window) -> Q:
    """Return the condition for series of ``kind`` with fewer rows than their weekday has dates.

    Series that need no more, such as those of every second week, are included.
    """
    condition = Q(pk__in=())
    days = [window.start + n * DAY for n in range(min(7, window.days))]
    for first in days:
        weeks = (window.last - first) // WEEK
        monday = monday_of(first)
        rows = _of_any(kind).filter(week__gte=monday, week__lte=monday + weeks * WEEK)
        counted = rows.values(f"{kind.value}_id").annotate(n=Count("id")).values("n")
        fewer = LessThan(Coalesce(Subquery(counted), 0), weeks + 1)
        condition |= Q(weekday=first.isoweekday()) & Q(fewer)
    return condition


def _of_any(kind: SeriesKind) -> QuerySet[ScheduledClass]:
    return ScheduledClass.objects.filter(**{f"{kind.value}_id": OuterRef("pk")}).order_by()
