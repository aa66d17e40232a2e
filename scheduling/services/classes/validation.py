"""Checks of a class that a person edits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import add_minutes, minutes_between
from scheduling.models import Attendance, ClassStatus, ScheduledClass
from scheduling.text.dates import day_and_hours

# The fields of a move; callers may pass "teacher" instead of "teacher_id", and "room".
PLACE = frozenset(
    {"date", "start_time", "end_time", "time_zone", "teacher", "teacher_id", "room", "room_id"}
)

# Minutes; the longest class past midnight that a person may enter.
LONGEST_NIGHT = 12 * 60


def validate_change(changed: ScheduledClass, now: datetime) -> None:
    """Raise ValidationError for contradictory values, unless they are stored already.

    The instants of ``changed`` must be derived.
    """
    before = ScheduledClass.objects.filter(pk=changed.pk).first() if changed.pk else None
    _refuse_early_completion(before, changed, now)
    _refuse_long_night(before, changed)
    if changed.status == ClassStatus.CANCELLED:
        _refuse_presence_at_cancelled(before, changed)
        _refuse_move_of_cancelled(before, changed)


def _refuse_early_completion(
    before: ScheduledClass | None, changed: ScheduledClass, now: datetime
) -> None:
    if changed.status != ClassStatus.COMPLETED or changed.starts_at <= now:
        return
    if before is None or before.status != changed.status or before.starts_at <= now:
        text = _("A class can be completed once it has begun; this one begins on %(when)s.")
        when = _start_text(changed)
        raise ValidationError(text % {"when": when}, code="not_begun")


def _refuse_long_night(before: ScheduledClass | None, changed: ScheduledClass) -> None:
    """Refuse a class past midnight of more than 12 hours: probably a typing error.

    A new row of a planned occurrence may be as long as its series.
    """
    if changed.end_time > changed.start_time or (before is None and changed.is_generated):
        return
    minutes = minutes_between(changed.start_time, changed.end_time)
    same = before and minutes == minutes_between(before.start_time, before.end_time)
    if minutes > LONGEST_NIGHT and not same:
        text = _("The end is before the start: the class would last until the next day, %(h)d h.")
        raise ValidationError({"end_time": text % {"h": minutes // 60}}, code="past_midnight")


def refuse_early_presence(scheduled_class: ScheduledClass, attendance: str, now: datetime) -> None:
    """Raise ValidationError for presence before the start. An absence may be announced."""
    is_new = attendance == Attendance.PRESENT != scheduled_class.attendance
    if is_new and scheduled_class.starts_at > now:
        text = _("Nobody can be present before a class begins; this one begins on %(when)s.")
        when = _start_text(scheduled_class)
        raise ValidationError(text % {"when": when}, code="not_begun")


def _refuse_presence_at_cancelled(before: ScheduledClass | None, changed: ScheduledClass) -> None:
    if changed.attendance != Attendance.PRESENT:
        return
    values = (changed.status, changed.attendance)
    if before is None or (before.status, before.attendance) != values:
        text = _(
            "Nobody can be present at a cancelled class: clear the attendance, or restore the "
            "class."
        )
        raise ValidationError(text, code="cancelled_and_present")


def _refuse_move_of_cancelled(before: ScheduledClass | None, changed: ScheduledClass) -> None:
    if before is None or before.status != changed.status:
        return
    if any(getattr(before, name) != getattr(changed, name) for name in PLACE - {"teacher", "room"}):
        text = _("This class is cancelled. Restore it first, then move it.")
        raise ValidationError(text, code="cancelled")


def _start_text(scheduled_class: ScheduledClass) -> str:
    start = f"{scheduled_class.start_time:%H:%M}"
    return day_and_hours(scheduled_class.date, start, scheduled_class.time_zone)


def keeping_duration(scheduled_class: ScheduledClass, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values``, with an end time added to a start time alone, keeping the duration.

    Raises ValidationError for an end time without a duration. An end before the start is on the
    next day only if both are given.
    """
    start, end = values.get("start_time"), values.get("end_time")
    if start is not None and end is None:
        minutes = minutes_between(scheduled_class.start_time, scheduled_class.end_time)
        return {**values, "end_time": add_minutes(start, minutes)}
    if end is not None:
        ends_today = start is None and scheduled_class.end_time > scheduled_class.start_time
        start = start or scheduled_class.start_time
        is_whole_day = scheduled_class.start_time == scheduled_class.end_time
        if (end == start and not is_whole_day) or (ends_today and end < start):
            text = _("The end time must be after the start time.")
            raise ValidationError({"end_time": text}, code="no_duration")
    return dict(values)
