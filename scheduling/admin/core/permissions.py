"""The admin's permission checks, in addition to Django's own.

A teacher's account has no model permissions; it may see and mark the classes of its teacher.
"""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from scheduling.models import ScheduledClass, Teacher

# The fields that a teacher may change in their own classes.
MARKED_FIELDS = ("status", "attendance", "notes")


def may_run_jobs(user: Any) -> bool:
    """Return whether an active staff ``user`` may start, cancel and undo runs."""
    return _may(user, "run_jobs")


def may_see_jobs(user: Any) -> bool:
    """Return whether an active staff ``user`` may view the job log."""
    return _may(user, "view_jobrun")


def may_import(user: Any) -> bool:
    """Return whether an active staff ``user`` may import a timetable."""
    return _may(user, "import_timetable")


def may_manage_personal_data(user: Any) -> bool:
    """Return whether an active staff ``user`` may export and erase the data of a person."""
    return _may(user, "manage_personal_data")


def may_see_everyone(user: Any) -> bool:
    """Return whether an active staff ``user`` may see the classes of the whole studio."""
    return _may(user, "view_scheduledclass") or _may(user, "change_scheduledclass")


def may_see_classes(user: Any) -> bool:
    """Return whether ``user`` may see any classes: everyone's or their own."""
    return may_see_everyone(user) or teacher_of(user) is not None


def teacher_of(user: Any) -> Teacher | None:
    """Return the teacher whose classes ``user`` sees and marks; None for other accounts."""
    if not _may(user, "mark_own_classes") or user.is_superuser:
        return None
    try:
        teacher: Teacher = user.teacher
    except ObjectDoesNotExist:
        return None
    return teacher


def visible_classes(
    user: Any, classes: QuerySet[ScheduledClass] | None = None
) -> QuerySet[ScheduledClass]:
    """Return those of ``classes`` that ``user`` may see: all, a teacher's own, or none."""
    rows = ScheduledClass.objects.all() if classes is None else classes
    if may_see_everyone(user):
        return rows
    teacher = teacher_of(user)
    return rows.filter(teacher=teacher) if teacher is not None else rows.none()


def may_change_class(user: Any, scheduled_class: ScheduledClass) -> bool:
    """Return whether ``user`` may move, cancel, complete and restore this class."""
    return _may(user, "change_scheduledclass")


def may_change_classes(user: Any) -> bool:
    """Return whether ``user`` may change any class or planned occurrence of the studio."""
    return _may(user, "change_scheduledclass")


def may_mark_class(user: Any, scheduled_class: ScheduledClass) -> bool:
    """Return whether ``user`` may complete this class, mark attendance and write notes."""
    teacher = teacher_of(user)
    own = teacher is not None and scheduled_class.teacher_id == teacher.pk
    return own or may_change_class(user, scheduled_class)


def _may(user: Any, codename: str) -> bool:
    return bool(user.is_active and user.is_staff and user.has_perm(f"scheduling.{codename}"))
