"""Weekly lessons: fixed schedules and recurring slots; their rooms, and the closures."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from .fields import WEEKDAYS, primary_key

operations = [
    migrations.CreateModel(
        "Room",
        fields=[
            ("id", primary_key()),
            ("revised_at", models.DateTimeField(db_default=Now(), editable=False)),
            ("name", models.CharField(max_length=100, verbose_name="name")),
            ("name_key", models.CharField(editable=False, max_length=300)),
            ("capacity", models.PositiveSmallIntegerField(blank=True, help_text="How many students it holds. A larger group causes a warning.", null=True, validators=[MinValueValidator(1)], verbose_name="capacity")),
            ("is_active", models.BooleanField(db_default=True, default=True, help_text="A room that is not active is not offered. Its lessons keep it.", verbose_name="active")),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
        ],
        options={
            "verbose_name": "room",
            "verbose_name_plural": "rooms",
            "ordering": ["name", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("name_key",), name="room_name_once", violation_error_message="There is a room with this name already."),
                models.CheckConstraint(condition=Q(capacity__isnull=True) | Q(capacity__gte=1), name="room_capacity"),
            ],
        },
    ),
    migrations.CreateModel(
        "FixedSchedule",
        fields=[
            ("id", primary_key()),
            ("revised_at", models.DateTimeField(db_default=Now(), editable=False)),
            ("weekday", models.PositiveSmallIntegerField(choices=WEEKDAYS, verbose_name="weekday")),
            ("start_time", models.TimeField(verbose_name="start time")),
            ("interval_weeks", models.PositiveSmallIntegerField(db_default=1, default=1, help_text="1 is every week, 2 every other week; counted from the week of “valid from”.", validators=[MinValueValidator(1), MaxValueValidator(4)], verbose_name="every … weeks")),
            ("subject", models.CharField(blank=True, db_default="", max_length=200, verbose_name="subject")),
            ("room", models.ForeignKey(blank=True, help_text="Empty: none, as for a lesson online.", null=True, on_delete=models.PROTECT, related_name="%(class)ss", to="scheduling.room", verbose_name="room")),
            ("is_shared", models.BooleanField(db_default=False, default=False, help_text="A group lesson: several students with the same teacher at the same times.", verbose_name="shared")),
            ("valid_until", models.DateField(blank=True, help_text="The last day, included.", null=True, verbose_name="valid until")),
            ("import_key", models.CharField(blank=True, editable=False, max_length=64, null=True)),
            ("import_until", models.DateField(blank=True, editable=False, null=True)),
            ("import_room", models.CharField(blank=True, db_default="", default="", editable=False, max_length=300)),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("student", models.ForeignKey(on_delete=models.PROTECT, related_name="fixed_schedules", to="scheduling.student", verbose_name="student")),
            ("teacher", models.ForeignKey(blank=True, null=True, on_delete=models.PROTECT, related_name="fixed_schedules", to="scheduling.teacher", verbose_name="teacher")),
            ("end_time", models.TimeField(verbose_name="end time")),
            ("valid_from", models.DateField(blank=True, help_text="Empty: from the student's start date.", null=True, verbose_name="valid from")),
        ],
        options={
            "verbose_name": "fixed schedule",
            "verbose_name_plural": "fixed schedules",
            "ordering": ["student_id", "weekday", "start_time", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("import_key",), name="fixed_schedule_import_key"),
                models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="fixed_schedule_weekday"),
                models.CheckConstraint(condition=Q(end_time__gt=F("start_time")), name="fixed_schedule_ends_after_start", violation_error_message="The end time must be after the start time."),
                models.CheckConstraint(condition=Q(interval_weeks__gte=1, interval_weeks__lte=4), name="fixed_schedule_interval"),
                models.CheckConstraint(condition=Q(valid_until__isnull=True) | Q(valid_from__isnull=True) | Q(valid_until__gte=F("valid_from")), name="fixed_schedule_validity", violation_error_message="“Valid until” is before “valid from”."),
            ],
        },
    ),
    migrations.CreateModel(
        "RecurringSlot",
        fields=[
            ("id", primary_key()),
            ("revised_at", models.DateTimeField(db_default=Now(), editable=False)),
            ("weekday", models.PositiveSmallIntegerField(choices=WEEKDAYS, verbose_name="weekday")),
            ("start_time", models.TimeField(verbose_name="start time")),
            ("interval_weeks", models.PositiveSmallIntegerField(db_default=1, default=1, help_text="1 is every week, 2 every other week; counted from the week of “valid from”.", validators=[MinValueValidator(1), MaxValueValidator(4)], verbose_name="every … weeks")),
            ("subject", models.CharField(blank=True, db_default="", max_length=200, verbose_name="subject")),
            ("room", models.ForeignKey(blank=True, help_text="Empty: none, as for a lesson online.", null=True, on_delete=models.PROTECT, related_name="%(class)ss", to="scheduling.room", verbose_name="room")),
            ("is_shared", models.BooleanField(db_default=False, default=False, help_text="A group lesson: several students with the same teacher at the same times.", verbose_name="shared")),
            ("valid_until", models.DateField(blank=True, help_text="The last day, included.", null=True, verbose_name="valid until")),
            ("import_key", models.CharField(blank=True, editable=False, max_length=64, null=True)),
            ("import_until", models.DateField(blank=True, editable=False, null=True)),
            ("import_room", models.CharField(blank=True, db_default="", default="", editable=False, max_length=300)),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("teacher", models.ForeignKey(on_delete=models.PROTECT, related_name="recurring_slots", to="scheduling.teacher", verbose_name="teacher")),
            ("student", models.ForeignKey(on_delete=models.PROTECT, related_name="recurring_slots", to="scheduling.student", verbose_name="student")),
            ("duration_minutes", models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(1440)], verbose_name="duration in minutes")),
            ("status", models.CharField(choices=[("active", "active"), ("paused", "paused"), ("cancelled", "cancelled")], db_default="active", default="active", max_length=10, verbose_name="status")),
            ("valid_from", models.DateField(verbose_name="valid from")),
            ("booked_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="booked")),
        ],
        options={
            "verbose_name": "recurring slot",
            "verbose_name_plural": "recurring slots",
            "ordering": ["teacher_id", "weekday", "start_time", "id"],
            "constraints": [
                models.UniqueConstraint(fields=("import_key",), name="recurring_slot_import_key"),
                models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="recurring_slot_weekday"),
                models.CheckConstraint(condition=Q(duration_minutes__gte=1, duration_minutes__lte=1440), name="recurring_slot_duration"),
                models.CheckConstraint(condition=Q(interval_weeks__gte=1, interval_weeks__lte=4), name="recurring_slot_interval"),
                models.CheckConstraint(condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")), name="recurring_slot_validity", violation_error_message="“Valid until” is before “valid from”."),
                models.CheckConstraint(condition=Q(status__in=["active", "paused", "cancelled"]), name="recurring_slot_status"),
            ],
        },
    ),
    migrations.CreateModel(
        "Closure",
        fields=[
            ("id", primary_key()),
            ("name", models.CharField(max_length=150, verbose_name="name")),
            ("first_date", models.DateField(verbose_name="first date")),
            ("last_date", models.DateField(verbose_name="last date")),
            ("teacher", models.ForeignKey(blank=True, help_text="Time off of one teacher; empty for everyone.", null=True, on_delete=models.PROTECT, related_name="closures", to="scheduling.teacher", verbose_name="teacher")),
            ("student", models.ForeignKey(blank=True, help_text="A pause of one student; empty for everyone.", null=True, on_delete=models.PROTECT, related_name="closures", to="scheduling.student", verbose_name="student")),
            ("fixed_schedule", models.ForeignKey(blank=True, editable=False, null=True, on_delete=models.PROTECT, related_name="pauses", to="scheduling.fixedschedule", verbose_name="fixed schedule")),
            ("recurring_slot", models.ForeignKey(blank=True, editable=False, null=True, on_delete=models.PROTECT, related_name="pauses", to="scheduling.recurringslot", verbose_name="recurring slot")),
            ("public_holiday_of", models.CharField(blank=True, db_default="", default="", editable=False, max_length=16)),
        ],
        options={
            "verbose_name": "closure",
            "verbose_name_plural": "closures",
            "ordering": ["first_date", "id"],
            "indexes": [
                models.Index(fields=["last_date"], name="closure_last_date"),
            ],
            "constraints": [
                models.CheckConstraint(condition=Q(last_date__gte=F("first_date")), name="closure_dates", violation_error_message="The last date is before the first date."),
                models.CheckConstraint(condition=Q(teacher__isnull=True) | Q(student__isnull=True), name="closure_scope", violation_error_message="Choose a teacher or a student, not both."),
                models.CheckConstraint(condition=Q(fixed_schedule__isnull=True, recurring_slot__isnull=True) | (Q(student__isnull=False) & (Q(fixed_schedule__isnull=True) | Q(recurring_slot__isnull=True))), name="closure_pause", violation_error_message="A pause is of one schedule, of its student."),
            ],
        },
    ),
]
