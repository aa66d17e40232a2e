"""Teachers with their prices and hours, students, and the guardians of students."""

from datetime import date, time
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from scheduling.models.studio import default_language, default_time_zone
from scheduling.models.validators import validate_time_zone

from .fields import LANGUAGES, WEEKDAYS, primary_key

operations = [
    migrations.CreateModel(
        "Teacher",
        fields=[
            ("id", primary_key()),
            ("revised_at", models.DateTimeField(db_default=Now(), editable=False)),
            ("name", models.CharField(max_length=150, verbose_name="name")),
            ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
            ("time_zone", models.CharField(default=default_time_zone, help_text="IANA name, such as Europe/Madrid. Lessons keep their local time across DST.", max_length=64, validators=[validate_time_zone], verbose_name="time zone")),
            ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
            ("language", models.CharField(choices=LANGUAGES, db_default="en", default=default_language, max_length=2, verbose_name="language")),
            ("reminders", models.BooleanField(db_default=True, default=True, help_text="An e-mail before each class.", verbose_name="reminders")),
            ("subjects", models.TextField(blank=True, db_default="", default="", help_text="One a line. Empty: the subjects of the teacher's weekly lessons.", verbose_name="subjects")),
            ("user", models.OneToOneField(blank=True, null=True, on_delete=models.SET_NULL, related_name="teacher", to=settings.AUTH_USER_MODEL, verbose_name="user account")),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("erased_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased")),
        ],
        options={
            "verbose_name": "teacher",
            "verbose_name_plural": "teachers",
            "ordering": ["name", "id"],
            "constraints": [
                models.CheckConstraint(condition=Q(erased_at__isnull=True) | Q(is_active=False), name="teacher_erased_is_inactive", violation_error_message="An erased person can't be activated."),
            ],
        },
    ),
    migrations.CreateModel(
        "LessonSettings",
        fields=[
            ("id", primary_key()),
            ("teacher", models.OneToOneField(on_delete=models.CASCADE, related_name="lesson_settings", to="scheduling.teacher", verbose_name="teacher")),
            ("advance_booking_days", models.PositiveSmallIntegerField(db_default=28, default=28, help_text="How many days ahead a lesson may be booked.", verbose_name="advance booking days")),
        ],
        options={
            "verbose_name": "lesson settings",
            "verbose_name_plural": "lesson settings",
        },
    ),
    migrations.CreateModel(
        "LessonDuration",
        fields=[
            ("id", primary_key()),
            ("settings", models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="durations", to="scheduling.lessonsettings", verbose_name="lesson settings")),
            ("minutes", models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(1440)], verbose_name="minutes")),
            ("price", models.DecimalField(blank=True, decimal_places=2, help_text="Empty: not offered any more.", max_digits=9, null=True, validators=[MinValueValidator(Decimal("0"))], verbose_name="price")),
            ("valid_from", models.DateField(db_default=date(1970, 1, 1), default=date(1970, 1, 1), validators=[MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2199, 12, 31))], verbose_name="valid from")),
        ],
        options={
            "verbose_name": "lesson duration",
            "verbose_name_plural": "lesson durations",
            "ordering": ["minutes", "valid_from"],
            "constraints": [
                models.UniqueConstraint(fields=("settings", "minutes", "valid_from"), name="lesson_price_once", violation_error_message="This length already has a price from that day on."),
                models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="lesson_duration_minutes"),
                models.CheckConstraint(condition=Q(price__gte=0), name="lesson_duration_price"),
            ],
        },
    ),
    migrations.CreateModel(
        "WorkingHours",
        fields=[
            ("id", primary_key()),
            ("teacher", models.ForeignKey(on_delete=models.CASCADE, related_name="working_hours", to="scheduling.teacher", verbose_name="teacher")),
            ("weekday", models.PositiveSmallIntegerField(choices=WEEKDAYS, verbose_name="weekday")),
            ("start_time", models.TimeField(verbose_name="start time")),
            ("end_time", models.TimeField(help_text="00:00 is midnight.", verbose_name="end time")),
            ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
            ("valid_until", models.DateField(blank=True, help_text="The last day, included.", null=True, verbose_name="valid until")),
        ],
        options={
            "verbose_name": "working hours",
            "verbose_name_plural": "working hours",
            "ordering": ["weekday", "start_time", "id"],
            "constraints": [
                models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="working_hours_weekday"),
                models.CheckConstraint(condition=Q(end_time__gt=F("start_time")) | Q(end_time=time(0)), name="working_hours_end_after_start", violation_error_message="The end time must be after the start time."),
                models.CheckConstraint(condition=Q(valid_until__isnull=True) | Q(valid_from__isnull=True) | Q(valid_until__gte=F("valid_from")), name="working_hours_validity", violation_error_message="“Valid until” is before “valid from”."),
            ],
        },
    ),
    migrations.CreateModel(
        "Student",
        fields=[
            ("id", primary_key()),
            ("revised_at", models.DateTimeField(db_default=Now(), editable=False)),
            ("first_name", models.CharField(max_length=100, verbose_name="first name")),
            ("last_name", models.CharField(blank=True, max_length=100, verbose_name="last name")),
            ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
            ("start_date", models.DateField(blank=True, help_text="The first day on which classes may take place; none without it.", null=True, verbose_name="start date")),
            ("end_date", models.DateField(blank=True, help_text="The last day on which classes may take place.", null=True, verbose_name="end date")),
            ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
            ("language", models.CharField(choices=LANGUAGES, default=default_language, max_length=2, verbose_name="language")),
            ("reminders", models.BooleanField(db_default=True, default=True, help_text="An e-mail before each class.", verbose_name="reminders")),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("erased_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased")),
        ],
        options={
            "verbose_name": "student",
            "verbose_name_plural": "students",
            "ordering": ["last_name", "first_name", "id"],
            "permissions": [("import_timetable", "Can import a timetable"), ("manage_personal_data", "Can export and erase the data of a person")],
            "indexes": [
                models.Index(fields=["email"], name="student_email"),
            ],
            "constraints": [
                models.CheckConstraint(condition=Q(erased_at__isnull=True) | Q(is_active=False), name="student_erased_is_inactive", violation_error_message="An erased person can't be activated."),
                models.CheckConstraint(condition=Q(end_date__isnull=True) | Q(start_date__isnull=True) | Q(end_date__gte=F("start_date")), name="student_ends_after_start", violation_error_message="The end date is before the start date."),
            ],
        },
    ),
    migrations.CreateModel(
        "Guardian",
        fields=[
            ("id", primary_key()),
            ("first_name", models.CharField(max_length=100, verbose_name="first name")),
            ("last_name", models.CharField(blank=True, max_length=100, verbose_name="last name")),
            ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
            ("phone", models.CharField(blank=True, max_length=50, verbose_name="phone")),
            ("language", models.CharField(choices=LANGUAGES, default=default_language, max_length=2, verbose_name="language")),
            ("reminders", models.BooleanField(db_default=True, default=True, help_text="An e-mail before each class.", verbose_name="reminders")),
            ("notices", models.BooleanField(db_default=True, default=True, help_text="An e-mail when the studio changes or cancels a lesson.", verbose_name="notices")),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
        ],
        options={
            "verbose_name": "guardian",
            "verbose_name_plural": "guardians",
            "ordering": ["last_name", "first_name", "id"],
            "indexes": [
                models.Index(fields=["email"], name="guardian_email"),
            ],
        },
    ),
    migrations.CreateModel(
        "StudentGuardian",
        fields=[
            ("id", primary_key()),
            ("student", models.ForeignKey(db_index=False, on_delete=models.CASCADE, related_name="student_guardians", to="scheduling.student", verbose_name="student")),
            ("guardian", models.ForeignKey(on_delete=models.CASCADE, related_name="student_guardians", to="scheduling.guardian", verbose_name="guardian")),
            ("relation", models.CharField(blank=True, help_text="For example: mother, grandfather.", max_length=50, verbose_name="relation")),
            ("is_payer", models.BooleanField(db_default=False, default=False, help_text="The student's lessons count in this guardian's statement.", verbose_name="payer")),
        ],
        options={
            "verbose_name": "guardian of a student",
            "verbose_name_plural": "guardians of students",
            "ordering": ["-is_payer", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("student", "guardian"), name="student_guardian_once", violation_error_message="This guardian is already in the list."),
                models.UniqueConstraint(condition=Q(is_payer=True), fields=("student",), name="student_guardian_one_payer", violation_error_message="Another guardian is already the payer."),
            ],
        },
    ),
    migrations.AddField(model_name="guardian", name="students", field=models.ManyToManyField(related_name="guardians", through="scheduling.StudentGuardian", to="scheduling.student", verbose_name="students")),
]
