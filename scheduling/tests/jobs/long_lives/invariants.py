"""Invariants of every run on any studio, computed without the planner."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.runs.result import RunResult
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.jobs.schedule.registry import JOBS
from scheduling.models import Closure, FixedSchedule, RecurringSlot, ScheduledClass
from scheduling.selectors.classes import NOT_EDITED

DAY = timedelta(days=1)
# Outcomes that an immediate second run must not have.
WRITES = (
    Outcome.CREATED,
    Outcome.MOVED,
    Outcome.REMOVED,
    Outcome.CANCELLED,
    Outcome.RESTORED,
    Outcome.ERROR,
)
# The values of a class after its closure is deleted.
REOPENED = {"status": "scheduled", "cancelled_by": "", "cancel_reason": "", "closure_id": None}

Row = dict[str, Any]


def protected_classes(now: datetime) -> dict[int, Row]:
    """Return the classes that no run may change, by id: edited, started and one-off classes."""
    free = ScheduledClass.objects.filter(NOT_EDITED, starts_at__gt=now, week__isnull=False)
    rows = ScheduledClass.objects.exclude(pk__in=free.values("pk")).values()
    return {row["id"]: row for row in rows}


def assert_protected(before: dict[int, Row], now: datetime) -> None:
    """Check that each class of ``before`` still has the same values.

    One change is allowed: a class that a closure cancelled and that has only a note is restored
    when the closure is deleted and no other closure covers it.
    """
    stored = ScheduledClass.objects.in_bulk(before)
    assert stored.keys() == before.keys()
    for number, row in before.items():
        current = stored[number]
        changed = {
            name: getattr(current, name) for name in row if getattr(current, name) != row[name]
        }
        if changed:
            assert _is_only_noted(row), (row, changed)
            assert current.starts_at > now, (row, changed)
            assert not _closed(
                current, current.fixed_schedule or current.recurring_slot, current.date
            ), row
            if "updated_at" in row:
                assert changed.pop("updated_at", row["updated_at"]) > row["updated_at"], row
            assert changed.items() <= REOPENED.items(), (row, changed)
            assert all(getattr(current, name) == value for name, value in REOPENED.items()), row


def _is_only_noted(row: Row) -> bool:
    """Return whether a closure cancelled the class and a person changed only its notes."""
    is_closed = row["status"] == "cancelled" and row["cancelled_by"] == "closure"
    is_moved = row["edited_at"] is not None and row["date"] != row["occurrence_date"]
    return is_closed and not row["attendance"] and not is_moved


def assert_complete(result: RunResult, now: datetime, narrowed: dict[str, Any]) -> None:
    """Check that every occurrence is a class or a conflict, and that unedited classes match.

    A class with a note that a closure had cancelled is restored or reported as a conflict.
    """
    refused = {(line.series, line.day) for line in result.conflicts}
    for kind, rule in _rules(result, narrowed):
        source = {kind: rule}
        for day in _days(rule, *_window(result)):
            monday = day - timedelta(day.weekday())
            stored = ScheduledClass.objects.filter(week=monday, **source).exists()
            is_refused = ((kind, rule.pk), day) in refused
            assert stored or is_refused or _closed(rule, rule, day) or _is_fulfilled(rule, day), (
                rule,
                day,
            )
        free = ScheduledClass.objects.filter(NOT_EDITED, starts_at__gt=now, **source)
        for row in free.exclude(status="cancelled"):
            day = row.week + timedelta(rule.weekday - 1)
            if ((kind, rule.pk), day) not in refused and _begins(rule, day) > now:
                assert _matches(rule, row, day), (rule, row)
        noted = ScheduledClass.objects.exclude(NOT_EDITED).filter(starts_at__gt=now, **source)
        for row in noted:
            if (
                _is_only_noted(vars(row))
                and any(_days(rule, row.week, row.week + 7 * DAY))
                and not _closed(row, rule, row.date)
            ):
                assert ((kind, rule.pk), row.date) in refused or _is_fulfilled(row, row.date), row


def assert_conflicts_are_true(result: RunResult) -> None:
    """Check that every reported conflict exists."""
    active = ScheduledClass.objects.exclude(status="cancelled")
    for line in result.conflicts:
        # A class that this run created had no id when the line was written.
        named = line.params["with_class"]
        bookings = active.filter(pk=named) if named else active.exclude(pk=line.class_id)
        assert any(_conflicts(line, booking) for booking in bookings), line


def _conflicts(line: ResultLine, booking: ScheduledClass) -> bool:
    begins = datetime.combine(line.day, line.start_time, ZoneInfo(line.zone)).astimezone(UTC)
    ends = begins + (_minutes(line.end_time) - _minutes(line.start_time)) * timedelta(minutes=1)
    key = (line.student_id, line.day, line.start_time, line.end_time)
    if key == (booking.student_id, booking.date, booking.start_time, booking.end_time):
        return True
    same_student = booking.student_id == line.student_id
    same_teacher = booking.teacher_id is not None and booking.teacher_id == line.teacher_id
    overlaps = booking.starts_at < ends and begins < booking.ends_at
    same_room = booking.room_id is not None and booking.room_id == _room_of(line)
    return overlaps and (same_student or same_teacher or same_room)


def _room_of(line: ResultLine) -> int | None:
    model = FixedSchedule if line.series.kind == "fixed_schedule" else RecurringSlot
    return model.objects.get(pk=line.series.id).room_id


def count_of(lines: list[Any], outcome: Outcome) -> int:
    return sum(line.outcome is outcome for line in lines)


def _rules(result: RunResult, narrowed: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the series in scope that can have classes."""
    scope = {name.replace("_ids", "_id__in"): ids for name, ids in narrowed.items()}
    models = {"fixed_schedule": FixedSchedule, "recurring_slot": RecurringSlot}
    for kind in JOBS[result.job].kinds:
        for rule in models[kind].objects.filter(**scope).select_related("student", "teacher"):
            is_suspended = getattr(rule, "status", "active") != "active"
            if rule.student.is_active and not is_suspended:
                yield str(kind), rule


def _window(result: RunResult) -> tuple[date, date]:
    assert result.window is not None
    return result.catch_up_from or result.window.start, result.window.end


def _days(rule: Any, start: date, end: date) -> Iterator[date]:
    first = max(filter(None, (rule.valid_from, rule.student.start_date)))
    for number in range((end - start).days):
        day = start + number * DAY
        if day.isoweekday() == rule.weekday and _is_occurrence(rule, day, first):
            yield day


def _is_occurrence(rule: Any, day: date, first: date) -> bool:
    anchor = rule.valid_from - timedelta(rule.valid_from.weekday())
    week = (day - timedelta(day.weekday()) - anchor).days // 7
    lasts = [last for last in (rule.valid_until, rule.student.end_date) if last is not None]
    in_time = first <= day and all(day <= last for last in lasts)
    return in_time and week % rule.interval_weeks == 0


def _begins(rule: Any, day: date) -> datetime:
    zone = rule.teacher.time_zone if rule.teacher else "UTC"
    return datetime.combine(day, rule.start_time, ZoneInfo(zone)).astimezone(UTC)


def _ends_at(rule: Any) -> int:
    """Return the minute of the day at which a series or class ends."""
    if isinstance(rule, RecurringSlot):
        return _minutes(rule.start_time) + rule.duration_minutes
    return _minutes(rule.end_time)


def _minutes(at: Any) -> int:
    return at.hour * 60 + at.minute


def _closed(owner: Any, rule: Any, day: date) -> bool:
    """Return whether a closure of the people of ``owner`` (a series or class) covers ``day``."""
    closures = Closure.objects.filter(first_date__lte=day, last_date__gte=day)
    return any(
        (closure.teacher_id is None or closure.teacher_id == owner.teacher_id)
        and (closure.student_id is None or closure.student_id == owner.student_id)
        and _is_paused_by(rule, closure)
        for closure in closures
    )


def _is_paused_by(rule: Any, closure: Closure) -> bool:
    """A pause applies to a single series; every other closure applies to all."""
    fixed, slot = closure.fixed_schedule_id, closure.recurring_slot_id
    if fixed is None and slot is None:
        return True
    return rule.pk == (slot if isinstance(rule, RecurringSlot) else fixed)


def _is_fulfilled(owner: Any, day: date) -> bool:
    """Return whether a one-off at the same key fulfils ``owner`` (a series or class) on ``day``."""
    rows = ScheduledClass.objects.filter(
        student_id=owner.student_id, date=day, start_time=owner.start_time, week=None
    ).exclude(status="cancelled")
    return any(
        _minutes(row.end_time) == _ends_at(owner) and row.teacher_id in (None, owner.teacher_id)
        for row in rows
    )


def _matches(rule: Any, row: ScheduledClass, day: date) -> bool:
    return (row.date, row.starts_at, row.start_time) == (
        day,
        _begins(rule, day),
        rule.start_time,
    ) and (
        _minutes(row.end_time),
        row.teacher_id,
        row.student_id,
        row.room_id,
        row.is_shared,
        row.subject,
    ) == (
        _ends_at(rule),
        rule.teacher_id,
        rule.student_id,
        rule.room_id,
        rule.is_shared,
        rule.subject,
    )
