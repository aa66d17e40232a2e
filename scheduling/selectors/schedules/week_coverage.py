"""Series that are due in a window, and the number of its classes."""

from typing import Any

from django.db.models import Q, QuerySet

from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import Window
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
