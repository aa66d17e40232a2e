"""SQL fragments shared by queries on ``classes``."""

from collections.abc import Iterable

from django.db import connection

from scheduling.domain.series import SeriesKind

TABLES = {
    SeriesKind.FIXED_SCHEDULE: "scheduling_fixedschedule",
    SeriesKind.RECURRING_SLOT: "scheduling_recurringslot",
}

# Expressions for queries that compare classes (``c``) with the rules (``s``, with the student
# ``p``) from which they come; ``r`` is the subquery with the columns of a rule.
_POSTGRESQL = {
    "first": "greatest(s.valid_from, p.start_date)",
    "last": "least(s.valid_until, p.end_date)",
    "phase": "(coalesce(s.valid_from, p.start_date) - DATE '0001-01-01') / 7 %% s.interval_weeks",
    "slot_end": "s.start_time + make_interval(mins => s.duration_minutes)",
    "weekday": "c.date - c.week = r.weekday - 1",
    "list": "array_agg({0})::text",
    # Equal, or both NULL.
    "same": "{0} IS NOT DISTINCT FROM {1}",
    # Keeps the planner from computing a rule again for each of its classes.
    "once": "OFFSET 0",
}
_SQLITE = {
    # max and min return NULL if either argument is NULL.
    "first": "max(coalesce(s.valid_from, p.start_date), coalesce(p.start_date, s.valid_from))",
    "last": "min(coalesce(s.valid_until, p.end_date), coalesce(p.end_date, s.valid_until))",
    "phase": "CAST((julianday(coalesce(s.valid_from, p.start_date)) - 1721425.5) / 7 AS INTEGER)"
    " %% s.interval_weeks",
    "slot_end": "time(s.start_time, s.duration_minutes || ' minutes')",
    "weekday": "julianday(c.date) - julianday(c.week) = r.weekday - 1",
    "list": "group_concat({0})",
    "same": "{0} IS {1}",
    "once": "LIMIT -1",
}


def dialect(postgresql: dict[str, str], sqlite: dict[str, str]) -> dict[str, str]:
    """Return the expressions of the database in use: the shared ones and those of one query."""
    if connection.vendor == "postgresql":
        return _POSTGRESQL | postgresql
    return _SQLITE | sqlite


def classes_of(column: str, condition: str) -> str:
    """Return a FROM clause: the classes ``c`` that meet ``condition``, for each number of a list.

    It forces a lookup per number through an index that begins with ``column``. After many inserts
    PostgreSQL has no statistics of the table yet and would scan all of it for every chunk, so the
    time of a first run would grow with the square of the studio.
    """
    if connection.vendor == "sqlite":
        return f"""json_each(%s) AS listed
            CROSS JOIN classes AS c ON c.{column} = listed.value AND {condition}"""
    return f"""unnest(%s::bigint[]) AS listed (value) CROSS JOIN LATERAL (
            SELECT * FROM classes AS c WHERE c.{column} = listed.value AND {condition} OFFSET 0
        ) AS c"""


def list_param(ids: Iterable[int]) -> str:
    """Return ``ids`` as one parameter."""
    # As text on PostgreSQL too: psycopg needs longer for a list than the server needs for the text.
    text = ",".join(map(str, ids))
    return f"{{{text}}}" if connection.vendor == "postgresql" else f"[{text}]"
