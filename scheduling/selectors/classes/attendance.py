"""Past classes whose attendance has not been marked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.studio import studio

# Older classes are not expected to be marked any more.
LOOK_BACK = timedelta(weeks=13)
# A completed class counts as marked, unless it is shared: then each student needs a mark. The index
# ``class_not_marked`` has these classes.
WITHOUT_MARK = Q(attendance="") & (
    Q(status=ClassStatus.SCHEDULED) | Q(status=ClassStatus.COMPLETED, is_shared=True)
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The number of overdue classes, and whether attendance is kept at all.

    ``is_kept`` is True if any class in the period considered is marked.
    """

    unmarked: int = 0
    is_kept: bool = False


def marks(now: datetime) -> Marks:
    """Return the marks at ``now``. Nothing is expected if ``unmarked_days`` is 0."""
    if not studio().unmarked_days:
        return Marks()
    begin = now - timedelta(days=studio().unmarked_days) - LOOK_BACK
    classes = ScheduledClass.objects.order_by()
    marked = classes.filter(~Q(attendance="") | Q(status=ClassStatus.COMPLETED))
    # Apart from each other, so that an index serves the count.
    return Marks(
        classes.filter(unmarked(now)).count(),
        marked.filter(starts_at__gte=begin, starts_at__lte=now).exists(),
    )


def not_marked(now: datetime) -> Q:
    """Return the condition for classes that are over, and neither marked nor cancelled."""
    return WITHOUT_MARK & Q(ends_at__lte=now, starts_at__lte=now)


def is_not_marked(row: ScheduledClass, now: datetime) -> bool:
    """Return whether ``not_marked`` is true of ``row`` in a studio that expects marks."""
    is_unsaid = row.status == ClassStatus.SCHEDULED or (
        row.status == ClassStatus.COMPLETED and row.is_shared
    )
    is_over = row.ends_at <= now
    return is_over and is_unsaid and not row.attendance and studio().unmarked_days > 0


def unmarked(now: datetime) -> Q:
    """Return the condition for classes that ended over ``unmarked_days`` ago and are not marked.

    Classes older than ``LOOK_BACK`` are excluded.
    """
    until = now - timedelta(days=studio().unmarked_days)
    return not_marked(until) & Q(starts_at__gte=until - LOOK_BACK)
