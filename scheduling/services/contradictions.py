"""What can't be true of a class, whoever says so."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.models import Attendance, ClassStatus, ScheduledClass

# Where and when a class takes place, as fields of its row; "teacher" as a caller names it.
PLACE = frozenset({"date", "start_time", "end_time", "time_zone", "teacher", "teacher_id"})


def refuse_contradiction(changed: ScheduledClass, now: datetime) -> None:
    """Raise ValidationError for a change to what can't be; what is stored already may stay.

    ``changed`` has its instants.
    """
    before = ScheduledClass.objects.filter(pk=changed.pk).first() if changed.pk else None
    _completed_before_it_began(before, changed, now)
    _present_before_it_began(before, changed, now)
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
        when = f"{changed.date} {changed.start_time:%H:%M} {changed.time_zone}"
        raise ValidationError(text % {"when": when}, code="not_begun")


def _present_before_it_began(
    before: ScheduledClass | None, changed: ScheduledClass, now: datetime
) -> None:
    # Absences are told beforehand; that somebody was there is not.
    if changed.attendance != Attendance.PRESENT or changed.starts_at <= now:
        return
    if before is None or before.attendance != changed.attendance or before.starts_at <= now:
        text = _("Nobody is present before a class has begun; this one begins on %(when)s.")
        when = f"{changed.date} {changed.start_time:%H:%M} {changed.time_zone}"
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


def refuse_no_duration(changed: ScheduledClass, names: Iterable[str]) -> None:
    """Raise ValidationError where the fields ``names`` that were written leave no time at all.

    A class of a whole day ends at the hour at which it starts: as its rule has it, not by a change.
    """
    written = [name for name in ("end_time", "start_time") if name in names]
    if written and changed.start_time == changed.end_time:
        text = _("The end time must be after the start time.")
        raise ValidationError({written[0]: text}, code="no_duration")
