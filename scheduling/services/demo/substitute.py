"""A coming lesson of the demo studio that a substitute gives."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.services.substitutes import Availability, find_lessons, hand_over

# The number of coming classes to try.
_TRIES = 20


def add_substitute(teacher_ids: Collection[int], now: datetime) -> bool:
    """Hand the first coming class for which a teacher is free to that teacher, as a substitute.

    Do nothing if a coming class of these teachers has a substitute already. Return whether one
    has a substitute now.
    """
    classes = ScheduledClass.objects.filter(teacher__in=teacher_ids, starts_at__gt=now)
    if classes.exclude(original_teacher=None).exists():
        return True
    ahead = classes.filter(status=ClassStatus.SCHEDULED, is_shared=False, edited_at=None)
    first = ahead.order_by("starts_at", "id").values_list("pk", flat=True)[:_TRIES]
    lessons = find_lessons(map(str, first), now)
    availability = Availability(lessons, now, teacher_ids)
    for lesson in lessons:
        for candidate in availability.of(lesson):
            if candidate.is_free and candidate.is_inside_hours:
                with transaction.atomic():
                    hand_over([(lesson.reference, candidate.teacher.pk)], now)
                return True
    return False
