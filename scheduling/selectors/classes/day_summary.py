"""Counts of the classes of a day."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from scheduling.models import ClassStatus, ScheduledClass

from .attendance import not_marked


@dataclass(frozen=True, slots=True)
class DaySummary:
    """``classes`` take place, ``over`` of them have ended, ``unmarked`` of these have no mark.

    ``coming`` is the next class.
    """

    classes: int
    over: int
    unmarked: int
    cancelled: int
    coming: ScheduledClass | None


def day_summary(
    classes: QuerySet[ScheduledClass], start: datetime, end: datetime, now: datetime
) -> DaySummary:
    """Count the ``classes`` that begin in the half-open range, and find the next class."""
    cancelled = Q(status=ClassStatus.CANCELLED)
    numbers = (
        classes.filter(starts_at__gte=start, starts_at__lt=end)
        .order_by()
        .aggregate(
            classes=Count("id", filter=~cancelled),
            over=Count("id", filter=~cancelled & Q(ends_at__lte=now)),
            unmarked=Count("id", filter=not_marked(now)),
            cancelled=Count("id", filter=cancelled),
        )
    )
    coming = (
        classes.filter(starts_at__gte=now)
        .exclude(cancelled)
        .select_related("student", "teacher", "room")
        .order_by("starts_at", "id")
        .first()
    )
    return DaySummary(**numbers, coming=coming)
