"""An oracle for the occurrences of a rule: dateutil, single days and single pairs of classes."""

from datetime import datetime, time
from types import SimpleNamespace

from dateutil.rrule import MO, WEEKLY, rrule

from scheduling.domain.windows import WEEK, monday_of

from .time_oracle import expected_epoch


def recurrence_set(rule, start, end):
    """Return the dates in `[start, end)` by RFC 5545, with DTSTART in the week of the anchor."""
    monday = monday_of(rule.anchor or start)
    # RRULE has no occurrence before DTSTART: go back by whole intervals.
    while monday > start - WEEK:
        monday -= rule.interval_weeks * WEEK
    found = rrule(
        WEEKLY,
        dtstart=datetime.combine(monday, time()),
        interval=rule.interval_weeks,
        wkst=MO,
        byweekday=rule.weekday - 1,
        until=datetime.combine(end, time()),
    )
    return [moment.date() for moment in found if start <= moment.date() < end]


def valid(rule, day):
    return (rule.first is None or day >= rule.first) and (rule.last is None or day <= rule.last)


def candidate(rule, day):
    starts = expected_epoch(day, rule.start_time, rule.zone)
    return SimpleNamespace(
        student_id=rule.student_id,
        teacher_id=rule.teacher_id,
        date=day,
        start_time=rule.start_time,
        end_time=rule.end_time,
        starts=starts,
        ends=starts + rule.duration_minutes * 60,
        is_shared=rule.is_shared,
        room_id=rule.room_id,
        series=rule.key,
    )


def is_closed(rule, day, closures):
    return any(
        closure.first <= day <= closure.last
        and closure.teacher_id in (None, rule.teacher_id)
        and closure.student_id in (None, rule.student_id)
        for closure in closures
    )


def fulfils(rule, planned, other):
    """Return whether the booking `other` fulfils the occurrence."""
    key = (other.student_id, other.date, other.start_time, other.end_time)
    planned_key = (planned.student_id, planned.date, planned.start_time, planned.end_time)
    return (
        other.series is None and key == planned_key and other.teacher_id in (None, rule.teacher_id)
    )
