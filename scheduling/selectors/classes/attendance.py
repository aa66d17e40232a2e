"""Lessons that are over, and of which nobody has said whether they took place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.selectors.studio import studio

# What nobody has marked for a quarter of a year is not going to be.
LOOK_BACK = timedelta(weeks=13)


@dataclass(frozen=True, slots=True)
class Marks:
    """Of the lessons that are over for longer than the studio tolerates.

    ``is_kept``: whether any of them, or one since, was marked at all.
    """

    unmarked: int = 0
    is_kept: bool = False


def marks(now: datetime) -> Marks:
    """How attendance is kept at ``now``; nothing is expected where ``unmarked_days`` is 0."""
    if not studio().unmarked_days:
        return Marks()
    begin = now - timedelta(days=studio().unmarked_days) - LOOK_BACK
    found = ScheduledClass.objects.filter(starts_at__gte=begin, starts_at__lte=now).order_by()
    numbers = found.aggregate(
        unmarked=Count("id", filter=unmarked(now)),
        marked=Count("id", filter=~Q(attendance="") | Q(status=ClassStatus.COMPLETED)),
    )
    return Marks(numbers["unmarked"], numbers["marked"] > 0)


def unmarked(now: datetime) -> Q:
    """Lessons that ended more than ``unmarked_days`` ago, neither marked nor cancelled.

    A completed one is marked, unless it is a group's: who of them was there is not said by it.
    None from further back than ``LOOK_BACK``.
    """
    until = now - timedelta(days=studio().unmarked_days)
    unsaid = Q(status=ClassStatus.SCHEDULED) | Q(status=ClassStatus.COMPLETED, is_shared=True)
    return unsaid & Q(
        attendance="",
        ends_at__lte=until,
        starts_at__lte=until,
        starts_at__gte=until - LOOK_BACK,
    )
