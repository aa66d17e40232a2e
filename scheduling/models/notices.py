"""Which family was told that a lesson does not take place: claimed before, so at most once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .announcements import Announcement
from .people import Teacher


class CancellationNotice(Announcement):
    """The e-mail to a student; only lessons with a teacher are told of."""

    teacher = models.ForeignKey(Teacher, on_delete=models.CASCADE, related_name="+", db_index=False)

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
