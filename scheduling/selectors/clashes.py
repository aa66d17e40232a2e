"""The class that stands in the way of one that a person enters or moves."""

from django.db.models import Q

from scheduling.models import ClassStatus, ScheduledClass


def clash_of(wanted: ScheduledClass) -> ScheduledClass | None:
    """The stored active class that ``wanted`` would overlap; None if its place is free.

    ``wanted`` has its instants. The same rule as the planner's and the database's: half-open
    intervals, and no clash between the students of one group lesson.
    """
    if wanted.status == ClassStatus.CANCELLED:
        return None
    others = ScheduledClass.objects.exclude(status=ClassStatus.CANCELLED).exclude(pk=wanted.pk)
    overlap = Q(starts_at__lt=wanted.ends_at, ends_at__gt=wanted.starts_at)
    people = Q(student_id=wanted.student_id)
    if wanted.teacher_id is not None:
        teacher = Q(teacher_id=wanted.teacher_id)
        if wanted.is_shared:
            teacher &= ~Q(is_shared=True, starts_at=wanted.starts_at, ends_at=wanted.ends_at)
        people |= teacher
    same_key = Q(
        student_id=wanted.student_id,
        date=wanted.date,
        start_time=wanted.start_time,
        end_time=wanted.end_time,
    )
    return (
        others.filter((overlap & people) | same_key)
        .select_related("student", "teacher")
        .order_by("starts_at", "id")
        .first()
    )
