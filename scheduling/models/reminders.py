"""Who was reminded of which lesson: claimed before the e-mail is sent, so at most once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import Student, Teacher


class Reader(models.TextChoices):
    """Whom a reminder is for."""

    STUDENT = "student", _("student")
    TEACHER = "teacher", _("teacher")


class Reminder(models.Model):
    """A lesson is told by who meets whom, and when, not by its row: a class that a run makes anew
    is not announced twice, and one that is moved is announced for its new time.

    Without ``sent_at``: claimed and never known to be sent. It is not tried again.
    """

    reader = models.CharField(_("reader"), max_length=7, choices=Reader.choices)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+", db_index=False)
    teacher = models.ForeignKey(
        Teacher, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField(_("starts at"))
    claimed_at = models.DateTimeField(_("claimed"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True, db_default="")

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
