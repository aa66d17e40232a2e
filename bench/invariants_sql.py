"""What must not be in a calendar, counted with SQL and dateutil: nothing of the product is used."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from dateutil.rrule import WEEKLY, rrule
from psycopg.rows import namedtuple_row

DUPLICATES = """
    SELECT count(*) FROM (
        SELECT recurring_slot_id, fixed_schedule_id, week FROM classes
        WHERE week IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1
        UNION ALL
        SELECT student_id, NULL, date FROM classes WHERE status <> 'cancelled'
        GROUP BY student_id, date, start_time, end_time HAVING count(*) > 1
    ) AS twice
"""
OVERLAPS = """
    SELECT count(*) FROM classes AS a JOIN classes AS b
      ON a.id < b.id AND a.{who}_id = b.{who}_id
     AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    WHERE a.status <> 'cancelled' AND b.status <> 'cancelled'
      AND NOT (a.is_shared AND b.is_shared AND a.starts_at = b.starts_at
               AND a.ends_at = b.ends_at AND a.teacher_id = b.teacher_id
               AND a.student_id <> b.student_id)
"""
SLOTS = """
    SELECT s.id, s.weekday, s.start_time, s.duration_minutes, s.interval_weeks, s.valid_from,
           s.valid_until, s.student_id, s.teacher_id, t.time_zone, p.start_date, p.end_date
    FROM scheduling_recurringslot AS s
    JOIN scheduling_teacher AS t ON t.id = s.teacher_id
    JOIN scheduling_student AS p ON p.id = s.student_id
    WHERE s.status = 'active' AND t.is_active AND p.is_active
"""
CONFLICTS = """
    SELECT series_id, date FROM scheduling_jobrunitem
    WHERE outcome IN ('conflict', 'error') AND series_kind = 'recurring_slot'
      AND run_id = (SELECT max(id) FROM scheduling_jobrun WHERE job = 'horizon' AND is_full
                    AND state IN ('succeeded', 'partial'))
"""
HORIZON = timedelta(weeks=12)


def recount(url: str, promised: dict[int, tuple[str, str, str]]) -> dict[str, int]:
    """Each thing that must not be, and how many there are."""
    with psycopg.connect(url, row_factory=namedtuple_row) as connection:
        execute = connection.execute

        def count(query: str) -> int:
            return int(execute(query).fetchone()[0])  # type: ignore[arg-type, index]

        found = {
            "duplicate classes": count(DUPLICATES),
            "students in two places at once": count(OVERLAPS.format(who="student")),
            "teachers in two places at once": count(OVERLAPS.format(who="teacher")),
            "runs that are still active": count(
                "SELECT count(*) FROM scheduling_jobrun WHERE state IN ('queued', 'running')"
            ),
        }
        found["classes that a slot asks for and that are lost"] = _lost(execute)
        found["classes at another time than their slot's, untouched"] = _drifted(execute)
        found["edits by hand that are lost"] = _forgotten(execute, promised)
    return found


def _days(slot: Any, first: date, last: date) -> list[date]:
    """The dates of a slot from ``first`` to ``last``, by dateutil."""
    begins = max(d for d in (slot.valid_from, slot.start_date) if d)
    anchor = slot.valid_from - timedelta(days=slot.valid_from.weekday())
    ends = min([last, *(d for d in (slot.valid_until, slot.end_date) if d)])
    rule = rrule(
        WEEKLY,
        interval=slot.interval_weeks,
        byweekday=slot.weekday - 1,
        dtstart=datetime.combine(anchor, datetime.min.time()),
        until=datetime.combine(ends, datetime.min.time()),
    )
    return [d for moment in rule if (d := moment.date()) >= max(begins, first)]


def _lost(execute: Any) -> int:
    """Wanted meetings without a class of their week, a conflict that names them, or a closure."""
    weeks: defaultdict[int, set[date]] = defaultdict(set)
    for row in execute(
        "SELECT recurring_slot_id, week FROM classes WHERE recurring_slot_id IS NOT NULL"
    ):
        weeks[row.recurring_slot_id].add(row.week)
    named = {(row.series_id, row.date) for row in execute(CONFLICTS)}
    closed = list(execute("SELECT teacher_id, student_id, first_date, last_date FROM "
                          "scheduling_closure"))  # fmt: skip
    today = datetime.now(UTC).date()
    lost = 0
    for slot in execute(SLOTS).fetchall():
        for day in _days(slot, today, today + HORIZON - timedelta(days=1)):
            monday = day - timedelta(days=day.weekday())
            if monday in weeks[slot.id] or (slot.id, day) in named:
                continue
            lost += not any(
                one.first_date <= day <= one.last_date
                and one.teacher_id in (None, slot.teacher_id)
                and one.student_id in (None, slot.student_id)
                for one in closed
            )
    return lost


def _drifted(execute: Any) -> int:
    """Future classes that nobody touched and that are not where their slot has them.

    One that could not move is named by the newest run as a conflict. One whose slot was moved to
    an hour of its week that is over already stays where people expect it: nobody can be taught
    yesterday. (Only a soak in the middle of a week meets these.)
    """
    now = datetime.now(UTC)
    named = {(row.series_id, row.date) for row in execute(CONFLICTS)}
    slots = {slot.id: slot for slot in execute(SLOTS)}
    wrong = 0
    for row in execute(
        "SELECT recurring_slot_id, week, starts_at FROM classes WHERE recurring_slot_id IS NOT NULL"
        " AND edited_at IS NULL AND attendance = '' AND notes = '' AND status = 'scheduled'"
        " AND starts_at > now() + interval '1 minute'"
    ):
        slot = slots.get(row.recurring_slot_id)
        if slot is None:
            wrong += 1
            continue
        day = row.week + timedelta(days=slot.weekday - 1)
        local = datetime.combine(day, slot.start_time, ZoneInfo(slot.time_zone))
        if local.astimezone(UTC) == row.starts_at or local <= now:
            continue
        wrong += (slot.id, day) not in named
    return wrong


def _forgotten(execute: Any, promised: dict[int, tuple[str, str, str]]) -> int:
    """Acknowledged edits that are not as the last answer said."""
    stored = {
        row.id: (str(row.date), f"{row.start_time:%H:%M}", row.status)
        for row in execute("SELECT id, date, start_time, status FROM classes")
    }
    return sum(stored.get(number) != said for number, said in promised.items())
