"""What a class can be: its status, who cancelled it, and who came."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClassStatus(models.TextChoices):
    """The state of a class; a cancelled one frees its time and stays as a tombstone."""

    SCHEDULED = "scheduled", _("scheduled")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class CancelledBy(models.TextChoices):
    """Who cancelled. Only ``closure`` was a run's doing; every other is a person's tombstone."""

    STUDENT = "student", _("student")
    TEACHER = "teacher", _("teacher")
    STUDIO = "studio", _("studio")
    CLOSURE = "closure", _("closure")


CANCELLED_BY_PEOPLE = [one for one in CancelledBy.choices if one[0] != CancelledBy.CLOSURE]


class Attendance(models.TextChoices):
    """What became of a class."""

    PRESENT = "present", _("present")
    EXCUSED = "excused", _("excused")
    UNEXCUSED = "unexcused", _("unexcused")
    TEACHER_ABSENT = "teacher_absent", _("teacher absent")
