"""What is wrong with the jobs or the mail, from when it was noticed to when it was over."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .runs import Job


class TroubleKind(models.TextChoices):
    """Ways in which a job, or all mail, fails to do what it should."""

    LATE = "late", _("late")
    FAILED = "failed", _("failed")
    CRASHED = "crashed", _("crashed")
    STUCK = "stuck", _("stalled")
    MAIL = "mail", _("blocked")


class Trouble(models.Model):
    """One trouble of a job, or of the mail, whose job is the watch.

    It is told once when it begins and once when it is over.
    ``told_begin`` and ``told_end``: the channels that have taken the news; one that failed is
    tried again by the next watch.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=TroubleKind.choices)
    job = models.CharField(_("job"), max_length=10, choices=Job.choices)
    detail = models.TextField(_("detail"), blank=True, db_default="")
    since = models.DateTimeField(_("since"))
    over_at = models.DateTimeField(_("over"), null=True, blank=True)
    told_begin = models.JSONField(default=list, blank=True)
    told_end = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("trouble")
        verbose_name_plural = _("troubles")
        ordering = ["-id"]
        default_permissions = ()  # nobody edits them; the pages of jobs show what they say
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "job"], condition=Q(over_at__isnull=True), name="trouble_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.get_kind_display()}"

    @property
    def subject(self) -> str:
        """The job; or that it is the mail."""
        return str(_("E-mail") if self.kind == TroubleKind.MAIL else self.get_job_display())
