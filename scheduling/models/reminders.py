"""Who was reminded of which lesson: claimed before the e-mail is sent, so at most once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .announcements import Announcement
from .people import Teacher


class Reader(models.TextChoices):
    """Whom a reminder is for."""

    STUDENT = "student", _("student")
    TEACHER = "teacher", _("teacher")


class Reminder(Announcement):
    """A class that a run makes anew is not announced twice; one that moves is, for its new time."""

    reader = models.CharField(_("reader"), max_length=7, choices=Reader.choices)
    teacher = models.ForeignKey(
        Teacher, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        default_permissions = ()  # a ledger: nobody edits it
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at", "student", "reader", "teacher"],
                condition=Q(teacher__isnull=False),
                name="reminder_once",
            ),
            models.UniqueConstraint(
                fields=["starts_at", "student", "reader"],
                condition=Q(teacher__isnull=True),
                name="reminder_once_without_teacher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader} · {self.student_id} · {self.starts_at:%Y-%m-%d %H:%M}"
