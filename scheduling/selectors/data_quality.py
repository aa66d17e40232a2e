"""Counts of the studio's rows, and of rows that need correction."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from scheduling.models import (
    FixedSchedule,
    LessonSettings,
    RecurringSlot,
    Student,
    Teacher,
    WorkingHours,
)

from .people_lists import active_slots, not_ended
from .studio import studio_day

OLD_SLOT = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class StudioCounts:
    """The counts, in the order of the contract."""

    active_teachers: int
    active_students: int
    active_recurring_slots: int
    teachers_without_settings: int
    orphaned_slots: int
    old_slots: int


def studio_counts(now: datetime) -> StudioCounts:
    """Count the data at ``now``. Each table is read once."""
    teachers = Teacher.objects.filter(is_active=True).order_by()
    slots = active_slots(studio_day(now)).order_by()
    return StudioCounts(
        active_students=Student.objects.filter(is_active=True).count(),
        **teachers.aggregate(
            active_teachers=Count("id"),
            teachers_without_settings=Count("id", filter=_without_settings(now)),
        ),
        **slots.aggregate(
            active_recurring_slots=Count("id"),
            orphaned_slots=Count("id", filter=_orphaned(now)),
            old_slots=Count("id", filter=_old(now)),
        ),
    )


def teachers_without_settings(now: datetime) -> QuerySet[Teacher]:
    """Return active teachers who have active slots but no lesson settings."""
    return Teacher.objects.filter(_without_settings(now), is_active=True)


def students_without_start(now: datetime) -> QuerySet[Student]:
    """Return active students with fixed schedules but without a start date, so without classes."""
    rules = FixedSchedule.objects.filter(not_ended(studio_day(now)), student_id=OuterRef("pk"))
    return Student.objects.filter(Exists(rules), start_date__isnull=True, is_active=True)


def teachers_without_hours(now: datetime) -> QuerySet[Teacher]:
    """Return active teachers with current weekly lessons whose working hours are unknown."""
    today, theirs = studio_day(now), {"teacher_id": OuterRef("pk")}
    has_rules = Exists(active_slots(today).filter(**theirs)) | Exists(
        FixedSchedule.objects.filter(not_ended(today), **theirs)
    )
    hours = WorkingHours.objects.filter(**theirs)
    return Teacher.objects.filter(has_rules, ~Exists(hours), is_active=True)


def orphaned_slots(now: datetime) -> QuerySet[RecurringSlot]:
    """Return active slots of a teacher or student who has left."""
    return active_slots(studio_day(now)).filter(_orphaned(now))


def old_slots(now: datetime) -> QuerySet[RecurringSlot]:
    """Return active slots that were booked over six months ago."""
    return active_slots(studio_day(now)).filter(_old(now))


def _without_settings(now: datetime) -> Q:
    slots = active_slots(studio_day(now)).filter(teacher_id=OuterRef("pk"))
    settings = LessonSettings.objects.filter(teacher_id=OuterRef("pk"))
    return Q(Exists(slots), ~Exists(settings))


def _orphaned(now: datetime) -> Q:
    gone = Q(teacher__is_active=False) | Q(student__is_active=False)
    return gone | Q(student__end_date__lt=studio_day(now))


def _old(now: datetime) -> Q:
    return Q(booked_at__lt=now - OLD_SLOT)
