"""A record of the changes to a studio, which checks its calendar without the planner."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass

Key = tuple[str, int]

# The values of edited and started classes that never change, even under a successor.
REMEMBERED = (
    *("id", "student_id", "teacher_id", "occurrence_date", "date", "start_time", "end_time"),
    *("time_zone", "starts_at", "ends_at", "subject", "status", "cancelled_by", "cancel_reason"),
    *("attendance", "is_shared", "room_id", "notes", "edited_at", "make_up_for_id"),
)


def rules() -> dict[Key, Any]:
    """Return every series, whatever its state."""
    found: dict[Key, Any] = {}
    for kind, model in (("fixed_schedule", FixedSchedule), ("recurring_slot", RecurringSlot)):
        for rule in model._default_manager.order_by("id"):
            found[kind, rule.pk] = rule
    return found


class StudioRecord:
    """A record of successions of series and of manual edits."""

    def __init__(self) -> None:
        self._first: dict[Key, Key] = {}
        self._split_weeks: set[tuple[Key, date]] = set()
        self._reopened: set[Key] = set()

    def add_successor(self, old: Key, new: Key, day: date) -> None:
        """Record that ``new`` continues ``old`` from ``day``; that week may have both."""
        self._first[new] = self.first(old)
        self._split_weeks.add((self.first(old), day - timedelta(day.weekday())))

    def first(self, key: Key) -> Key:
        """Return the first series of the succession."""
        return self._first.get(key, key)

    def manual_edits(self, now: datetime) -> dict[int, dict[str, Any]]:
        """Return the classes that only a person may change from now on, by id."""
        return {
            row["id"]: {name: row[name] for name in REMEMBERED}
            for row in ScheduledClass.objects.values(*REMEMBERED, "week", "closure_id")
            if _is_manual(row) or row["starts_at"] <= now
        }

    def assert_valid(self) -> None:
        """Check that there is no double booking and no duplicate class."""
        self._record_reopened()
        rows = list(ScheduledClass.objects.order_by("starts_at", "id"))
        _assert_no_double_booking([row for row in rows if row.status != "cancelled"])
        self._assert_once(rows)

    def _record_reopened(self) -> None:
        """Record successions in which a person reopened a series that has a successor."""
        spans: defaultdict[Key, list[tuple[date, date]]] = defaultdict(list)
        for key, rule in rules().items():
            first, last = rule.valid_from or date.min, rule.valid_until or date.max
            others = spans[self.first(key)]
            if any(first <= end and begin <= last for begin, end in others):
                self._reopened.add(self.first(key))
            others.append((first, last))

    def _assert_once(self, rows: list[ScheduledClass]) -> None:
        """Check that each succession has one row a week; a cancelled row counts."""
        rows_by_week: defaultdict[tuple[Key, date], list[ScheduledClass]] = defaultdict(list)
        for row in rows:
            if row.week is None:
                continue
            key = (
                ("fixed_schedule", row.fixed_schedule_id)
                if row.fixed_schedule_id is not None
                else ("recurring_slot", row.recurring_slot_id or 0)
            )
            first = self.first(key)
            if first not in self._reopened and (first, row.week) not in self._split_weeks:
                rows_by_week[first, row.week].append(row)
        duplicates = {where: found for where, found in rows_by_week.items() if len(found) > 1}
        assert not duplicates, duplicates


def _is_manual(row: dict[str, Any]) -> bool:
    if row["week"] is None or row["edited_at"] or row["attendance"] or row["notes"]:
        return True
    if row["status"] == "completed":
        return True
    return row["status"] == "cancelled" and row["cancelled_by"] != "closure"


def _assert_no_double_booking(rows: list[ScheduledClass]) -> None:
    """Check ``rows``, in order of start, against the classes still in progress of each place."""
    in_progress: defaultdict[tuple[str, int], list[ScheduledClass]] = defaultdict(list)
    for row in rows:
        places = (("student", row.student_id), ("teacher", row.teacher_id), ("room", row.room_id))
        for person in places:
            if person[1] is None:
                continue
            others = [other for other in in_progress[person] if other.ends_at > row.starts_at]
            for other in others:
                assert person[0] != "student", (row, other)
                assert _is_group_lesson(row, other), (row, other)
            in_progress[person] = [*others, row]


def _is_group_lesson(first: ScheduledClass, second: ScheduledClass) -> bool:
    return (
        first.is_shared
        and second.is_shared
        and first.teacher_id == second.teacher_id
        and (first.starts_at, first.ends_at) == (second.starts_at, second.ends_at)
    )
