"""SQLite's triggers on the table of classes, the counterpart of PostgreSQL's constraints.

The same teacher, student or room can't be in two active classes that overlap (half-open
intervals). The exception is a shared class: several students with the same teacher at exactly the
same times. PostgreSQL's constraints are in migrations/release_1_0_0/classes.py. SQLite loses its
triggers whenever a migration rebuilds the table, so every ``migrate`` creates them again.
"""

from django.db import connections, transaction

# The constraint names in errors of both databases.
TEACHER_DOUBLE_BOOKED = "class_teacher_not_double_booked"
STUDENT_DOUBLE_BOOKED = "class_student_not_double_booked"
ROOM_DOUBLE_BOOKED = "class_room_not_double_booked"

_EVENTS = {
    "insert": "INSERT",
    "update": (
        "UPDATE OF id, student_id, teacher_id, starts_at, ends_at, status, is_shared, "
        "week, occurrence_date"
    ),
}


def _trigger(name: str, event: str, body: str, column: str = "") -> str:
    """Return the statement; an update of ``column`` fires the trigger, too."""
    also = f", {column}" if column and event == "update" else ""
    return f"CREATE TRIGGER {name}_{event} BEFORE {_EVENTS[event]}{also} ON classes\n{body}"


def _except_itself(event: str) -> str:
    """On UPDATE, exclude the row's own old state from the search."""
    return "AND other.id <> OLD.id" if event == "update" else ""


def _double_booked(event: str, who: str, exception: str) -> str:
    # No class is longer than a day: the lower bound keeps past years out of the search.
    return f"""WHEN NEW.status <> 'cancelled' AND NEW.{who}_id IS NOT NULL
        AND EXISTS (
            SELECT 1 FROM classes AS other
            WHERE other.{who}_id = NEW.{who}_id
              AND other.starts_at < NEW.ends_at
              AND other.starts_at > datetime(NEW.starts_at, '-25 hours')
              AND other.ends_at > NEW.starts_at
              AND other.status <> 'cancelled' {_except_itself(event)} {exception}
        )
    BEGIN SELECT RAISE(ABORT, 'class_{who}_not_double_booked'); END"""


_SHARED = """AND NOT (other.is_shared AND NEW.is_shared
                 AND other.starts_at = NEW.starts_at AND other.ends_at = NEW.ends_at)"""
# Two groups at the same times share a room only if they have the same teacher.
_SHARED_ROOM = f"""{_SHARED[:-1]}
                 AND other.teacher_id IS NEW.teacher_id)"""

# SQLite compares instants as text: each must have the format that Django writes, UTC without an
# offset, or the comparisons above are wrong.
_SECOND = "????-??-?? ??:??:??".replace("?", "[0-9]")


def _malformed(value: str) -> str:
    return (
        f"substr({value}, 1, 19) NOT GLOB '{_SECOND}' "
        f"OR substr({value}, 20) GLOB '*[^.0-9]*' OR julianday({value}) IS NULL"
    )


_INSTANTS = f"""WHEN {_malformed("NEW.starts_at")}
         OR {_malformed("NEW.ends_at")}
         OR julianday(NEW.ends_at) - julianday(NEW.starts_at) > 1.00001
    BEGIN SELECT RAISE(ABORT, 'class_at_most_a_day'); END"""

_WEEK = """WHEN NEW.week IS NOT NULL AND (
            strftime('%w', NEW.week) <> '1'
            OR julianday(NEW.occurrence_date) - julianday(NEW.week) NOT BETWEEN 0 AND 6)
    BEGIN SELECT RAISE(ABORT, 'class_week_is_monday_of_occurrence'); END"""

_CREATE = tuple(
    statement
    for event in _EVENTS
    for statement in (
        _trigger("class_teacher", event, _double_booked(event, "teacher", _SHARED)),
        _trigger("class_student", event, _double_booked(event, "student", "")),
        _trigger("class_instants", event, _INSTANTS),
        _trigger("class_week", event, _WEEK),
    )
)

_CREATE_ROOM = tuple(
    _trigger("class_room", event, _double_booked(event, "room", _SHARED_ROOM), "room_id")
    for event in _EVENTS
)

_DROP = tuple(
    f"DROP TRIGGER IF EXISTS class_{name}_{event}"
    for event in _EVENTS
    for name in ("teacher", "student", "room", "instants", "week")
)


def reinstall_after_migrate(sender, using, **kwargs) -> None:
    """Drop and create the triggers, on SQLite only (a receiver of ``post_migrate``).

    Existing triggers are replaced because an earlier release may have created them.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or "classes" not in connection.introspection.table_names():
        return
    with transaction.atomic(using), connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "classes")
        # A database that is migrated back to an older state has no rooms.
        has_rooms = any(column.name == "room_id" for column in columns)
        for statement in (*_DROP, *_CREATE, *(_CREATE_ROOM if has_rooms else ())):
            cursor.execute(statement)
