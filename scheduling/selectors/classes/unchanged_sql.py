"""The statement of ``unchanged_groups``: compares every class of a series with its rule."""

from scheduling.domain.series import SeriesKind

from .manual_edits import UNMARKED_SQL
from .sql import TABLES, dialect

# The most offset transitions of a zone; series of zones with more are not compared.
MAX_TRANSITIONS = 4

# ``s`` is the rule, ``p`` the student, ``t`` the teacher, ``z`` the zone with its UTC offsets,
# ``c`` a class, and ``r`` the subquery with the columns of a rule.
_POSTGRESQL = {
    "owners": "unnest(%(owners)s::bigint[]) AS owner (value)",
    # Forces a lookup per row through an index: see classes_of.
    "look_up": "CROSS JOIN LATERAL (SELECT * FROM {0} AS {1} WHERE {2} OFFSET 0) AS {1}",
    "zone": "JOIN zones AS z ON z.name = t.time_zone",
    "day": "CAST(%({0})s AS date)",
    "whole": "date_part('second', s.start_time) = 0",
    "clock": "s.start_time",
    "slot_length": "make_interval(mins => s.duration_minutes)",
    "fixed_length": "s.end_time - s.start_time",
    "all": "bool_and",
    "bits": "bit_or(1::bigint << ((c.week - CAST(%(start)s AS date)) / 7))",
    "ends": "c.ends_at = c.starts_at + r.length",
    "local": "c.date + r.clock",
    "starts": "c.starts_at = timezone('UTC', ({0}) + ({1}))",
}
# Formatting text is slow, so instants are compared as Julian days, which are exact to a
# millisecond. Instants with fractions of a second do not match.
_SQLITE = {
    "owners": "json_each(%(owners)s) AS owner",
    "look_up": "CROSS JOIN {0} AS {1} ON {2}",
    "zone": "CROSS JOIN zones AS z ON z.name = t.time_zone",
    "day": "%({0})s",
    "whole": "s.start_time LIKE '__:__:00'",
    "clock": "julianday('2000-01-01 ' || s.start_time) - 2451544.5",
    "slot_length": "s.duration_minutes / 1440.0",
    "fixed_length": "julianday(s.end_time) - julianday(s.start_time)",
    "all": "min",
    "bits": "sum(1 << CAST((julianday(c.week) - julianday(%(start)s)) / 7 AS INTEGER))",
    "ends": "length(c.ends_at) = 19"
    " AND abs(julianday(c.ends_at) - julianday(c.starts_at) - r.length) < 5e-9",
    "local": "julianday(c.date) + r.clock",
    "starts": "length(c.starts_at) = 19 AND abs(julianday(c.starts_at) - ({0}) - ({1})) < 5e-9",
}


def statement(kind: SeriesKind, with_teacher: bool, zones: str) -> str:
    """Return the statement. Its result has a row per group of series that plan alike.

    ``with_teacher`` selects the series with a teacher, or those without. ``zones`` are rows of
    VALUES: a name, and alternately a shift of its local times to UTC and the local time until which
    it holds.
    """
    sql = dialect(_POSTGRESQL, _SQLITE)
    slot = kind is SeriesKind.RECURRING_SLOT
    teacher = "c.teacher_id = r.teacher_id" if with_teacher else "c.teacher_id IS NULL"
    numbers = range(1, MAX_TRANSITIONS + 1)
    cases = "".join(f" WHEN {sql['local']} < r.turn_{n} THEN r.shift_{n}" for n in numbers)
    shift = f"CASE{cases} ELSE r.shift_{MAX_TRANSITIONS + 1} END"
    columns = "".join(f"shift_{n}, turn_{n}, " for n in numbers) + f"shift_{MAX_TRANSITIONS + 1}"
    matches_rule = f"""
        c.status = 'scheduled' AND {UNMARKED_SQL} AND c.occurrence_date = c.date AND
        {sql["weekday"]} AND c.week >= {_day(sql, "start")} AND c.week < {_day(sql, "end")} AND
        c.start_time = r.start_time AND c.end_time = r.end_time AND {sql["ends"]} AND c.time_zone =
        r.name AND {teacher} AND c.student_id = r.student_id AND c.subject = r.subject AND
        c.is_shared = r.is_shared AND {sql["same"].format("c.room_id", "r.room_id")}
        AND c.date <= coalesce(r.last, c.date) AND {sql["starts"].format(sql["local"], shift)}"""
    return f"""
        WITH zones (name, {columns}) AS (VALUES {zones})
        SELECT weekday, name, interval_weeks, phase, bits,
               {", ".join(sql["list"].format(name) for name in ("id", "student_id", "teacher"))}
        FROM (
            SELECT r.weekday, r.name, r.interval_weeks, r.phase, r.id, r.student_id,
                   coalesce(r.teacher_id, 0) AS teacher,
                   (
                       SELECT CASE WHEN {sql["all"]}(({matches_rule}) IS TRUE)
                              THEN {sql["bits"]} END
                       FROM classes AS c
                       WHERE c.{kind.value}_id = r.id AND c.week >= {_day(sql, "since")}
                   ) AS bits
            FROM (
                SELECT s.id, s.student_id, s.teacher_id, s.weekday, s.interval_weeks,
                       CASE WHEN s.interval_weeks = 1 THEN 0 ELSE {sql["phase"]} END AS phase,
                       s.start_time, {sql["clock"]} AS clock, s.subject, s.is_shared, s.room_id,
                       {sql["slot_end"] if slot else "s.end_time"} AS end_time,
                       {sql["slot_length"] if slot else sql["fixed_length"]} AS length,
                       {sql["last"]} AS last, z.*
                FROM {sql["owners"]} {_rules(kind, with_teacher, sql)}
                WHERE coalesce({sql["first"]}, {_day(sql, "since")}) <= {_day(sql, "since")}
                  AND coalesce({sql["last"]}, {_day(sql, "last")}) >= {_day(sql, "last")}
                  AND {sql["whole"]}
                  AND s.student_id NOT IN ({_with_closure("student_id", sql)})
                  AND coalesce(s.teacher_id, 0) NOT IN ({_with_closure("teacher_id", sql)})
                {sql["once"]}
            ) AS r
            {sql["once"]}
        ) AS rule
        WHERE bits IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5
    """


def _rules(kind: SeriesKind, with_teacher: bool, sql: dict[str, str]) -> str:
    """Return the joins: active rules with their people and zone."""
    active = "p.is_active"
    status = ""
    if kind is SeriesKind.FIXED_SCHEDULE:
        active += " AND p.start_date IS NOT NULL"
    else:
        status = "AND s.status = 'active'"
    look_up, table = sql["look_up"], TABLES[kind]
    if with_teacher:
        teacher = "t.id = owner.value AND t.is_active"
        return f"""{look_up.format("scheduling_teacher", "t", teacher)}
            {sql["zone"]}
            {look_up.format(table, "s", f"s.teacher_id = t.id {status}")}
            {look_up.format("scheduling_student", "p", f"p.id = s.student_id AND {active}")}"""
    return f"""{look_up.format("scheduling_student", "p", f"p.id = owner.value AND {active}")}
        {look_up.format(table, "s", f"s.student_id = p.id AND s.teacher_id IS NULL {status}")}
        CROSS JOIN (SELECT * FROM zones WHERE name = %(studio)s) AS z"""


def _with_closure(whose: str, sql: dict[str, str]) -> str:
    return f"""SELECT {whose} FROM scheduling_closure
        WHERE {whose} IS NOT NULL AND last_date >= {_day(sql, "since")}"""


def _day(sql: dict[str, str], name: str) -> str:
    return sql["day"].format(name)
