"""Helpers that preview and apply schedule changes, and count their results."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass
from scheduling.selectors.schedules.series import key_of
from scheduling.services.schedule_changes import (
    ChangeContext,
    ChangePlan,
    ScheduleChange,
    apply,
    preview,
)
from scheduling.tests.factories import MONDAY, moment

__all__ = ["active", "at_moment", "do", "key_of", "look", "said", "successor_of", "touch"]


def at_moment(today: date = MONDAY, clock: str = "00:05") -> ChangeContext:
    return ChangeContext(today, moment(f"{today} {clock}"), "teresa")


def look(change: ScheduleChange, today: date = MONDAY, clock: str = "00:05") -> ChangePlan:
    return preview(change, at_moment(today, clock))


def do(
    change: ScheduleChange, today: date = MONDAY, clock: str = "00:05", notify: bool = False
) -> ChangePlan:
    """Preview the change, then apply exactly that plan."""
    when = replace(at_moment(today, clock), notify=notify)
    return apply(change, when, preview(change, when).fingerprint)


def said(change_plan: ChangePlan) -> dict[str, int]:
    """Return the number of shown lines of each outcome."""
    return dict(Counter(line.outcome.value for line in change_plan.lines))


def touch(on: date, **values: Any) -> ScheduledClass:
    """Edit the class of a date by hand."""
    row = ScheduledClass.objects.get(date=on)
    values = values or {"notes": "recital"}
    for name, value in values.items():
        setattr(row, name, value)
    row.edited_at = datetime.combine(MONDAY - timedelta(1), time(12)).astimezone()
    row.save()
    return row


def active() -> list[tuple[str, str]]:
    """Return date and start of each class that takes place."""
    rows = ScheduledClass.objects.exclude(status="cancelled").order_by("date", "start_time")
    return [(str(row.date), f"{row.start_time:%H:%M}") for row in rows]


def successor_of(rule: Any) -> Any:
    """Return the newest rule of the same student."""
    model = FixedSchedule if isinstance(rule, FixedSchedule) else RecurringSlot
    return model.objects.filter(student=rule.student).exclude(pk=rule.pk).latest("id")
