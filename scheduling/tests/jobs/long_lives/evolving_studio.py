"""What a person remembers of a studio's life, to hold the calendar against: no planner in it."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass

Key = tuple[str, int]

# What a person did, or what has begun: wherever a successor re-attaches it, this stays.
REMEMBERED = (
    *("id", "student_id", "teacher_id", "occurrence_date", "date", "start_time", "end_time"),
    *("time_zone", "starts_at", "ends_at", "subject", "status", "cancelled_by", "cancel_reason"),
    *("attendance", "is_shared", "notes", "edited_at", "make_up_for_id"),
)


def rules() -> dict[Key, Any]:
    """Every series, whatever its state."""
    found: dict[Key, Any] = {}
    for kind, model in (("fixed_schedule", FixedSchedule), ("recurring_slot", RecurringSlot)):
        for rule in model._default_manager.order_by("id"):
            found[kind, rule.pk] = rule
    return found


class Memory:
    """Which series follow one another, and what a person did."""

    def __init__(self) -> None:
        self._first: dict[Key, Key] = {}
        self._split_weeks: set[tuple[Key, date]] = set()
        self._tangled: set[Key] = set()

    def succeeded(self, old: Key, new: Key, day: date) -> None:
        """``new`` goes on from ``day`` with what ``old`` was: that week may have both."""
        self._first[new] = self.first(old)
        self._split_weeks.add((self.first(old), day - timedelta(day.weekday())))

    def first(self, key: Key) -> Key:
        """The series with which it all began."""
        return self._first.get(key, key)

    def by_hand(self, now: datetime) -> dict[int, dict[str, Any]]:
        """What nobody but a person may change from now on, by the number of its row."""
        return {
            row["id"]: {name: row[name] for name in REMEMBERED}
            for row in ScheduledClass.objects.values(*REMEMBERED, "week", "closure_id")
            if _is_by_hand(row) or row["starts_at"] <= now
        }

    def assert_holds(self) -> None:
        """Nobody is in two places, and nothing is there twice or has come back."""
        self._note_tangles()
        rows = list(ScheduledClass.objects.order_by("starts_at", "id"))
        _assert_no_double_booking([row for row in rows if row.status != "cancelled"])
        self._assert_once(rows)

    def _note_tangles(self) -> None:
        """Who opens a closed series again, though it has a successor, has asked for both."""
        spans: defaultdict[Key, list[tuple[date, date]]] = defaultdict(list)
        for key, rule in rules().items():
            first, last = rule.valid_from or date.min, rule.valid_until or date.max
            others = spans[self.first(key)]
            if any(first <= end and begin <= last for begin, end in others):
                self._tangled.add(self.first(key))
            others.append((first, last))

    def _assert_once(self, rows: list[ScheduledClass]) -> None:
        """A week has one row, through all that follow one another: a cancelled one is it."""
        seen: defaultdict[tuple[Key, date], list[ScheduledClass]] = defaultdict(list)
        for row in rows:
            if row.week is None:
                continue
            key = (
                ("fixed_schedule", row.fixed_schedule_id)
                if row.fixed_schedule_id is not None
                else ("recurring_slot", row.recurring_slot_id or 0)
            )
            first = self.first(key)
            if first not in self._tangled and (first, row.week) not in self._split_weeks:
                seen[first, row.week].append(row)
        twice = {where: found for where, found in seen.items() if len(found) > 1}
        assert not twice, twice


def _is_by_hand(row: dict[str, Any]) -> bool:
    if row["week"] is None or row["edited_at"] or row["attendance"] or row["notes"]:
        return True
    if row["status"] == "completed":
        return True
    return row["status"] == "cancelled" and row["cancelled_by"] != "closure"


def _assert_no_double_booking(rows: list[ScheduledClass]) -> None:
    """``rows`` in order of their start; of each person those that may still be going on."""
    going_on: defaultdict[tuple[str, int], list[ScheduledClass]] = defaultdict(list)
    for row in rows:
        for person in (("student", row.student_id), ("teacher", row.teacher_id)):
            if person[1] is None:
                continue
            others = [one for one in going_on[person] if one.ends_at > row.starts_at]
            for other in others:
                assert person[0] == "teacher", (row, other)
                assert _is_one_lesson(row, other), (row, other)
            going_on[person] = [*others, row]


def _is_one_lesson(one: ScheduledClass, other: ScheduledClass) -> bool:
    return (
        one.is_shared
        and other.is_shared
        and (one.starts_at, one.ends_at) == (other.starts_at, other.ends_at)
    )
