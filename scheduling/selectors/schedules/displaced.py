"""Displaced classes: on another day, or with other people, than their series now has."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from scheduling.domain.series import SeriesKind
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED

from .run_scope import scope_condition
from .series import rows_of


def displaced_series(
    scope: Q,
    kind: SeriesKind,
    *,
    student_ids: Iterable[int],
    teacher_ids: Iterable[int],
    days: Iterable[tuple[date, date]],
    now: datetime,
) -> list[int]:
    """Return ids of series of ``kind`` outside ``scope`` of which these people have a class.

    Only future classes on ``days`` count (ranges with both ends included; empty means all). A
    class is displaced if its new place was taken, or if the new time of this week has passed.
    """
    source = f"{kind.value}_id"
    by_closure = Q(status=ClassStatus.CANCELLED, cancelled_by=CancelledBy.CLOSURE)
    classes = ScheduledClass.objects.filter(
        NOT_EDITED | by_closure,
        _on(days),
        scope_condition(student_ids, teacher_ids),
        starts_at__gt=now,
        **{f"{source}__isnull": False},
    ).exclude(**{f"{source}__in": rows_of(kind).filter(scope).order_by().values("id")})
    return sorted(classes.order_by().values_list(source, flat=True).distinct())


def _on(days: Iterable[tuple[date, date]]) -> Q:
    condition = Q()
    for first, last in days:
        condition |= Q(date__gte=first, date__lte=last)
    return condition
