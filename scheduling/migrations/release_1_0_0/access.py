"""Secret addresses of calendars and families' pages, API tokens, uploads, refused credentials."""

from uuid import uuid4

from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Now

from scheduling.models.feeds import new_nonce

from .fields import primary_key

operations = [
    migrations.CreateModel(
        "CalendarFeed",
        fields=[
            ("id", primary_key()),
            ("student", models.ForeignKey(blank=True, null=True, on_delete=models.CASCADE, related_name="feeds", to="scheduling.student", verbose_name="student")),
            ("teacher", models.ForeignKey(blank=True, null=True, on_delete=models.CASCADE, related_name="feeds", to="scheduling.teacher", verbose_name="teacher")),
            ("guardian", models.ForeignKey(blank=True, null=True, on_delete=models.CASCADE, related_name="feeds", to="scheduling.guardian", verbose_name="guardian")),
            ("nonce", models.CharField(default=new_nonce, editable=False, max_length=16)),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="revoked")),
            ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used")),
        ],
        options={
            "verbose_name": "calendar feed",
            "verbose_name_plural": "calendar feeds",
            "ordering": ["-id"],
            "default_permissions": ("add", "change", "view"),
            "constraints": [
                models.CheckConstraint(condition=Q(student__isnull=True, teacher__isnull=True) | Q(guardian__isnull=True, teacher__isnull=True) | Q(guardian__isnull=True, student__isnull=True), name="calendar_feed_owner", violation_error_message="Choose one person: a student, a guardian or a teacher."),
            ],
        },
    ),
    migrations.CreateModel(
        "TimetableUpload",
        fields=[
            ("id", models.UUIDField(default=uuid4, editable=False, primary_key=True, serialize=False)),
            ("owner", models.ForeignKey(null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="uploaded by")),
            ("owner_name", models.CharField(max_length=150, verbose_name="uploaded by")),
            ("file_name", models.CharField(max_length=255, verbose_name="file")),
            ("content", models.BinaryField(verbose_name="content")),
            ("created_at", models.DateTimeField(verbose_name="uploaded")),
            ("imported_at", models.DateTimeField(blank=True, null=True, verbose_name="imported")),
            ("report", models.JSONField(blank=True, default=dict, verbose_name="report")),
        ],
        options={
            "verbose_name": "timetable upload",
            "verbose_name_plural": "timetable uploads",
            "ordering": ["-created_at"],
            "default_permissions": (),
            "indexes": [
                models.Index(fields=["imported_at", "created_at"], name="upload_imported"),
            ],
        },
    ),
    migrations.CreateModel(
        "ApiTokenDetails",
        fields=[
            ("id", primary_key()),
            ("token", models.OneToOneField(on_delete=models.CASCADE, related_name="details", to=settings.KNOX_TOKEN_MODEL, verbose_name="API token")),
            ("name", models.CharField(blank=True, max_length=60, verbose_name="name")),
            ("scope", models.CharField(choices=[("all", "everything that the account may do"), ("metrics", "read /metrics only")], default="all", max_length=7, verbose_name="scope")),
        ],
        options={
            "verbose_name": "API token",
            "verbose_name_plural": "API tokens",
            "default_permissions": (),
            "constraints": [
                models.CheckConstraint(condition=Q(scope__in=["all", "metrics"]), name="api_token_scope"),
            ],
        },
    ),
    migrations.CreateModel(
        "RefusedCredentials",
        fields=[
            ("id", primary_key()),
            ("address", models.CharField(max_length=64)),
            ("window_end", models.DateTimeField()),
            ("count", models.PositiveIntegerField()),
        ],
        options={
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(fields=("address", "window_end"), name="refused_credentials_once"),
            ],
        },
    ),
]
