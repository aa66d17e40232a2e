"""What is told of work under way: how far it has come, and which process is at it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Progress(models.Model):
    """What the fence of a chunk writes, and what proves whose the work is."""

    counts = models.JSONField(_("outcome counts"), default=dict, blank=True)
    classes_created = models.PositiveIntegerField(_("classes created"), default=0, db_default=0)
    students_processed = models.PositiveIntegerField(
        _("students processed"), default=0, db_default=0
    )
    teachers_processed = models.PositiveIntegerField(
        _("teachers processed"), default=0, db_default=0
    )
    progress_done = models.PositiveIntegerField(_("series done"), default=0, db_default=0)
    progress_total = models.PositiveIntegerField(_("series in all"), default=0, db_default=0)
    queries = models.PositiveIntegerField(_("queries"), default=0, db_default=0)
    heartbeat = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    # Proves that a process still owns the work; a takeover makes it worthless.
    token = models.UUIDField(_("token"), null=True, blank=True, editable=False)
    host = models.CharField(_("host"), max_length=255, blank=True, db_default="")
    process = models.CharField(_("process"), max_length=64, blank=True, db_default="")

    class Meta:
        abstract = True
