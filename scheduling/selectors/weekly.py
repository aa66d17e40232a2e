"""Which schedules have their classes of a week, told without planning the week.

Each schedule is one probe into the index of (fixed schedule, week), however many classes there are.
"""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, WEEK, Window, monday_of
from scheduling.models import CancelledBy, ClassStatus, FixedSchedule, ScheduledClass


def standing(week: date) -> int:
    """How many fixed schedules have a class in the week that begins on ``week``."""
    return FixedSchedule.objects.filter(Exists(_of(week).filter(~_CANCELLED))).count()


def unmade(window: Window) -> QuerySet[FixedSchedule]:
    """Schedules that may want a class in the week ``window`` and have no row for it.

    A row that a closure cancelled counts as none: the closure may be gone. Whether a class is
    indeed wanted (every other week, a closure, no room) is for the planner to say.
    """
    return FixedSchedule.objects.filter(
        ~Exists(_of(window.start).exclude(cancelled_by=CancelledBy.CLOSURE)),
        Q(teacher__isnull=True) | Q(teacher__is_active=True),
        Q(student__end_date__isnull=True) | Q(student__end_date__gte=window.start),
        Q(valid_from__isnull=True) | Q(valid_from__lte=window.last),
        Q(valid_until__isnull=True) | Q(valid_until__gte=window.start),
        student__is_active=True,
        student__start_date__lte=window.last,
    ).order_by()


def lacking(kind: SeriesKind, window: Window) -> Q:
    """Series of ``kind`` whose weekday comes more often in ``window`` than they have rows for it.

    Among them are those that want no more, as of every other week.
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


_CANCELLED = Q(status=ClassStatus.CANCELLED)


def _of(week: date) -> QuerySet[ScheduledClass]:
    return _of_any(SeriesKind.FIXED_SCHEDULE).filter(week=week)


def _of_any(kind: SeriesKind) -> QuerySet[ScheduledClass]:
    return ScheduledClass.objects.filter(**{f"{kind.value}_id": OuterRef("pk")}).order_by()
