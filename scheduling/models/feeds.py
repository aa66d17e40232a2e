"""Calendar feeds and families' pages: secret addresses that need no login."""

import secrets

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .guardians import Guardian
from .people import Student, Teacher


def new_nonce() -> str:
    """Return a random value that makes the address of each feed unique."""
    return secrets.token_urlsafe(12)


class CalendarFeed(models.Model):
    """The calendar of a student, a guardian, a teacher, or, with none of them, of the studio.

    That of a student or guardian has two addresses: the calendar's and that of the family's page.
    They are derived from ``nonce`` and SECRET_KEY: access to the database alone doesn't give access
    to either. A revoked feed responds like an unknown one.
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
    guardian = models.ForeignKey(
        Guardian,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("guardian"),
    )
    nonce = models.CharField(max_length=16, default=new_nonce, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    # Of either address; written at most once an hour.
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-id"]
        default_permissions = ("add", "change", "view")  # feeds are revoked, not deleted
        constraints = [
            models.CheckConstraint(
                condition=Q(teacher__isnull=True, student__isnull=True)
                | Q(teacher__isnull=True, guardian__isnull=True)
                | Q(student__isnull=True, guardian__isnull=True),
                name="calendar_feed_owner",
                violation_error_message=_("Choose one person: a student, a guardian or a teacher."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person or _("the studio"))

    @property
    def person(self) -> Student | Guardian | Teacher | None:
        """The person whose calendar it is; None for the studio's."""
        return self.student or self.guardian or self.teacher
