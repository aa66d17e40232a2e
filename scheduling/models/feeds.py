"""Calendar feeds: secret addresses of calendars that need no login."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .people import Student, Teacher


def new_nonce() -> str:
    """Return a random value that makes the address of each feed unique."""
    return secrets.token_urlsafe(12)


class CalendarFeed(models.Model):
    """The calendar of a student, of a teacher, or, with neither, of the studio.

    Its address is derived from ``nonce`` and SECRET_KEY: access to the database alone doesn't
    give access to the calendars. A revoked feed responds like an unknown one.
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
        default_permissions = ("add", "change", "view")  # feeds are revoked, not deleted
        constraints = [
            models.CheckConstraint(
                condition=Q(teacher__isnull=True) | Q(student__isnull=True),
                name="calendar_feed_scope",
                violation_error_message=_("Choose a teacher or a student, not both."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.student or self.teacher or _("the studio"))
