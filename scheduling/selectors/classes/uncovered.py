"""Series that lack a class in a window, or have one that differs from their rule.

The query covers a whole studio. Series of the same weekday, interval and dates with classes in the
same weeks are one row of its result, so that a studio of any size yields a few hundred rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from scheduling.domain.closures import Closure, covering
from scheduling.domain.recurrence import days_between
from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import DAY, LAST_DATE, WEEK, Window, monday_of, week_number
from scheduling.selectors.studio import studio

from .manual_edits import UNMARKED_SQL
from .sql import TABLES, dialect

# The weeks of a series are the bits of a number; the highest bit flags a class that is elsewhere.
MAX_WEEKS = 60
ELSEWHERE = 62

# ``c`` is a class, and ``r`` the subquery with the columns of a rule.
_POSTGRESQL = {
    "week": "(c.week - CAST(%(since)s AS date)) / 7",
    "bit": "1::bigint << ({0})",
    "all_bits": "bit_or({0})",
    "flag": "max({0})::bigint",
    "text": "{0}::text",
}
_SQLITE = {
    "week": "CAST((julianday(c.week) - julianday(%(since)s)) / 7 AS INTEGER)",
    "bit": "1 << ({0})",
    # A series has at most one class per week, so the sum equals the bitwise or.
    "all_bits": "sum({0})",
    "flag": "max({0})",
    "text": "{0}",
}


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Series (``ids``) that lack classes on ``days``. No days: they have a class elsewhere."""

    ids: list[int]
    days: tuple[date, ...]


def uncovered_series(
    kind: SeriesKind,
    window: Window,
    since: date,
    closures: list[Closure],
    now: datetime,
    is_bounded: bool = False,
) -> list[Uncovered]:
    """Return the series of ``kind`` that a run over ``window`` may change.

    Classes from ``since``, a Monday, are considered, and the global ``closures``. A series with a
    closure of its own may be included although it needs no class. A class is elsewhere if it is in
    the future, was not edited by hand, and differs from its rule in date, time, people, room or
    zone. Wrong instants are not found; the calendar check finds them. ``is_bounded``: classes of
    weeks after the window are not looked at.
    """
    found: list[Uncovered] = []
    start = window.start
    while start < window.end:
        part = Window(start, min(window.end, monday_of(start) + MAX_WEEKS * WEEK))
        found += _uncovered_in(
            kind, part, max(since, monday_of(start) - WEEK), closures, now, is_bounded
        )
        start = part.end
    return found


def _uncovered_in(
    kind: SeriesKind,
    window: Window,
    since: date,
    closures: list[Closure],
    now: datetime,
    is_bounded: bool,
) -> Iterable[Uncovered]:
    params: dict[str, Any] = {
        "since": str(since),
        "start": str(window.start),
        "last": str(window.last),
        "now": connection.ops.adapt_datetimefield_value(now),
        "studio": studio().time_zone,
        "until": str(window.last if is_bounded else LAST_DATE),
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
    sql = dialect(_POSTGRESQL, _SQLITE)
    slot = kind is SeriesKind.RECURRING_SLOT
    is_active = "s.status = 'active'" if slot else "p.start_date IS NOT NULL"
    matches_rule = f"""
        c.date = c.occurrence_date AND {sql["weekday"]}
        AND c.start_time = r.start_time AND c.end_time = r.end_time AND c.time_zone = r.zone
        AND coalesce(c.teacher_id, 0) = r.teacher AND c.student_id = r.student_id
        AND c.is_shared = r.is_shared AND {sql["same"].format("c.room_id", "r.room_id")}"""
    elsewhere = f"""c.starts_at > %(now)s AND (
        (c.status = 'scheduled' AND {UNMARKED_SQL} AND ({matches_rule}) IS NOT TRUE)
        OR (c.cancelled_by = 'closure' AND NOT {sql["weekday"]}))"""
    # A class that was cancelled by a closure counts as missing once the closure is deleted.
    reopened = """c.cancelled_by = 'closure' AND c.starts_at > %(now)s AND NOT EXISTS (
        SELECT 1 FROM scheduling_closure AS k
        WHERE k.id = c.closure_id AND c.date BETWEEN k.first_date AND k.last_date
          AND coalesce(k.teacher_id, r.teacher) = r.teacher
          AND coalesce(k.student_id, r.student_id) = r.student_id)"""
    counts = f"c.week <= {_date('last')} AND NOT ({reopened})"
    bits = sql["all_bits"].format(
        f"CASE WHEN {counts} THEN {sql['bit'].format(sql['week'])} ELSE 0 END"
    )
    flag = sql["flag"].format(f"CASE WHEN {elsewhere} THEN 1 ELSE 0 END")
    start, last = _date("start"), _date("last")
    return f"""
        SELECT weekday, interval_weeks, phase, {sql["text"].format("first")},
               {sql["text"].format("last")}, weeks, {sql["list"].format("id")}
        FROM (
            SELECT r.id, r.weekday, r.interval_weeks, r.phase,
                   CASE WHEN r.first > {start} THEN r.first END AS first,
                   CASE WHEN r.last < {last} THEN r.last END AS last,
                   coalesce((
                       SELECT {bits} | ({flag} << {ELSEWHERE}) FROM classes AS c
                       WHERE c.{kind.value}_id = r.id AND c.week >= {_date("since")}
                         AND c.week <= {_date("until")}
                   ), 0) AS weeks
            FROM (
                SELECT s.id, s.student_id, coalesce(s.teacher_id, 0) AS teacher, s.weekday,
                       s.interval_weeks, s.start_time, s.is_shared, s.room_id,
                       CASE WHEN s.interval_weeks = 1 THEN 0 ELSE {sql["phase"]} END AS phase,
                       {sql["slot_end"] if slot else "s.end_time"} AS end_time,
                       coalesce(t.time_zone, %(studio)s) AS zone,
                       {sql["first"]} AS first, {sql["last"]} AS last
                FROM {TABLES[kind]} AS s
                JOIN scheduling_student AS p ON p.id = s.student_id
                LEFT JOIN scheduling_teacher AS t ON t.id = s.teacher_id
                WHERE p.is_active AND {is_active} AND coalesce(t.is_active, {_true()})
                {sql["once"]}
            ) AS r
            WHERE coalesce(r.first, {start}) <= {last} AND coalesce(r.last, {last}) >= {start}
        ) AS rule
        GROUP BY 1, 2, 3, 4, 5, 6
    """


def _date(name: str) -> str:
    return f"CAST(%({name})s AS date)" if connection.vendor == "postgresql" else f"%({name})s"


def _true() -> str:
    return "TRUE" if connection.vendor == "postgresql" else "1"
