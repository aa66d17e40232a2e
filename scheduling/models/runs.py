"""The job log: one row for each execution of a job, and its noteworthy results."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib.admin import display
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from scheduling.domain.outcomes import Outcome

from .people import Student, Teacher


def _horizon() -> str:
    if get_language() is None:
        # Migrations are written without a language: what they hold is the same for every studio.
        return "Lessons ahead"
    weeks = settings.HORIZON_WEEKS
    return ngettext(
        "Lessons for the next %(n)d week", "Lessons for the next %(n)d weeks", weeks
    ) % {"n": weeks}


class Job(models.TextChoices):
    """The jobs, scheduled or started by a person."""

    WEEKLY = "weekly", _("This week's lessons")
    HORIZON = "horizon", lazy(_horizon, str)()
    MISSING = "missing", _("Missing classes")
    PRUNE = "prune", _("Prune job logs")
    WATCH = "watch", _("Watch")
    BACKUP = "backup", _("Backup")


class RunState(models.TextChoices):
    """The state of a run. ``partial``: done, with ``error`` or ``invalid`` outcomes."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("done")
    PARTIAL = "partial", _("with errors")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    CRASHED = "crashed", _("crashed")


ACTIVE_STATES = (RunState.QUEUED, RunState.RUNNING)


class Trigger(models.TextChoices):
    """Origins of a run."""

    CRON = "cron", _("cron")
    HTTP = "http", _("cron endpoint")
    API = "api", _("API")
    ADMIN = "admin", _("admin")
    COMMAND = "command", _("command line")
    SCHEDULER = "scheduler", _("scheduler")
    CHANGE = "change", _("change of a schedule")


# The triggers without a person.
AUTOMATIC = (Trigger.CRON, Trigger.SCHEDULER, Trigger.HTTP)


class JobRun(models.Model):
    """One execution of a job.

    The partial unique constraint is the claim: at most one whole run of a job is active. A run
    narrowed to some students or teachers (``is_full`` false) claims nothing. ``window_end`` is
    the day after the last one; ``catch_up_from`` the first day of the missed weeks that the run
    made as well.
    """

    job = models.CharField(_("job"), max_length=10, choices=Job.choices)
    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger.choices)
    triggered_by = models.CharField(_("triggered by"), max_length=150, blank=True, db_default="")
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.QUEUED
    )
    is_full = models.BooleanField(_("whole studio"), default=True, db_default=True)
    is_dated = models.BooleanField(_("for a named date"), default=False, db_default=False)
    window_start = models.DateField(_("window start"), null=True, blank=True)
    window_end = models.DateField(_("window end"), null=True, blank=True)
    catch_up_from = models.DateField(_("missed weeks since"), null=True, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
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
    # Proves that a process still owns the run; a takeover replaces it.
    token = models.UUIDField(_("token"), null=True, blank=True, editable=False)
    host = models.CharField(_("host"), max_length=255, blank=True, db_default="")
    process = models.CharField(_("process"), max_length=64, blank=True, db_default="")
    error = models.TextField(_("error"), blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    # The run itself says who undid it, as an undo is no run of a job.
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True, db_default="")
    classes_undone = models.PositiveIntegerField(_("classes undone"), default=0, db_default=0)

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")
        ordering = ["-id"]
        permissions = [("run_jobs", _("Can run jobs"))]
        constraints = [
            models.UniqueConstraint(
                fields=["job"],
                condition=Q(state__in=["queued", "running"], is_full=True),
                name="job_run_one_active",
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="job_run_state"),
            models.CheckConstraint(
                condition=Q(window_end__isnull=True) | Q(window_end__gt=F("window_start")),
                name="job_run_window",
            ),
        ]
        indexes = [
            models.Index(fields=["job", "-id"], name="job_run_job"),
            # Most runs concern a few people alone, after a change of a schedule; most questions
            # are about the others.
            models.Index(fields=["job", "-id"], name="job_run_whole", condition=Q(is_full=True)),
            models.Index(fields=["finished_at"], name="job_run_finished"),
            # Every page asks for them, and hardly any run is one.
            models.Index(
                fields=["state"],
                name="job_run_unsettled",
                condition=Q(state__in=["queued", "running", "crashed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_job_display()} #{self.pk} ({self.get_state_display()})"

    @property
    def window_last(self) -> date | None:
        """The last day of the window, included, as interfaces show it."""
        return self.window_end - timedelta(days=1) if self.window_end else None

    @property
    @display(description=_("duration"))
    def duration(self) -> timedelta | None:
        """The duration of the run, None until it has finished."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


class JobRunItem(models.Model):
    """A result of a run that is worth reporting: people, outcome and reason.

    ``code`` and ``params`` say the reason; ``scheduling.reasons`` puts it into words in the
    reader's language. References carry no database constraint: a log never holds up a row.
    """

    run = models.ForeignKey(
        JobRun,
        on_delete=models.CASCADE,
        related_name="items",
        db_index=False,  # the index by outcome begins with it
        verbose_name=_("run"),
    )
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=[(o.value, o.value) for o in Outcome]
    )
    student = models.ForeignKey(
        Student,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    teacher = models.ForeignKey(
        Teacher,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    student_name = models.CharField(_("student"), max_length=201, blank=True, db_default="")
    teacher_name = models.CharField(_("teacher"), max_length=150, blank=True, db_default="")
    series_kind = models.CharField(max_length=15, blank=True, db_default="")
    series_id = models.BigIntegerField(null=True, blank=True)
    class_id = models.BigIntegerField(null=True, blank=True)
    date = models.DateField(_("date"), null=True, blank=True)
    start_time = models.TimeField(_("start time"), null=True, blank=True)
    end_time = models.TimeField(_("end time"), null=True, blank=True)
    occurrences = models.PositiveIntegerField(_("occurrences"), default=1, db_default=1)
    code = models.CharField(_("reason"), max_length=40)
    params = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "outcome"], name="job_run_item_outcome")]

    def __str__(self) -> str:
        day = date_format(self.date) if self.date else ""
        parts = (self.student_name or self.teacher_name, day)
        return " · ".join(filter(None, parts)) or f"#{self.pk}"
