"""Numbers of the studio that say whether its data is in order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

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
    return StudioNumbers(
        active_teachers=Teacher.objects.filter(is_active=True).count(),
        active_students=Student.objects.filter(is_active=True).count(),
        active_recurring_slots=active_slots(now).count(),
        teachers_without_settings=teachers_without_settings(now).count(),
        orphaned_slots=orphaned_slots(now).count(),
        old_slots=old_slots(now).count(),
    )


def active_slots(now: datetime) -> QuerySet[RecurringSlot]:
    """Slots that ask for lessons, today or later."""
    return RecurringSlot.objects.filter(status=SlotStatus.ACTIVE).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=now.date())
    )


def teachers_without_settings(now: datetime) -> QuerySet[Teacher]:
    """Active teachers with such slots who have said neither durations nor prices."""
    slots = active_slots(now).filter(teacher_id=OuterRef("pk"))
    settings = LessonSettings.objects.filter(teacher_id=OuterRef("pk"))
    return Teacher.objects.filter(Exists(slots), ~Exists(settings), is_active=True)


def orphaned_slots(now: datetime) -> QuerySet[RecurringSlot]:
    """Active slots of a teacher or a student who has left."""
    return active_slots(now).filter(
        Q(teacher__is_active=False)
        | Q(student__is_active=False)
        | Q(student__end_date__lt=now.date())
    )


def old_slots(now: datetime) -> QuerySet[RecurringSlot]:
    """Active slots that were booked over six months ago."""
    return active_slots(now).filter(booked_at__lt=now - OLD_SLOT)
