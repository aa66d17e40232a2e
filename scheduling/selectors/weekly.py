"""Which fixed schedules have their class of a week, told without planning the week.

Each schedule is one probe into the index of (fixed schedule, week), however many classes there are.
"""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from scheduling.domain.windows import Window
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


_CANCELLED = Q(status=ClassStatus.CANCELLED)


def _of(week: date) -> QuerySet[ScheduledClass]:
    return ScheduledClass.objects.filter(fixed_schedule_id=OuterRef("pk"), week=week).order_by()
