"""Counts violations of invariants in a calendar with SQL and dateutil, without product code."""

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
               AND a.ends_at = b.ends_at AND a.teacher_id IS NOT DISTINCT FROM b.teacher_id
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
    """Return the number of violations of each invariant."""
    with psycopg.connect(url, row_factory=namedtuple_row) as connection:
        execute = connection.execute

        def count(query: str) -> int:
            return int(execute(query).fetchone()[0])  # type: ignore[arg-type, index]

        found = {
            "duplicate classes": count(DUPLICATES),
            "students in two places at once": count(OVERLAPS.format(who="student")),
            "teachers in two places at once": count(OVERLAPS.format(who="teacher")),
            "rooms in two classes at once": count(OVERLAPS.format(who="room")),
            "runs that are still active": count(
                "SELECT count(*) FROM scheduling_jobrun WHERE state IN ('queued', 'running')"
            ),
        }
        found["missing classes of slots"] = _missing(execute)
        found["unedited classes at another time than their slot's"] = _drifted(execute)
        found["lost edits"] = _lost_edits(execute, promised)
    return found


def _days(slot: Any, first: date, last: date) -> list[date]:
    """Return the dates of a slot from ``first`` to ``last``, by dateutil."""
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
    return [d for start in rule if (d := start.date()) >= max(begins, first)]


def _missing(execute: Any) -> int:
    """Count occurrences without a class in their week, a reported conflict or a closure."""
    weeks: defaultdict[int, set[date]] = defaultdict(set)
    for row in execute(
        "SELECT recurring_slot_id, week FROM classes WHERE recurring_slot_id IS NOT NULL"
    ):
        weeks[row.recurring_slot_id].add(row.week)
    named = {(row.series_id, row.date) for row in execute(CONFLICTS)}
    closed = list(execute("SELECT teacher_id, student_id, first_date, last_date FROM "
                          "scheduling_closure"))  # fmt: skip
    today = datetime.now(UTC).date()
    missing = 0
    for slot in execute(SLOTS).fetchall():
        for day in _days(slot, today, today + HORIZON - timedelta(days=1)):
            monday = day - timedelta(days=day.weekday())
            if monday in weeks[slot.id] or (slot.id, day) in named:
                continue
            missing += not any(
                closure.first_date <= day <= closure.last_date
                and closure.teacher_id in (None, slot.teacher_id)
                and closure.student_id in (None, slot.student_id)
                for closure in closed
            )
    return missing


def _drifted(execute: Any) -> int:
    """Count unedited future classes that are not at the time of their slot.

    A class that could not move is a reported conflict. A class whose slot was moved to a time of
    the week that has passed is not moved. (This happens only in the middle of a week.)
    """
    now = datetime.now(UTC)
    named = {(row.series_id, row.date) for row in execute(CONFLICTS)}
    slots = {slot.id: slot for slot in execute(SLOTS)}
    drifted = 0
    for row in execute(
        "SELECT recurring_slot_id, week, starts_at FROM classes WHERE recurring_slot_id IS NOT NULL"
        " AND edited_at IS NULL AND attendance = '' AND notes = '' AND status = 'scheduled'"
        " AND starts_at > now() + interval '1 minute'"
    ):
        slot = slots.get(row.recurring_slot_id)
        if slot is None:
            drifted += 1
            continue
        day = row.week + timedelta(days=slot.weekday - 1)
        local = datetime.combine(day, slot.start_time, ZoneInfo(slot.time_zone))
        if local.astimezone(UTC) == row.starts_at or local <= now:
            continue
        drifted += (slot.id, day) not in named
    return drifted


def _lost_edits(execute: Any, promised: dict[int, tuple[str, str, str]]) -> int:
    """Count classes that differ from the last acknowledged edit."""
    stored = {
        row.id: (str(row.date), f"{row.start_time:%H:%M}", row.status)
        for row in execute("SELECT id, date, start_time, status FROM classes")
    }
    return sum(stored.get(pk) != values for pk, values in promised.items())
