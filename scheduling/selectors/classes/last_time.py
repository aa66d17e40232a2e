"""The lesson before a class: the student's mark then, or that there was none."""

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from scheduling.models import Attendance, ClassStatus, ScheduledClass

NO_TEACHER = Value(0)


def with_last_time(classes: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
    """Annotate classes with ``last_attendance`` and ``has_earlier``, in their own query.

    ``last_attendance`` is the mark of the student's last lesson before with the same regular
    teacher. ``has_earlier``: the student had a lesson before, whose ever it was. Lessons that were
    cancelled, or whose teacher was absent, do not count.
    """
    earlier = (
        ScheduledClass.objects.filter(
            student=OuterRef("student"), starts_at__lt=OuterRef("starts_at")
        )
        .exclude(status=ClassStatus.CANCELLED)
        .exclude(attendance=Attendance.TEACHER_ABSENT)
    )
    same_teacher = earlier.annotate(
        regular=Coalesce("original_teacher_id", "teacher_id", NO_TEACHER)
    ).filter(regular=Coalesce(OuterRef("original_teacher_id"), OuterRef("teacher_id"), NO_TEACHER))
    last = same_teacher.order_by("-starts_at", "-id").values("attendance")[:1]
    return classes.annotate(
        last_attendance=Coalesce(Subquery(last), Value("")), has_earlier=Exists(earlier)
    )
