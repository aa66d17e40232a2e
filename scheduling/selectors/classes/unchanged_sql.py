"""The statement behind ``alike_series``: every class of a series compared to its rule."""

from django.db import connection

from scheduling.domain.series import SeriesKind

from .manual_edits import UNMARKED_SQL

# How many turns of a zone's clocks the comparison knows; with more its series are left to others.
TURNS = 4

_TABLES = {
    SeriesKind.FIXED_SCHEDULE: "scheduling_fixedschedule",
    SeriesKind.RECURRING_SLOT: "scheduling_recurringslot",
}

# What the two databases say differently. ``s`` is the rule, ``p`` the student, ``t`` the teacher,
# ``z`` the zone with the offsets of its local times, ``c`` a class, ``r`` all of a rule at once.
_POSTGRESQL = {
    "owners": "unnest(%(owners)s::bigint[]) AS owner (value)",
    # One by one through an index, whatever the planner thinks: see classes_of.
    "look_up": "CROSS JOIN LATERAL (SELECT * FROM {0} AS {1} WHERE {2} OFFSET 0) AS {1}",
    "zone": "JOIN zones AS z ON z.name = t.time_zone",
    "once": "OFFSET 0",
    "first": "greatest(s.valid_from, p.start_date)",
    "last": "least(s.valid_until, p.end_date)",
    "day": "CAST(%({0})s AS date)",
    "phase": "(coalesce(s.valid_from, p.start_date) - DATE '0001-01-01') / 7 %% s.interval_weeks",
    "whole": "date_part('second', s.start_time) = 0",
    "clock": "s.start_time",
    "slot_end": "s.start_time + make_interval(mins => s.duration_minutes)",
    "slot_length": "make_interval(mins => s.duration_minutes)",
    "fixed_length": "s.end_time - s.start_time",
    "all": "bool_and",
    "bits": "bit_or(1::bigint << ((c.week - CAST(%(start)s AS date)) / 7))",
    "date": "c.date - c.week = r.weekday - 1",
    "ends": "c.ends_at = c.starts_at + r.length",
    "local": "c.date + r.clock",
    "starts": "c.starts_at = timezone('UTC', ({0}) + ({1}))",
    "list": "array_agg({0})::text",
}
# Text is slow to make: instants are compared as days, of which SQLite tells a thousandth of a
# second. What has a fraction of a second is left to others.
_SQLITE = {
    "owners": "json_each(%(owners)s) AS owner",
    "look_up": "CROSS JOIN {0} AS {1} ON {2}",
    "zone": "CROSS JOIN zones AS z ON z.name = t.time_zone",
    "once": "LIMIT -1",
    # Of these two one may be null, which SQLite's max and min don't forgive.
    "first": "max(coalesce(s.valid_from, p.start_date), coalesce(p.start_date, s.valid_from))",
    "last": "min(coalesce(s.valid_until, p.end_date), coalesce(p.end_date, s.valid_until))",
    "day": "%({0})s",
    "phase": "CAST((julianday(coalesce(s.valid_from, p.start_date)) - 1721425.5) / 7 AS INTEGER)"
    " %% s.interval_weeks",
    "whole": "s.start_time LIKE '__:__:00'",
    "clock": "julianday('2000-01-01 ' || s.start_time) - 2451544.5",
    "slot_end": "time(s.start_time, s.duration_minutes || ' minutes')",
    "slot_length": "s.duration_minutes / 1440.0",
    "fixed_length": "julianday(s.end_time) - julianday(s.start_time)",
    "all": "min",
    "bits": "sum(1 << CAST((julianday(c.week) - julianday(%(start)s)) / 7 AS INTEGER))",
    "date": "julianday(c.date) - julianday(c.week) = r.weekday - 1",
    "ends": "length(c.ends_at) = 19"
    " AND abs(julianday(c.ends_at) - julianday(c.starts_at) - r.length) < 5e-9",
    "local": "julianday(c.date) + r.clock",
    "starts": "length(c.starts_at) = 19 AND abs(julianday(c.starts_at) - ({0}) - ({1})) < 5e-9",
    "list": "group_concat({0})",
}


def statement(kind: SeriesKind, taught: bool, zones: str) -> str:
    """A row for each kind of week, with the series that have it.

    ``taught``: of the series with a teacher, or of those without. ``zones``: rows of VALUES, each a
    name and, in turn, what to add to its local times and until when.
    """
    say = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    slot = kind is SeriesKind.RECURRING_SLOT
    teacher = "c.teacher_id = r.teacher_id" if taught else "c.teacher_id IS NULL"
    numbers = range(1, TURNS + 1)
    cases = "".join(f" WHEN {say['local']} < r.turn_{n} THEN r.shift_{n}" for n in numbers)
    shift = f"CASE{cases} ELSE r.shift_{TURNS + 1} END"
    columns = "".join(f"shift_{n}, turn_{n}, " for n in numbers) + f"shift_{TURNS + 1}"
    as_it_should_be = f"""
        c.status = 'scheduled' AND {UNMARKED_SQL} AND c.occurrence_date = c.date AND {say["date"]}
        AND c.week >= {_day(say, "start")} AND c.week < {_day(say, "end")}
        AND c.start_time = r.start_time AND c.end_time = r.end_time AND {say["ends"]}
        AND c.time_zone = r.name AND {teacher} AND c.student_id = r.student_id
        AND c.subject = r.subject AND c.is_shared = r.is_shared
        AND c.date <= coalesce(r.last, c.date)
        AND {say["starts"].format(say["local"], shift)}"""
    return f"""
        WITH zones (name, {columns}) AS (VALUES {zones})
        SELECT weekday, name, interval_weeks, phase, bits,
               {", ".join(say["list"].format(name) for name in ("id", "student_id", "teacher"))}
        FROM (
            SELECT r.weekday, r.name, r.interval_weeks, r.phase, r.id, r.student_id,
                   coalesce(r.teacher_id, 0) AS teacher,
                   (
                       SELECT CASE WHEN {say["all"]}(({as_it_should_be}) IS TRUE)
                              THEN {say["bits"]} END
                       FROM classes AS c
                       WHERE c.{kind.value}_id = r.id AND c.week >= {_day(say, "since")}
                   ) AS bits
            FROM (
                SELECT s.id, s.student_id, s.teacher_id, s.weekday, s.interval_weeks,
                       CASE WHEN s.interval_weeks = 1 THEN 0 ELSE {say["phase"]} END AS phase,
                       s.start_time, {say["clock"]} AS clock, s.subject, s.is_shared,
                       {say["slot_end"] if slot else "s.end_time"} AS end_time,
                       {say["slot_length"] if slot else say["fixed_length"]} AS length,
                       {say["last"]} AS last, z.*
                FROM {say["owners"]} {_rules(kind, taught, say)}
                WHERE coalesce({say["first"]}, {_day(say, "since")}) <= {_day(say, "since")}
                  AND coalesce({say["last"]}, {_day(say, "last")}) >= {_day(say, "last")}
                  AND {say["whole"]}
                  AND s.student_id NOT IN ({_with_closure("student_id", say)})
                  AND coalesce(s.teacher_id, 0) NOT IN ({_with_closure("teacher_id", say)})
                {say["once"]}
            ) AS r
            {say["once"]}
        ) AS rule
        WHERE bits IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5
    """


def _rules(kind: SeriesKind, taught: bool, say: dict[str, str]) -> str:
    """Joins: rules that ask for something, with their people and zone."""
    active = "p.is_active"
    asks = ""
    if kind is SeriesKind.FIXED_SCHEDULE:
        active += " AND p.start_date IS NOT NULL"
    else:
        asks = "AND s.status = 'active'"
    look_up, table = say["look_up"], _TABLES[kind]
    if taught:
        teacher = "t.id = owner.value AND t.is_active"
        return f"""{look_up.format("scheduling_teacher", "t", teacher)}
            {say["zone"]}
            {look_up.format(table, "s", f"s.teacher_id = t.id {asks}")}
            {look_up.format("scheduling_student", "p", f"p.id = s.student_id AND {active}")}"""
    return f"""{look_up.format("scheduling_student", "p", f"p.id = owner.value AND {active}")}
        {look_up.format(table, "s", f"s.student_id = p.id AND s.teacher_id IS NULL {asks}")}
        CROSS JOIN (SELECT * FROM zones WHERE name = %(studio)s) AS z"""


def _with_closure(whose: str, say: dict[str, str]) -> str:
    return f"""SELECT {whose} FROM scheduling_closure
        WHERE {whose} IS NOT NULL AND last_date >= {_day(say, "since")}"""


def _day(say: dict[str, str], name: str) -> str:
    return say["day"].format(name)
