"""Who may see and do what in the admin: every page and action asks here, or Django's permissions.

A teacher's account has no permission of Django's own but sees, and marks, the classes of the
teacher that it belongs to.
"""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet

from scheduling.models import ScheduledClass, Teacher

# What a teacher may write into an own class.
MARKED_FIELDS = ("status", "attendance", "notes")


def may_run_jobs(user: Any) -> bool:
    """Active staff with the permission to start, cancel and undo runs."""
    return _may(user, "run_jobs")


def may_see_jobs(user: Any) -> bool:
    """Active staff who may look at the job log; starting anything is another permission."""
    return _may(user, "view_jobrun")


def may_import(user: Any) -> bool:
    """Active staff with the permission to import a timetable."""
    return _may(user, "import_timetable")


def may_see_everyone(user: Any) -> bool:
    """Active staff who may see the classes of the whole studio."""
    return _may(user, "view_scheduledclass") or _may(user, "change_scheduledclass")


def may_see_classes(user: Any) -> bool:
    """Who may see any class at all: everyone's, or their own."""
    return may_see_everyone(user) or teacher_of(user) is not None


def teacher_of(user: Any) -> Teacher | None:
    """The teacher whose own classes ``user`` sees and marks; None for everyone else."""
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
    """Those of ``classes`` that ``user`` may see: all, a teacher's own, or none."""
    rows = ScheduledClass.objects.all() if classes is None else classes
    if may_see_everyone(user):
        return rows
    teacher = teacher_of(user)
    return rows.filter(teacher=teacher) if teacher is not None else rows.none()


def may_change_class(user: Any, one: ScheduledClass) -> bool:
    """Whether ``user`` may move, cancel, complete and restore this class."""
    return _may(user, "change_scheduledclass")


def may_change_classes(user: Any) -> bool:
    """Whether ``user`` may act on any class of the studio, and on occurrences not stored yet."""
    return _may(user, "change_scheduledclass")


def may_mark_class(user: Any, one: ScheduledClass) -> bool:
    """Whether ``user`` may complete this class, mark its attendance and take notes."""
    teacher = teacher_of(user)
    own = teacher is not None and one.teacher_id == teacher.pk
    return own or may_change_class(user, one)


def _may(user: Any, codename: str) -> bool:
    return bool(user.is_active and user.is_staff and user.has_perm(f"scheduling.{codename}"))
