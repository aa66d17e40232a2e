"""What the database itself refuses, beyond what Django's constraints can say on both vendors.

No double booking: a teacher, and a student, is never in two active classes that overlap
(half-open); the one exception is a shared lesson, several students with the same teacher at
exactly the same times. PostgreSQL has exclusion constraints for it, SQLite triggers.
SQLite's triggers are lost whenever a migration rebuilds the table, so they are put back after
every ``migrate``.
"""

# Equal for the students of one group lesson, unlike for any other two rows: an exclusion
# constraint lets two overlapping rows live when this term is equal. Start and length in seconds
# fit into a bigint until the year 2242; single lessons have their own (positive) id.
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

_EVENTS = {
    "insert": "INSERT",
    "update": (
        "UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, "
        "week, occurrence_date"
    ),
}


def _trigger(name: str, event: str, guard: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name}_{event} BEFORE {_EVENTS[event]} ON classes\n{guard}"
    )


def _itself(event: str) -> str:
    """On UPDATE the row's own old state must not stand in its way."""
    return "AND other.id <> OLD.id" if event == "update" else ""


def _double_booked(event: str, person: str, but: str) -> str:
    # No class is longer than a day: the lower bound keeps the search off the years before.
    return f"""WHEN NEW.status <> 'cancelled' AND NEW.{person}_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.{person}_id = NEW.{person}_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled' {_itself(event)} {but}
        )
    BEGIN SELECT RAISE(ABORT, 'class_{person}_not_double_booked'); END"""


_SHARED = """AND NOT (other.is_shared AND NEW.is_shared
                 AND other.starts_at = NEW.starts_at AND other.ends_at = NEW.ends_at)"""

# The comparisons above are comparisons of text: every instant must be written in the one format
# that Django uses, UTC without offset, or order and equality mean nothing.
_SECOND = "????-??-?? ??:??:??".replace("?", "[0-9]")


def _no_instant(value: str) -> str:
    return (
        f"substr({value}, 1, 19) NOT GLOB '{_SECOND}' "
        f"OR substr({value}, 20) GLOB '*[^.0-9]*' OR julianday({value}) IS NULL"
    )


_INSTANTS = f"""WHEN {_no_instant("NEW.starts_at")}
         OR {_no_instant("NEW.ends_at")}
         OR julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.00001
    BEGIN SELECT RAISE(ABORT, 'class_at_most_a_day'); END"""

_WEEK = """WHEN NEW.week IS NOT NULL AND (
            strftime('%w', NEW.week) <> '1'
            OR julianday(NEW.occurrence_date) - julianday(NEW.week) NOT BETWEEN 0 AND 6)
    BEGIN SELECT RAISE(ABORT, 'class_week_is_monday_of_occurrence'); END"""

SQLITE = tuple(
    statement
    for event in _EVENTS
    for statement in (
        _trigger("class_teacher", event, _double_booked(event, "teacher", _SHARED)),
        _trigger("class_student", event, _double_booked(event, "student", "")),
        _trigger("class_instants", event, _INSTANTS),
        _trigger("class_week", event, _WEEK),
    )
)

SQLITE_REVERSE = tuple(
    f"DROP TRIGGER IF EXISTS class_{name}_{event}"
    for event in _EVENTS
    for name in ("teacher", "student", "instants", "week")
)

# Names that a violation carries, whoever reports it.
TEACHER_DOUBLE_BOOKED = "class_teacher_not_double_booked"
STUDENT_DOUBLE_BOOKED = "class_student_not_double_booked"


def install(connection, execute) -> None:
    """Create the guards through ``execute``; on SQLite those that are there stay."""
    for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
        execute(statement)


def uninstall(connection, execute) -> None:
    """Drop the guards through ``execute``."""
    reverse = POSTGRESQL_REVERSE if connection.vendor == "postgresql" else SQLITE_REVERSE
    for statement in reverse:
        execute(statement)


def reinstall_after_migrate(sender, using, **kwargs) -> None:
    """``post_migrate``: put SQLite's triggers back if a rebuilt table lost them.

    Those that are there are replaced: they may be of an earlier release.
    """
    from django.db import connections, transaction

    connection = connections[using]
    if connection.vendor != "sqlite" or "classes" not in connection.introspection.table_names():
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        for statement in (*SQLITE_REVERSE, *SQLITE):
            cursor.execute(statement)
