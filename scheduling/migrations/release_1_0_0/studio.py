"""The studio: one row with its rules."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Length, Upper
from django.db.models.lookups import Exact

from scheduling.models.validators import validate_time_zone

from .fields import LANGUAGES

CURRENCY = RegexValidator(
    "^[A-Z]{3}\\Z", "Write the three capital letters of an ISO 4217 code, such as EUR.", code="currency"
)

operations = [
    migrations.CreateModel(
        "Studio",
        fields=[
            ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
            ("name", models.CharField(blank=True, help_text="Shown in the header of these pages, in calendars, and below e-mails about lessons.", max_length=150, verbose_name="name")),
            ("phone", models.CharField(blank=True, help_text="Shown below e-mails about lessons.", max_length=40, verbose_name="phone")),
            ("reply_to", models.EmailField(blank=True, help_text="Answers to e-mails about lessons go here; if it is empty, to the sender.", max_length=254, verbose_name="reply-to address")),
            ("time_zone", models.CharField(help_text="IANA name, such as Europe/Madrid. It decides what “today” is, when jobs are due, and when classes without a teacher take place.", max_length=64, validators=[validate_time_zone], verbose_name="time zone")),
            ("language", models.CharField(choices=LANGUAGES, help_text="The language of alerts, of new people, and of visitors whose browser states none of ours.", max_length=2, verbose_name="language")),
            ("currency", models.CharField(blank=True, db_default="", default="", help_text="ISO 4217 code, such as EUR, shown with prices; empty: none is shown.", max_length=3, validators=[CURRENCY], verbose_name="currency")),
            ("unmarked_days", models.PositiveSmallIntegerField(help_text="Unmarked lessons are listed after this number of days; 0: attendance is not kept.", validators=[MaxValueValidator(366)], verbose_name="days to mark attendance")),
            ("reminder_hours", models.PositiveSmallIntegerField(help_text="How long before a class its student and teacher are reminded; 0: never.", validators=[MaxValueValidator(168)], verbose_name="hours before a reminder")),
            ("makeup_rule", models.CharField(choices=[("never", "no cancellation"), ("teacher", "the teacher's or the studio's"), ("notice", "also the student's, in time")], max_length=7, verbose_name="cancellations that earn a make-up")),
            ("cancel_notice_hours", models.PositiveSmallIntegerField(db_default=24, default=24, help_text="A student cancels in time at least this number of hours before the class.", validators=[MinValueValidator(1), MaxValueValidator(168)], verbose_name="hours of notice")),
            ("makeup_days", models.PositiveSmallIntegerField(help_text="A make-up takes place within this number of days of the lost class.", validators=[MinValueValidator(1), MaxValueValidator(366)], verbose_name="days to make up")),
            ("notify_families", models.CharField(choices=[("ask", "ask each time"), ("always", "always, unless it is unticked"), ("never", "never")], db_default="ask", default="ask", help_text="E-mails to families and teachers when a person changes lessons ahead.", max_length=6, verbose_name="telling the families")),
            ("family_pages", models.BooleanField(db_default=False, default=False, help_text="Families see their lessons at a secret address, without an account.", verbose_name="families' pages")),
            ("family_cancel", models.BooleanField(db_default=False, default=False, help_text="On their page, until the hours of notice before a lesson. If such a cancellation earns a make-up, they also cancel later: the lesson is then charged. Otherwise they ask the studio.", verbose_name="families cancel lessons")),
            ("family_makeups", models.BooleanField(db_default=False, default=False, help_text="On their page, within the teacher's working hours and advance booking days, at least the hours of notice ahead.", verbose_name="families book make-ups")),
            ("is_settled", models.BooleanField(db_default=False, default=False, editable=False)),
        ],
        options={
            "verbose_name": "studio",
            "verbose_name_plural": "studio",
            "default_permissions": ("change", "view"),
            "constraints": [
                models.CheckConstraint(condition=Q(id=1), name="studio_once"),
                models.CheckConstraint(condition=Q(language__in=["en", "es"]), name="studio_language"),
                models.CheckConstraint(condition=Q(currency="") | (Q(Exact(Length("currency"), 3)) & Q(currency=Upper(F("currency")))), name="studio_currency"),
                models.CheckConstraint(condition=Q(unmarked_days__gte=0, unmarked_days__lte=366), name="studio_unmarked_days"),
                models.CheckConstraint(condition=Q(reminder_hours__gte=0, reminder_hours__lte=168), name="studio_reminder_hours"),
                models.CheckConstraint(condition=Q(makeup_rule__in=["never", "teacher", "notice"]), name="studio_makeup_rule"),
                models.CheckConstraint(condition=Q(cancel_notice_hours__gte=1, cancel_notice_hours__lte=168), name="studio_cancel_notice_hours"),
                models.CheckConstraint(condition=Q(makeup_days__gte=1, makeup_days__lte=366), name="studio_makeup_days"),
                models.CheckConstraint(condition=Q(notify_families__in=["ask", "always", "never"]), name="studio_notify_families"),
            ],
        },
    ),
]
