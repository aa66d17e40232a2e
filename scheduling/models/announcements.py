"""What reminders and notices of cancellation have in common: of a lesson, to a person, once."""

from datetime import datetime
from typing import Any, Self

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from .classes import ScheduledClass
from .people import Student


class Announcement(models.Model):
    """A lesson is told by who meets whom, and when, not by its row, which a run may make anew.

    Claimed before it is sent, so at most once. Without ``sent_at``: claimed and not known to be
    sent. It is not tried again.
    """

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+", db_index=False)
    starts_at = models.DateTimeField(_("starts at"))
    claimed_at = models.DateTimeField(_("claimed"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True, db_default="")

    class Meta:
        abstract = True

    @classmethod
    def claim(cls, one: ScheduledClass, now: datetime, **values: Any) -> Self | None:
        """The right to tell of ``one``; None where it is told already, or another tells it now."""
        try:
            with transaction.atomic():
                return cls._default_manager.create(
                    student_id=one.student_id,
                    teacher_id=one.teacher_id,
                    starts_at=one.starts_at,
                    claimed_at=now,
                    **values,
                )
        except IntegrityError:
            return None
