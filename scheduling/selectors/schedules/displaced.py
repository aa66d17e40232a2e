"""Classes that are on another day, or with other people, than the rule that they came from."""

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
    """The rules of ``kind`` that ``scope`` leaves out though these people have a class of theirs.

    Classes ahead on these days, both ends included; an empty list is all. A class is there because
    it found no room where its rule wants it, or because the rule's hour of this week is over.
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
