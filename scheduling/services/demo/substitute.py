"""A coming lesson of the demo studio that a substitute gives."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.services.substitutes import Availability, find_lessons, hand_over

# How many of the next classes are tried.
_TRIES = 20


def add_substitute(teacher_ids: Collection[int], now: datetime) -> bool:
    """Give the first coming class of these teachers that another one can give to a substitute.

    Return whether one has a substitute now; there is at most one.
    """
    classes = ScheduledClass.objects.filter(teacher__in=teacher_ids, starts_at__gt=now)
    if classes.exclude(original_teacher=None).exists():
        return True
    ahead = classes.filter(status=ClassStatus.SCHEDULED, is_shared=False, edited_at=None)
    first = ahead.order_by("starts_at", "id").values_list("pk", flat=True)[:_TRIES]
    lessons = find_lessons(map(str, first), now)
    availability = Availability(lessons, now, teacher_ids)
    for lesson in lessons:
        for each in availability.of(lesson):
            if each.is_free and each.is_inside_hours:
                with transaction.atomic():
                    hand_over([(lesson.reference, each.teacher.pk)], now)
                return True
    return False
