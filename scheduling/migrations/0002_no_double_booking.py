"""Constraints on classes that a model's Meta can't express on both databases.

``ExclusionConstraint`` in Meta fails on SQLite, in CREATE TABLE and in ``full_clean``, hence plain
SQL. SQLite's triggers are created after every ``migrate``: scheduling/db/class_constraints.py.
"""

from django.db import migrations

# Equal for the students of one group lesson and different for any other two rows: an exclusion
# constraint admits overlapping rows whose terms under <> are equal. Start and length in seconds
# fit into a bigint until the year 2242; a class that isn't shared has its own (positive) id.
SESSION_KEY = """(
    CASE WHEN is_shared THEN
        -((extract(epoch FROM (starts_at - '1970-01-01 00:00+00'::timestamptz))::bigint << 20)
          + extract(epoch FROM (ends_at - starts_at))::bigint)
    ELSE id END
)"""

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"""ALTER TABLE classes ADD CONSTRAINT class_teacher_not_double_booked
        EXCLUDE USING gist (
            teacher_id WITH =, tstzrange(starts_at, ends_at) WITH &&, {SESSION_KEY} WITH <>
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
)

POSTGRESQL_REVERSE = (
    "ALTER TABLE classes DROP CONSTRAINT class_week_is_monday_of_occurrence",
    "ALTER TABLE classes DROP CONSTRAINT class_at_most_a_day",
    "ALTER TABLE classes DROP CONSTRAINT class_student_not_double_booked",
    "ALTER TABLE classes DROP CONSTRAINT class_teacher_not_double_booked",
)

SQLITE_REVERSE = tuple(
    f"DROP TRIGGER IF EXISTS class_{name}_{event}"
    for event in ("insert", "update")
    for name in ("teacher", "student", "instants", "week")
)


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


def uninstall(apps, schema_editor):
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for statement in POSTGRESQL_REVERSE if is_postgresql else SQLITE_REVERSE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]

    operations = [migrations.RunPython(install, uninstall)]
