"""The status, cancellation and attendance values of a class."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClassStatus(models.TextChoices):
    """The state of a class; a cancelled one frees its time and stays as a tombstone."""

    SCHEDULED = "scheduled", _("scheduled")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class CancelledBy(models.TextChoices):
    """The origin of a cancellation. ``closure`` is set by a run, the others by a person."""

    STUDENT = "student", _("student")
    TEACHER = "teacher", _("teacher")
    STUDIO = "studio", _("studio")
    CLOSURE = "closure", _("closure")


CANCELLED_BY_PEOPLE = [
    (value, label) for value, label in CancelledBy.choices if value != CancelledBy.CLOSURE
]


class Attendance(models.TextChoices):
    """The attendance of a class."""

    PRESENT = "present", _("present")
    EXCUSED = "excused", _("excused")
    UNEXCUSED = "unexcused", _("unexcused")
    TEACHER_ABSENT = "teacher_absent", _("teacher absent")
