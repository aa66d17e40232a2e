"""Parts of a run that several workers do at the same time."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .jobs import JobRun, RunState
from .progress import Progress


class ShardKind(models.TextChoices):
    """``parallel``: beside others; ``last``: alone, once all the others are done."""

    PARALLEL = "parallel", _("beside others")
    LAST = "last", _("at the end")


class JobShard(Progress):
    """Some of a run's chunks, done by one worker after the other until they are all done.

    ``lot`` says which chunks, once and for all; of the last shard it is known when it begins.
    ``chunks_done`` is where another worker goes on. ``carried`` is what whoever comes after has
    to know: series that are left to the last shard, and people who must not be counted twice.
    """

    run = models.ForeignKey(
        JobRun,
        on_delete=models.CASCADE,
        related_name="shards",
        db_index=False,  # the constraint's begins with it
        verbose_name=_("run"),
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=ShardKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED
    )
    lot = models.JSONField(_("chunks"), null=True, blank=True)
    chunks_done = models.PositiveIntegerField(_("chunks done"), default=0)
    carried = models.JSONField(_("handed on"), default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("shard of a run")
        verbose_name_plural = _("shards of a run")
        ordering = ["run", "number"]
        default_permissions = ()  # nobody edits them; they go with the log of their run
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="job_shard_once"),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="job_shard_state"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number} ({self.get_state_display()})"
