"""The outbox: every e-mail, and the lessons that it is about."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from .fields import LANGUAGES, primary_key

MESSAGES = [
    ("reminder", "reminder"),
    ("notice", "notice"),
    ("alert", "alert"),
    ("address", "address of a family's page"),
    ("account", "account"),
]

operations = [
    migrations.CreateModel(
        "Message",
        fields=[
            ("id", primary_key()),
            ("kind", models.CharField(choices=MESSAGES, max_length=8, verbose_name="kind")),
            ("state", models.CharField(choices=[("waiting", "waiting"), ("sent", "sent"), ("refused", "refused"), ("unknown", "not known"), ("stale", "stale")], default="waiting", max_length=8, verbose_name="state")),
            ("recipient", models.EmailField(max_length=254, verbose_name="recipient")),
            ("language", models.CharField(choices=LANGUAGES, max_length=2, verbose_name="language")),
            ("subject", models.TextField(blank=True, verbose_name="subject")),
            ("body", models.TextField(blank=True, verbose_name="text")),
            ("message_id", models.CharField(max_length=255, unique=True, verbose_name="Message-ID")),
            ("attempts", models.PositiveIntegerField(default=0, verbose_name="attempts")),
            ("error", models.CharField(blank=True, max_length=300, verbose_name="answer of the mail server")),
            ("created_at", models.DateTimeField(verbose_name="created")),
            ("next_try", models.DateTimeField(verbose_name="next attempt")),
            ("expires_at", models.DateTimeField(verbose_name="expires")),
            ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
            ("feed", models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=models.CASCADE, related_name="+", to="scheduling.calendarfeed")),
            ("blocked_since", models.DateTimeField(null=True, verbose_name="blocked since")),
            ("account", models.ForeignKey(db_index=False, editable=False, null=True, on_delete=models.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="account")),
        ],
        options={
            "verbose_name": "message",
            "verbose_name_plural": "messages",
            "ordering": ["-id"],
            "default_permissions": ("view", "change"),
            "indexes": [
                models.Index(condition=Q(state="waiting"), fields=["next_try"], name="message_waiting"),
                models.Index(fields=["expires_at"], name="message_expires"),
            ],
        },
    ),
    migrations.CreateModel(
        "MessageItem",
        fields=[
            ("id", primary_key()),
            ("message", models.ForeignKey(on_delete=models.CASCADE, related_name="items", to="scheduling.message")),
            ("kind", models.CharField(choices=MESSAGES, max_length=8, verbose_name="kind")),
            ("reader", models.CharField(choices=[("student", "student"), ("teacher", "teacher"), ("guardian", "guardian")], max_length=8, verbose_name="reader")),
            ("student", models.ForeignKey(db_constraint=False, db_index=False, on_delete=models.CASCADE, related_name="+", to="scheduling.student")),
            ("teacher", models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=models.CASCADE, related_name="+", to="scheduling.teacher")),
            ("guardian", models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=models.CASCADE, related_name="+", to="scheduling.guardian")),
            ("starts_at", models.DateTimeField(verbose_name="starts at")),
            ("class_id", models.BigIntegerField(null=True)),
            ("revision", models.DateTimeField(null=True)),
            ("before", models.JSONField(encoder=DjangoJSONEncoder, null=True)),
            ("change", models.CharField(blank=True, choices=[("cancelled", "cancelled"), ("moved", "moved"), ("restored", "restored"), ("teacher", "another teacher"), ("given", "taken over"), ("taken", "handed over"), ("booked", "booked")], db_default="", default="", max_length=9, verbose_name="change")),
        ],
        options={
            "verbose_name": "lesson of a message",
            "verbose_name_plural": "lessons of messages",
            "default_permissions": (),
            "constraints": [
                models.UniqueConstraint(F("student"), F("starts_at"), F("kind"), F("reader"), Coalesce("teacher", Value(0)), Coalesce("guardian", Value(0)), condition=~Q(kind="notice"), name="message_item_once"),
                models.UniqueConstraint(F("class_id"), F("revision"), F("student"), F("reader"), Coalesce("teacher", Value(0)), Coalesce("guardian", Value(0)), condition=Q(kind="notice"), name="message_item_change_once"),
            ],
        },
    ),
]
