"""Copies of the table ``classes`` for the other methods."""

from collections import Counter
from functools import cache
from typing import Any

from django.db import connection, models

from scheduling.models import ScheduledClass

COPIED = "classes_copy"
PEER = "classes_peer"

_CONSTRAINTS = """
    SELECT contype, pg_get_constraintdef(oid), condeferrable
    FROM pg_constraint WHERE conrelid = %s::regclass
"""
_INDEXES = """
    SELECT replace(regexp_replace(indexdef, 'INDEX \\S+ ON', 'INDEX ON'), %s, 'classes')
    FROM pg_indexes WHERE tablename = %s
"""


def make(name: str) -> None:
    """Create a copy of ``classes`` with every constraint, foreign key, index and trigger."""
    if connection.vendor == "sqlite":
        _make_on_sqlite(name)
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} (LIKE classes INCLUDING ALL)")
        cursor.execute(_CONSTRAINTS + " AND contype = 'f'", ["classes"])
        for _type, definition, _deferrable in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {name} ADD {definition}")
    check(name)


def check(name: str) -> None:
    """Exit unless the copy has all constraints and indexes of ``classes``."""
    with connection.cursor() as cursor:
        sides = []
        for table in ("classes", name):
            cursor.execute(_CONSTRAINTS, [table])
            found = Counter(cursor.fetchall())
            cursor.execute(_INDEXES, [table, table])
            found.update(cursor.fetchall())
            sides.append(found)
    if sides[0] != sides[1]:
        raise SystemExit(f"{name} differs from classes: {sides[0] - sides[1]}")
    kinds = Counter(row[0] for row in sides[0].elements())
    if kinds["x"] != 3 or not kinds["f"]:
        raise SystemExit(f"classes lacks constraints: {kinds}")


def make_constraints_immediate(name: str) -> None:
    """Make the exclusion constraints of a copy not deferrable; on SQLite, drop its triggers.

    ``ON CONFLICT DO NOTHING`` raises an error on tables with deferrable constraints. SQLite's
    triggers abort it on the rows that it should ignore.
    """
    if connection.vendor == "sqlite":
        _drop_triggers(name)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND condeferrable AND contype = 'x'",
            [name],
        )
        for constraint, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {name} DROP CONSTRAINT {constraint}")
            cursor.execute(f"ALTER TABLE {name} ADD {definition.replace(' DEFERRABLE', '')}")


def _drop_triggers(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [name]
        )
        for (trigger,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {trigger}")


def _make_on_sqlite(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'classes' AND sql NOTNULL"
            " ORDER BY type = 'table' DESC"
        )
        for _kind, own_name, sql in cursor.fetchall():
            if own_name != "classes":
                sql = sql.replace(own_name, f"{name}_{own_name}", 1)
            sql = sql.replace('"classes"', name).replace(" ON classes\n", f" ON {name}\n")
            cursor.execute(sql.replace("FROM classes AS", f"FROM {name} AS"))


@cache
def model_of(name: str) -> Any:
    """Return a model like ScheduledClass for a copy."""
    fields: dict[str, Any] = {}
    for field in ScheduledClass._meta.local_fields:
        clone = field.clone()
        if clone.remote_field is not None:
            clone.remote_field.related_name = "+"
        fields[field.name] = clone
    options = {"managed": False, "db_table": name, "app_label": "bench"}
    meta = type("Meta", (), options)
    return type(f"Peer{name}", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
