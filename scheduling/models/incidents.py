"""Incidents: failures of the jobs or of e-mail, each with its beginning and its end."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .runs import Job


class IncidentKind(models.TextChoices):
    """The ways in which a job, or e-mail delivery, can fail."""

    LATE = "late", _("late")
    FAILED = "failed", _("failed")
    CRASHED = "crashed", _("crashed")
    STUCK = "stuck", _("stalled")
    MAIL = "mail", _("blocked")
    MISSING = "missing", _("incomplete")


class Incident(models.Model):
    """A failure of a job, or of e-mail delivery, which is recorded under the job ``watch``.

    ``told_begin`` and ``told_end`` list the channels that were notified of the beginning and of
    the end. The next watch retries the channels that failed.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=IncidentKind.choices)
    job = models.CharField(_("job"), max_length=10, choices=Job.choices)
    detail = models.TextField(_("detail"), blank=True, db_default="")
    since = models.DateTimeField(_("since"))
    over_at = models.DateTimeField(_("over"), null=True, blank=True)
    told_begin = models.JSONField(default=list, blank=True)
    told_end = models.JSONField(default=list, blank=True)

    class Meta:
        db_table = "scheduling_trouble"  # the model's name was once "Trouble"
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-id"]
        default_permissions = ()  # read-only: only the watch writes incidents
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "job"], condition=Q(over_at__isnull=True), name="trouble_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.get_kind_display()}"

    @property
    def subject(self) -> str:
        """The name of the job, or "E-mail"."""
        return str(_("E-mail") if self.kind == IncidentKind.MAIL else self.get_job_display())
