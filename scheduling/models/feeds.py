"""Secret addresses under which a calendar can be read without logging in."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .people import Student, Teacher


def new_nonce() -> str:
    """What makes an address of its own for each feed, the same person's included."""
    return secrets.token_urlsafe(12)


class CalendarFeed(models.Model):
    """The calendar of a student, of a teacher, or, with neither, of the studio.

    Its address is worked out from ``nonce`` and the studio's SECRET_KEY: who reads the database
    alone can't read the calendars. A revoked feed answers as if it had never been.
    """

    student = models.ForeignKey(
        Student,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("student"),
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("teacher"),
    )
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-id"]
        default_permissions = ("add", "change", "view")  # revoked, and kept
        constraints = [
            models.CheckConstraint(
                condition=Q(teacher__isnull=True) | Q(student__isnull=True),
                name="calendar_feed_scope",
                violation_error_message=_("Choose a teacher or a student, not both."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.student or self.teacher or _("the studio"))
