"""Runs of the jobs with their results, and the incidents that alerts report."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from .fields import primary_key

JOBS = [
    ("weekly", "This week's lessons"),
    ("horizon", "Lessons ahead"),
    ("missing", "Missing classes"),
    ("prune", "Prune job logs"),
    ("watch", "Watch"),
    ("backup", "Backup"),
]

operations = [
    migrations.CreateModel(
        "JobRun",
        fields=[
            ("id", primary_key()),
            ("job", models.CharField(choices=JOBS, max_length=10, verbose_name="job")),
            ("trigger", models.CharField(choices=[("cron", "cron"), ("http", "cron endpoint"), ("api", "API"), ("admin", "admin"), ("command", "command line"), ("scheduler", "scheduler"), ("change", "change of a schedule")], max_length=10, verbose_name="trigger")),
            ("triggered_by", models.CharField(blank=True, db_default="", max_length=150, verbose_name="triggered by")),
            ("state", models.CharField(choices=[("queued", "queued"), ("running", "running"), ("succeeded", "done"), ("partial", "with errors"), ("failed", "failed"), ("cancelled", "cancelled"), ("crashed", "crashed")], default="queued", max_length=10, verbose_name="state")),
            ("is_full", models.BooleanField(db_default=True, default=True, verbose_name="whole studio")),
            ("is_dated", models.BooleanField(db_default=False, default=False, verbose_name="for a named date")),
            ("window_start", models.DateField(blank=True, null=True, verbose_name="window start")),
            ("window_end", models.DateField(blank=True, null=True, verbose_name="window end")),
            ("catch_up_from", models.DateField(blank=True, null=True, verbose_name="missed weeks since")),
            ("options", models.JSONField(blank=True, default=dict, verbose_name="options")),
            ("counts", models.JSONField(blank=True, default=dict, verbose_name="outcome counts")),
            ("classes_created", models.PositiveIntegerField(db_default=0, default=0, verbose_name="classes created")),
            ("students_processed", models.PositiveIntegerField(db_default=0, default=0, verbose_name="students processed")),
            ("teachers_processed", models.PositiveIntegerField(db_default=0, default=0, verbose_name="teachers processed")),
            ("progress_done", models.PositiveIntegerField(db_default=0, default=0, verbose_name="series done")),
            ("progress_total", models.PositiveIntegerField(db_default=0, default=0, verbose_name="series in all")),
            ("queries", models.PositiveIntegerField(db_default=0, default=0, verbose_name="queries")),
            ("heartbeat", models.DateTimeField(blank=True, null=True, verbose_name="last sign of life")),
            ("token", models.UUIDField(blank=True, editable=False, null=True, verbose_name="token")),
            ("host", models.CharField(blank=True, db_default="", max_length=255, verbose_name="host")),
            ("process", models.CharField(blank=True, db_default="", max_length=64, verbose_name="process")),
            ("error", models.TextField(blank=True, db_default="", verbose_name="error")),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
            ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
            ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
            ("undone_by", models.CharField(blank=True, db_default="", max_length=150, verbose_name="undone by")),
            ("classes_undone", models.PositiveIntegerField(db_default=0, default=0, verbose_name="classes undone")),
        ],
        options={
            "verbose_name": "job run",
            "verbose_name_plural": "job runs",
            "ordering": ["-id"],
            "permissions": [("run_jobs", "Can run jobs")],
            "indexes": [
                models.Index(fields=["job", "-id"], name="job_run_job"),
                models.Index(condition=Q(is_full=True), fields=["job", "-id"], name="job_run_whole"),
                models.Index(fields=["finished_at"], name="job_run_finished"),
                models.Index(condition=Q(state__in=["queued", "running", "crashed"]), fields=["state"], name="job_run_unsettled"),
            ],
            "constraints": [
                models.UniqueConstraint(condition=Q(is_full=True, state__in=["queued", "running"]), fields=("job",), name="job_run_one_active"),
                models.CheckConstraint(condition=Q(state__in=["queued", "running", "succeeded", "partial", "failed", "cancelled", "crashed"]), name="job_run_state"),
                models.CheckConstraint(condition=Q(window_end__isnull=True) | Q(window_end__gt=F("window_start")), name="job_run_window"),
            ],
        },
    ),
    migrations.CreateModel(
        "JobRunItem",
        fields=[
            ("id", primary_key()),
            ("run", models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="items", to="scheduling.jobrun", verbose_name="run")),
            (
                "outcome",
                models.CharField(
                    choices=[
                        ("created", "created"),
                        ("exists", "exists"),
                        ("moved", "moved"),
                        ("removed", "removed"),
                        ("cancelled", "cancelled"),
                        ("restored", "restored"),
                        ("protected", "protected"),
                        ("conflict", "conflict"),
                        ("closed", "closed"),
                        ("not_started", "not_started"),
                        ("ended", "ended"),
                        ("paused", "paused"),
                        ("inactive", "inactive"),
                        ("no_schedule", "no_schedule"),
                        ("invalid", "invalid"),
                        ("error", "error"),
                    ],
                    max_length=12,
                    verbose_name="outcome",
                ),
            ),
            ("student", models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=models.DO_NOTHING, related_name="+", to="scheduling.student")),
            ("teacher", models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=models.DO_NOTHING, related_name="+", to="scheduling.teacher")),
            ("student_name", models.CharField(blank=True, db_default="", max_length=201, verbose_name="student")),
            ("teacher_name", models.CharField(blank=True, db_default="", max_length=150, verbose_name="teacher")),
            ("series_kind", models.CharField(blank=True, db_default="", max_length=15)),
            ("series_id", models.BigIntegerField(blank=True, null=True)),
            ("class_id", models.BigIntegerField(blank=True, null=True)),
            ("date", models.DateField(blank=True, null=True, verbose_name="date")),
            ("start_time", models.TimeField(blank=True, null=True, verbose_name="start time")),
            ("end_time", models.TimeField(blank=True, null=True, verbose_name="end time")),
            ("occurrences", models.PositiveIntegerField(db_default=1, default=1, verbose_name="occurrences")),
            ("code", models.CharField(max_length=40, verbose_name="reason")),
            ("params", models.JSONField(blank=True, default=dict)),
        ],
        options={
            "verbose_name": "result",
            "verbose_name_plural": "results",
            "ordering": ["id"],
            "indexes": [
                models.Index(fields=["run", "outcome"], name="job_run_item_outcome"),
            ],
        },
    ),
    migrations.CreateModel(
        "Incident",
        fields=[
            ("id", primary_key()),
            ("kind", models.CharField(choices=[("late", "late"), ("failed", "failed"), ("crashed", "crashed"), ("stuck", "stalled"), ("mail", "blocked"), ("missing", "incomplete")], max_length=8, verbose_name="kind")),
            ("job", models.CharField(choices=JOBS, max_length=10, verbose_name="job")),
            ("detail", models.TextField(blank=True, db_default="", verbose_name="detail")),
            ("since", models.DateTimeField(verbose_name="since")),
            ("over_at", models.DateTimeField(blank=True, null=True, verbose_name="over")),
            ("told_begin", models.JSONField(blank=True, default=list)),
            ("told_end", models.JSONField(blank=True, default=list)),
        ],
        options={
            "verbose_name": "incident",
            "verbose_name_plural": "incidents",
            "db_table": "scheduling_trouble",
            "ordering": ["-id"],
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(condition=Q(over_at__isnull=True), fields=("kind", "job"), name="trouble_once"),
            ],
        },
    ),
]
