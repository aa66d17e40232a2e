"""What can't be true of a class, whoever says so."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.wallclock import add_minutes, minutes_between
from scheduling.models import Attendance, ClassStatus, ScheduledClass
from scheduling.text.dates import full_day

# Where and when a class takes place, as fields of its row; "teacher" as a caller names it.
PLACE = frozenset({"date", "start_time", "end_time", "time_zone", "teacher", "teacher_id"})

# Minutes of the longest class that may end on the day after it began, once a person says so.
LONGEST_NIGHT = 12 * 60


def validate_change(changed: ScheduledClass, now: datetime) -> None:
    """Raise ValidationError for a change to what can't be; what is stored already may stay.

    ``changed`` has its instants.
    """
    before = ScheduledClass.objects.filter(pk=changed.pk).first() if changed.pk else None
    _completed_before_it_began(before, changed, now)
    _through_half_a_day(before, changed)
    if changed.status == ClassStatus.CANCELLED:
        _cancelled_and_present(before, changed)
        _moved_while_cancelled(before, changed)


def _completed_before_it_began(
    before: ScheduledClass | None, changed: ScheduledClass, now: datetime
) -> None:
    if changed.status != ClassStatus.COMPLETED or changed.starts_at <= now:
        return
    if before is None or before.status != changed.status or before.starts_at <= now:
        text = _("A class can be completed once it has begun; this one begins on %(when)s.")
        when = f"{full_day(changed.date)}, {changed.start_time:%H:%M} ({changed.time_zone})"
        raise ValidationError(text % {"when": when}, code="not_begun")


def _through_half_a_day(before: ScheduledClass | None, changed: ScheduledClass) -> None:
    """An end before the start is the next day's, which a slip of the hand is not to make of it.

    A rule may ask for as much, and so it does of an occurrence that is only now written down.
    """
    if changed.end_time > changed.start_time or (before is None and changed.is_generated):
        return
    minutes = minutes_between(changed.start_time, changed.end_time)
    same = before and minutes == minutes_between(before.start_time, before.end_time)
    if minutes > LONGEST_NIGHT and not same:
        text = _("The end is before the start: the class would last until the next day, %(h)d h.")
        raise ValidationError({"end_time": text % {"h": minutes // 60}}, code="past_midnight")


def refuse_early_presence(one: ScheduledClass, attendance: str, now: datetime) -> None:
    """Absences are told beforehand; that somebody was there is not."""
    if attendance == Attendance.PRESENT != one.attendance and one.starts_at > now:
        text = _("Nobody is present before a class has begun; this one begins on %(when)s.")
        when = f"{full_day(one.date)}, {one.start_time:%H:%M} ({one.time_zone})"
        raise ValidationError(text % {"when": when}, code="not_begun")


def _cancelled_and_present(before: ScheduledClass | None, changed: ScheduledClass) -> None:
    if changed.attendance != Attendance.PRESENT:
        return
    now = (changed.status, changed.attendance)
    if before is None or (before.status, before.attendance) != now:
        text = _("Nobody is present at a cancelled class: take the attendance away, or restore it.")
        raise ValidationError(text, code="cancelled_and_present")


def _moved_while_cancelled(before: ScheduledClass | None, changed: ScheduledClass) -> None:
    if before is None or before.status != changed.status:
        return
    if any(getattr(before, name) != getattr(changed, name) for name in PLACE - {"teacher"}):
        text = _("This class is cancelled. Restore it first, then move it.")
        raise ValidationError(text, code="cancelled")


def keeping_duration(one: ScheduledClass, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` for ``one``, with the end that belongs to a start written alone.

    A class that is moved to another hour lasts as long as before. Raises ValidationError for an
    end that leaves no time: only one that is written beside its start is that of the next day.
    """
    start, end = values.get("start_time"), values.get("end_time")
    if start is not None and end is None:
        minutes = minutes_between(one.start_time, one.end_time)
        return {**values, "end_time": add_minutes(start, minutes)}
    if end is not None:
        ends_today = start is None and one.end_time > one.start_time
        start = start or one.start_time
        is_whole_day = one.start_time == one.end_time
        if (end == start and not is_whole_day) or (ends_today and end < start):
            text = _("The end time must be after the start time.")
            raise ValidationError({"end_time": text}, code="no_duration")
    return dict(values)
