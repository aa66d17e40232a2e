"""Numbers of the studio that say whether its data is in order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from scheduling.models import LessonSettings, RecurringSlot, SlotStatus, Student, Teacher

OLD_SLOT = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class StudioNumbers:
    """Counts, in the order in which the contract names them."""

    active_teachers: int
    active_students: int
    active_recurring_slots: int
    teachers_without_settings: int
    orphaned_slots: int
    old_slots: int


def studio_numbers(now: datetime) -> StudioNumbers:
    """The state of the data at ``now``."""
    today = now.date()
    active = RecurringSlot.objects.filter(status=SlotStatus.ACTIVE).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=today)
    )
    slots = active.filter(teacher_id=OuterRef("pk"))
    settings = LessonSettings.objects.filter(teacher_id=OuterRef("pk"))
    return StudioNumbers(
        active_teachers=Teacher.objects.filter(is_active=True).count(),
        active_students=Student.objects.filter(is_active=True).count(),
        active_recurring_slots=active.count(),
        teachers_without_settings=Teacher.objects.filter(
            Exists(slots), ~Exists(settings), is_active=True
        ).count(),
        orphaned_slots=active.filter(
            Q(teacher__is_active=False)
            | Q(student__is_active=False)
            | Q(student__end_date__lt=today)
        ).count(),
        old_slots=active.filter(booked_at__lt=now - OLD_SLOT).count(),
    )
