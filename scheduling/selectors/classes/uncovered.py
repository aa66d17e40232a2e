"""Series that lack a class in a window, or have one that is not where the rule puts it.

One query for a whole studio. Series of the same weekday, rhythm and dates with classes in the same
weeks are one row of its answer, so that a studio of any size comes back as a few hundred rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from scheduling.domain.closures import Closure, covering
from scheduling.domain.recurrence import days_between
from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, WEEK, Window, monday_of, week_number
from scheduling.selectors.studio import studio

from .manual_edits import UNMARKED_SQL

# The weeks of a series are the bits of one number; the highest says that a class is elsewhere.
MOST_WEEKS = 60
ELSEWHERE = 62

_TABLES = {
    SeriesKind.FIXED_SCHEDULE: "scheduling_fixedschedule",
    SeriesKind.RECURRING_SLOT: "scheduling_recurringslot",
}
# What the two databases say differently. ``s`` is the rule, ``c`` a class, ``r`` a rule with all
# that its classes are compared to.
_POSTGRESQL = {
    "first": "greatest(s.valid_from, p.start_date)",
    "last": "least(s.valid_until, p.end_date)",
    "phase": "(coalesce(s.valid_from, p.start_date) - DATE '0001-01-01') / 7 %% s.interval_weeks",
    "end": "s.start_time + make_interval(mins => s.duration_minutes)",
    "week": "(c.week - CAST(%(since)s AS date)) / 7",
    "bit": "1::bigint << ({0})",
    "all_bits": "bit_or({0})",
    "flag": "max({0})::bigint",
    "weekday": "c.date - c.week = r.weekday - 1",
    "list": "array_agg({0})::text",
    "text": "{0}::text",
    # Else it would work out the rule anew for each of its classes.
    "once": "OFFSET 0",
}
_SQLITE = {
    # Of these two one may be null, which SQLite's max and min don't forgive.
    "first": "max(coalesce(s.valid_from, p.start_date), coalesce(p.start_date, s.valid_from))",
    "last": "min(coalesce(s.valid_until, p.end_date), coalesce(p.end_date, s.valid_until))",
    "phase": "CAST((julianday(coalesce(s.valid_from, p.start_date)) - 1721425.5) / 7 AS INTEGER)"
    " %% s.interval_weeks",
    "end": "time(s.start_time, s.duration_minutes || ' minutes')",
    "week": "CAST((julianday(c.week) - julianday(%(since)s)) / 7 AS INTEGER)",
    "bit": "1 << ({0})",
    # A series has one class a week: their sum is the same.
    "all_bits": "sum({0})",
    "flag": "max({0})",
    "weekday": "julianday(c.date) - julianday(c.week) = r.weekday - 1",
    "list": "group_concat({0})",
    "text": "{0}",
    "once": "LIMIT -1",
}


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Series (``ids``) that each lack classes on ``days``; none, where one is elsewhere."""

    ids: list[int]
    days: tuple[date, ...]


def uncovered_series(
    kind: SeriesKind, window: Window, since: date, closures: list[Closure], now: datetime
) -> list[Uncovered]:
    """The series of ``kind`` that a run over ``window`` would not leave as they are, and more.

    ``since``: the Monday from which classes are looked at. ``closures``: those of everybody. A
    series with a closure of its own may be among them, though it wants nothing more. A class is
    elsewhere if it is ahead, nobody acted on it, and its date, hour, people or zone are not the
    rule's. Instants that don't match their local time are not found: the calendar check does.
    """
    found: list[Uncovered] = []
    start = window.start
    while start < window.end:
        part = Window(start, min(window.end, monday_of(start) + MOST_WEEKS * WEEK))
        found += _uncovered_in(kind, part, max(since, monday_of(start) - WEEK), closures, now)
        start = part.end
    return found


def _uncovered_in(
    kind: SeriesKind, window: Window, since: date, closures: list[Closure], now: datetime
) -> Iterable[Uncovered]:
    params: dict[str, Any] = {
        "since": str(since),
        "start": str(window.start),
        "last": str(window.last),
        "now": connection.ops.adapt_datetimefield_value(now),
        "studio": studio().time_zone,
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(kind), params)
        rows = cursor.fetchall()
    base = week_number(since)
    for weekday, interval, phase, first, last, weeks, ids in rows:
        begin = max(window.start, _day(first) or window.start)
        end = min(window.last, _day(last) or window.last) + DAY
        lacking = tuple(
            day
            for day in days_between(weekday, begin, end, interval, phase)
            if not weeks >> week_number(day) - base & 1 and covering(closures, day) is None
        )
        if lacking or weeks >> ELSEWHERE & 1:
            yield Uncovered([int(number) for number in ids.strip("{}").split(",")], lacking)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _statement(kind: SeriesKind) -> str:
    say = _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
    slot = kind is SeriesKind.RECURRING_SLOT
    asks = "s.status = 'active'" if slot else "p.start_date IS NOT NULL"
    as_ruled = f"""
        c.date = c.occurrence_date AND {say["weekday"]}
        AND c.start_time = r.start_time AND c.end_time = r.end_time AND c.time_zone = r.zone
        AND coalesce(c.teacher_id, 0) = r.teacher AND c.student_id = r.student_id
        AND c.is_shared = r.is_shared"""
    elsewhere = f"""c.starts_at > %(now)s AND (
        (c.status = 'scheduled' AND {UNMARKED_SQL} AND ({as_ruled}) IS NOT TRUE)
        OR (c.cancelled_by = 'closure' AND NOT {say["weekday"]}))"""
    # A class that a closure cancelled is none, once the closure is gone.
    reopened = """c.cancelled_by = 'closure' AND c.starts_at > %(now)s AND NOT EXISTS (
        SELECT 1 FROM scheduling_closure AS k
        WHERE k.id = c.closure_id AND c.date BETWEEN k.first_date AND k.last_date
          AND coalesce(k.teacher_id, r.teacher) = r.teacher
          AND coalesce(k.student_id, r.student_id) = r.student_id)"""
    counts = f"c.week <= {_date('last')} AND NOT ({reopened})"
    bits = say["all_bits"].format(
        f"CASE WHEN {counts} THEN {say['bit'].format(say['week'])} ELSE 0 END"
    )
    flag = say["flag"].format(f"CASE WHEN {elsewhere} THEN 1 ELSE 0 END")
    start, last = _date("start"), _date("last")
    return f"""
        SELECT weekday, interval_weeks, phase, {say["text"].format("first")},
               {say["text"].format("last")}, weeks, {say["list"].format("id")}
        FROM (
            SELECT r.id, r.weekday, r.interval_weeks, r.phase,
                   CASE WHEN r.first > {start} THEN r.first END AS first,
                   CASE WHEN r.last < {last} THEN r.last END AS last,
                   coalesce((
                       SELECT {bits} | ({flag} << {ELSEWHERE}) FROM classes AS c
                       WHERE c.{kind.value}_id = r.id AND c.week >= {_date("since")}
                   ), 0) AS weeks
            FROM (
                SELECT s.id, s.student_id, coalesce(s.teacher_id, 0) AS teacher, s.weekday,
                       s.interval_weeks, s.start_time, s.is_shared,
                       CASE WHEN s.interval_weeks = 1 THEN 0 ELSE {say["phase"]} END AS phase,
                       {say["end"] if slot else "s.end_time"} AS end_time,
                       coalesce(t.time_zone, %(studio)s) AS zone,
                       {say["first"]} AS first, {say["last"]} AS last
                FROM {_TABLES[kind]} AS s
                JOIN scheduling_student AS p ON p.id = s.student_id
                LEFT JOIN scheduling_teacher AS t ON t.id = s.teacher_id
                WHERE p.is_active AND {asks} AND coalesce(t.is_active, {_true()})
                {say["once"]}
            ) AS r
            WHERE coalesce(r.first, {start}) <= {last} AND coalesce(r.last, {last}) >= {start}
        ) AS rule
        GROUP BY 1, 2, 3, 4, 5, 6
    """


def _date(name: str) -> str:
    return f"CAST(%({name})s AS date)" if connection.vendor == "postgresql" else f"%({name})s"


def _true() -> str:
    return "TRUE" if connection.vendor == "postgresql" else "1"
