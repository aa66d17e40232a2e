"""Which family was told that a lesson does not take place: claimed before, so at most once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .people import Student, Teacher


class CancellationNotice(models.Model):
    """A lesson is told by who meets whom, and when, not by its row, which a run may make anew.

    Without ``sent_at``: claimed and not known to be sent. It is not tried again.
    """

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+", db_index=False)
    teacher = models.ForeignKey(Teacher, on_delete=models.CASCADE, related_name="+", db_index=False)
    starts_at = models.DateTimeField(_("starts at"))
    claimed_at = models.DateTimeField(_("claimed"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = _("notice of cancellation")
        verbose_name_plural = _("notices of cancellation")
        default_permissions = ()  # a ledger: nobody edits it
        constraints = [
            models.UniqueConstraint(
                fields=["starts_at", "student", "teacher"], name="cancellation_notice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} · {self.starts_at:%Y-%m-%d %H:%M}"
