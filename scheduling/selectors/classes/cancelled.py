"""Conditions for classes by the origin of their cancellation."""

from django.db.models import Q

from scheduling.models import CancelledBy, ClassStatus

CANCELLED = Q(status=ClassStatus.CANCELLED)
# By the teacher, or by a closure of one teacher, such as an illness.
CANCELLED_FOR_TEACHER = CANCELLED & (
    Q(cancelled_by=CancelledBy.TEACHER)
    | Q(cancelled_by=CancelledBy.CLOSURE, closure__teacher__isnull=False)
)
