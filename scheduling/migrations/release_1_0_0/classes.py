"""The dated classes, and the constraints against double bookings.

``ExclusionConstraint`` in Meta fails on SQLite, in CREATE TABLE and in ``full_clean``, hence plain
SQL. SQLite's triggers are created after every ``migrate``: scheduling/db/class_constraints.py.
"""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

from scheduling.models.validators import validate_time_zone

from .fields import primary_key

# Equal for the students of one group lesson and different for any other two rows: an exclusion
# constraint admits overlapping rows whose terms under <> are equal. Start and length in seconds
# fit into a bigint until the year 2242; a class that isn't shared has its own (positive) id.
TEACHER_SESSION_KEY = """(
    CASE WHEN is_shared THEN
        -((extract(epoch FROM (starts_at - '1970-01-01 00:00+00'::timestamptz))::bigint << 20)
          + extract(epoch FROM (ends_at - starts_at))::bigint)
    ELSE id END
)"""

# Equal for the students of one group lesson, and different for any other two classes. A group
# lesson has a negative teacher's number (the lower half: start and length in seconds); any other
# class has its own, positive id. A UUID holds both halves without loss.
ROOM_SESSION_KEY = """(
    CASE WHEN is_shared THEN
        lpad(to_hex(-1 - coalesce(teacher_id, 0)), 16, '0') || lpad(to_hex(
            (extract(epoch FROM (starts_at - '1970-01-01 00:00+00'::timestamptz))::bigint << 20)
            + extract(epoch FROM (ends_at - starts_at))::bigint
        ), 16, '0')
    ELSE lpad(to_hex(id), 32, '0') END
)::uuid"""

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"""ALTER TABLE classes ADD CONSTRAINT class_teacher_not_double_booked
        EXCLUDE USING gist (
            teacher_id WITH =, tstzrange(starts_at, ends_at) WITH &&, {TEACHER_SESSION_KEY} WITH <>
        ) WHERE (status <> 'cancelled' AND teacher_id IS NOT NULL)
        DEFERRABLE INITIALLY IMMEDIATE""",
    """ALTER TABLE classes ADD CONSTRAINT class_student_not_double_booked
        EXCLUDE USING gist (student_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
        WHERE (status <> 'cancelled')
        DEFERRABLE INITIALLY IMMEDIATE""",
    """ALTER TABLE classes ADD CONSTRAINT class_at_most_a_day
        CHECK (ends_at <= starts_at + interval '24 hours')""",
    """ALTER TABLE classes ADD CONSTRAINT class_week_is_monday_of_occurrence
        CHECK (extract(isodow FROM week) = 1 AND occurrence_date - week BETWEEN 0 AND 6)""",
    # Classes without a room are not in the index: they cost nothing.
    f"""ALTER TABLE classes ADD CONSTRAINT class_room_not_double_booked
        EXCLUDE USING gist (
            room_id WITH =, tstzrange(starts_at, ends_at) WITH &&, ({ROOM_SESSION_KEY}) WITH <>
        ) WHERE (status <> 'cancelled' AND room_id IS NOT NULL)
        DEFERRABLE INITIALLY IMMEDIATE""",
)

POSTGRESQL_REVERSE = tuple(
    f"ALTER TABLE classes DROP CONSTRAINT class_{name}"
    for name in (
        "room_not_double_booked",
        "week_is_monday_of_occurrence",
        "at_most_a_day",
        "student_not_double_booked",
        "teacher_not_double_booked",
    )
)

SQLITE_REVERSE = tuple(
    f"DROP TRIGGER IF EXISTS class_{name}_{event}"
    for event in ("insert", "update")
    for name in ("teacher", "student", "room", "instants", "week")
)


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def uninstall(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_REVERSE if is_postgresql else SQLITE_REVERSE:
        schema_editor.execute(statement)


operations = [
    migrations.CreateModel(
        "ScheduledClass",
        fields=[
            ("id", primary_key()),
            ("student", models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="classes", to="scheduling.student", verbose_name="student")),
            ("teacher", models.ForeignKey(blank=True, db_index=False, null=True, on_delete=models.PROTECT, related_name="classes", to="scheduling.teacher", verbose_name="teacher")),
            ("original_teacher", models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=models.PROTECT, related_name="substituted_classes", to="scheduling.teacher", verbose_name="substitute for")),
            ("room", models.ForeignKey(blank=True, db_index=False, help_text="Empty: none, as for a lesson online.", null=True, on_delete=models.PROTECT, related_name="classes", to="scheduling.room", verbose_name="room")),
            ("fixed_schedule", models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=models.PROTECT, related_name="classes", to="scheduling.fixedschedule", verbose_name="fixed schedule")),
            ("recurring_slot", models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=models.PROTECT, related_name="classes", to="scheduling.recurringslot", verbose_name="recurring slot")),
            ("week", models.DateField(blank=True, editable=False, null=True, verbose_name="week")),
            ("occurrence_date", models.DateField(blank=True, editable=False, null=True, verbose_name="original date")),
            ("date", models.DateField(verbose_name="date")),
            ("start_time", models.TimeField(verbose_name="start time")),
            ("end_time", models.TimeField(verbose_name="end time")),
            ("time_zone", models.CharField(blank=True, help_text="Empty: the teacher's, or the studio's.", max_length=64, validators=[validate_time_zone], verbose_name="time zone")),
            ("starts_at", models.DateTimeField(verbose_name="starts at")),
            ("ends_at", models.DateTimeField(verbose_name="ends at")),
            ("subject", models.CharField(blank=True, db_default="", max_length=200, verbose_name="subject")),
            ("status", models.CharField(choices=[("scheduled", "scheduled"), ("completed", "completed"), ("cancelled", "cancelled")], db_default="scheduled", default="scheduled", max_length=10, verbose_name="status")),
            ("cancelled_by", models.CharField(blank=True, choices=[("student", "student"), ("teacher", "teacher"), ("studio", "studio"), ("closure", "closure")], db_default="", max_length=10, verbose_name="cancelled by")),
            ("cancel_reason", models.CharField(blank=True, db_default="", max_length=300, verbose_name="reason of cancellation")),
            ("is_chargeable", models.BooleanField(db_default=False, default=False, help_text="Whether a cancelled class is paid for all the same.", verbose_name="chargeable")),
            ("cancelled_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="cancelled")),
            ("make_up_for", models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=models.PROTECT, related_name="make_ups", to="scheduling.scheduledclass", verbose_name="make-up for")),
            ("closure", models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=models.SET_NULL, related_name="classes", to="scheduling.closure", verbose_name="closure")),
            ("attendance", models.CharField(blank=True, choices=[("present", "present"), ("excused", "excused"), ("unexcused", "unexcused"), ("teacher_absent", "teacher absent")], db_default="", max_length=15, verbose_name="attendance")),
            ("is_shared", models.BooleanField(db_default=False, default=False, verbose_name="shared")),
            ("notes", models.TextField(blank=True, db_default="", verbose_name="notes")),
            ("edited_at", models.DateTimeField(blank=True, editable=False, help_text="Set when a person acted on the class; no run changes it from then on.", null=True, verbose_name="edited by hand")),
            ("created_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="created")),
            ("updated_at", models.DateTimeField(db_default=Now(), editable=False, verbose_name="updated")),
            ("created_by_run", models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=models.DO_NOTHING, related_name="+", to="scheduling.jobrun", verbose_name="created by run")),
        ],
        options={
            "verbose_name": "class",
            "verbose_name_plural": "classes",
            "db_table": "classes",
            "ordering": ["starts_at", "id"],
            "permissions": [("mark_own_classes", "Can see and mark the classes that they teach")],
            "indexes": [
                models.Index(fields=["date"], name="class_date"),
                models.Index(fields=["starts_at", "date"], name="class_start"),
                models.Index(fields=["teacher", "starts_at"], name="class_teacher_start"),
                models.Index(fields=["student", "starts_at"], name="class_student_start"),
                models.Index(condition=Q(room__isnull=False), fields=["room", "starts_at"], name="class_room_start"),
                models.Index(condition=Q(closure__isnull=False), fields=["closure"], name="class_closure"),
                models.Index(condition=Q(original_teacher__isnull=False), fields=["original_teacher"], name="class_original_teacher"),
                models.Index(condition=Q(status="cancelled"), fields=["date"], name="class_cancelled"),
            ],
            "constraints": [
                models.UniqueConstraint(condition=Q(fixed_schedule__isnull=False), fields=("fixed_schedule", "week"), name="class_once_a_week_of_fixed_schedule"),
                models.UniqueConstraint(condition=Q(recurring_slot__isnull=False), fields=("recurring_slot", "week"), name="class_once_a_week_of_recurring_slot"),
                models.UniqueConstraint(condition=~Q(status="cancelled"), fields=("student", "date", "start_time", "end_time"), name="class_compound_key", violation_error_message="This student already has a class on that date at exactly these times."),
                models.UniqueConstraint(condition=Q(make_up_for__isnull=False), fields=("make_up_for",), name="class_made_up_once"),
                models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="class_ends_after_start"),
                models.CheckConstraint(condition=Q(fixed_schedule__isnull=True) | Q(recurring_slot__isnull=True), name="class_one_source"),
                models.CheckConstraint(condition=Q(fixed_schedule__isnull=True, occurrence_date__isnull=True, recurring_slot__isnull=True, week__isnull=True) | (Q(occurrence_date__isnull=False) & Q(week__isnull=False) & (Q(fixed_schedule__isnull=False) | Q(recurring_slot__isnull=False))), name="class_identity"),
                models.CheckConstraint(condition=Q(status__in=["scheduled", "completed", "cancelled"]), name="class_status"),
                models.CheckConstraint(condition=Q(status="cancelled") | Q(cancelled_by="", closure__isnull=True), name="class_cancelled_by_only_when_cancelled"),
                models.CheckConstraint(condition=Q(status="cancelled") | Q(is_chargeable=False), name="class_chargeable_only_when_cancelled", violation_error_message="Only a cancelled class is marked as chargeable."),
                models.CheckConstraint(condition=Q(original_teacher__isnull=True) | (Q(teacher__isnull=False) & ~Q(original_teacher=F("teacher"))), name="class_substitute_is_another_teacher"),
            ],
        },
    ),
    migrations.RunPython(install, uninstall),
]
