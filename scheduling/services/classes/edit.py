"""One class changed by a person: what the admin, and every other interface, does it through."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from scheduling.db.errors import is_contention
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass, Teacher
from scheduling.models.studio import settle
from scheduling.selectors.schedules.conflicts import blocking_class
from scheduling.text.dates import day_and_hours

from .locks import lock_hours
from .validation import PLACE, keeping_duration, refuse_early_presence, validate_change

# Of a write that the database has ended, as it and another waited for each other.
ATTEMPTS = 3


class DoubleBookedError(ValidationError):
    """The place is taken; the sentence names the class that holds it."""

    def __init__(self, other: ScheduledClass | None) -> None:
        self.other = other
        super().__init__(_sentence(other), code="double_booked")


def _sentence(other: ScheduledClass | None) -> str:
    if other is None:
        return _("This time has just been taken by another class. Look at the week and try again.")
    when = day_and_hours(other.date, other.hours, other.time_zone)
    if other.teacher is None:
        return _("%(student)s already has a class at that time: %(when)s.") % {
            "student": other.student,
            "when": when,
        }
    return _("%(teacher)s already teaches %(student)s at that time: %(when)s.") % {
        "teacher": other.teacher,
        "student": other.student,
        "when": when,
    }


def refuse_double_booking(wanted: ScheduledClass) -> None:
    """Raise DoubleBookedError if ``wanted``, with its instants derived, has its place taken."""
    other = blocking_class(wanted)
    if other is not None:
        raise DoubleBookedError(other)


def save_manual_edit(changed: ScheduledClass, now: datetime) -> None:
    """Store what a person entered; from now on no run changes the class.

    A person's cancellation is a tombstone, whoever of the studio entered it; a class that is no
    longer cancelled loses the marks of having been. One that a closure has cancelled stays the
    closure's, and comes back with it, while only its notes or its subject are written. Raises
    DoubleBookedError, or ValidationError for what contradicts itself, and then nothing is written:
    where another writer was quicker, the database has refused.
    """
    if changed.status != ClassStatus.CANCELLED:
        changed.cancelled_by, changed.cancel_reason, changed.cancelled_at = "", "", None
        changed.is_chargeable, changed.closure = False, None
    elif not _is_still_closed(changed):
        if changed.cancelled_by in ("", CancelledBy.CLOSURE):
            changed.cancelled_by = CancelledBy.STUDIO
        changed.cancelled_at, changed.closure = changed.cancelled_at or now, None
    changed.derive_instants()
    validate_change(changed, now)
    changed.edited_at = changed.updated_at = now
    for left in reversed(range(ATTEMPTS)):
        try:
            with transaction.atomic():
                lock_hours(changed)
                refuse_double_booking(changed)
                if changed._state.adding:
                    settle()
                changed.save()
            return
        except IntegrityError as error:
            raise DoubleBookedError(blocking_class(changed)) from error
        except OperationalError as error:
            # A run doesn't wait for the place. What it writes is there by the next attempt.
            if not left or not is_contention(error):
                raise


def _is_still_closed(changed: ScheduledClass) -> bool:
    """Whether its cancellation is, in all that is said of it, the one that a closure made."""
    if changed.cancelled_by != CancelledBy.CLOSURE:
        return False
    names = ("status", "cancelled_by", "cancel_reason", "is_chargeable", "attendance")
    said = {name: getattr(changed, name) for name in names}
    return ScheduledClass.objects.filter(pk=changed.pk, **said).exists()


def manual_edit(one: ScheduledClass, values: Mapping[str, Any], now: datetime) -> bool:
    """Give ``one`` these values and store it; False, and untouched, where it has them already.

    Cancelling what a closure has cancelled makes it a person's doing: it stays cancelled. Moving
    it lets it take place.
    """
    values = keeping_duration(one, values)
    closed = one.cancelled_by == CancelledBy.CLOSURE
    takes_over = closed and values.get("status") == ClassStatus.CANCELLED
    if not takes_over and all(getattr(one, name) == value for name, value in values.items()):
        return False
    if closed and "status" not in values and not PLACE.isdisjoint(values):
        values = {**values, "status": ClassStatus.SCHEDULED}
    if takes_over:
        values = {"cancelled_by": CancelledBy.STUDIO, **values}
    for name, value in values.items():
        setattr(one, name, value)
    save_manual_edit(one, now)
    return True


def cancel_or_delete(one: ScheduledClass, now: datetime) -> bool:
    """Take a class off the calendar. False for a one-off, which is deleted.

    A generated one would come back: it stays as a cancelled row. Raises ValidationError for a
    one-off that was made up for.
    """
    if not one.is_generated:
        try:
            one.delete()
        except ProtectedError:
            text = _("A make-up refers to this class: cancel it instead of deleting it.")
            raise ValidationError(text, code="made_up") from None
        return False
    manual_edit(one, {"status": ClassStatus.CANCELLED}, now)
    return True


def cancellation(by: CancelledBy, reason: str = "", chargeable: bool = False) -> dict[str, Any]:
    """What cancelling a class for a person sets. Raises ValueError for a closure's doing.

    ``chargeable``: it is paid for all the same, as a student's who cancels at the last moment.
    """
    if by not in (CancelledBy.STUDENT, CancelledBy.TEACHER, CancelledBy.STUDIO):
        raise ValueError(f"{by!r} is no person")
    return {
        "status": ClassStatus.CANCELLED,
        "cancelled_by": by,
        "cancel_reason": reason[:300],
        "is_chargeable": chargeable,
    }


def moved_to(
    *,
    to_date: date | None = None,
    start_time: time | None = None,
    end_time: time | None = None,
    teacher: Teacher | None = None,
) -> dict[str, Any]:
    """What moving a class sets; nothing of what is None."""
    place = {"date": to_date, "start_time": start_time, "end_time": end_time, "teacher": teacher}
    return {name: value for name, value in place.items() if value is not None}


def move(
    class_id: int,
    *,
    to_date: date | None = None,
    start_time: time | None = None,
    end_time: time | None = None,
    teacher: Teacher | None = None,
    now: datetime,
) -> ScheduledClass:
    """Move a class; what is not given stays. It fulfils its week wherever it goes."""
    values = moved_to(to_date=to_date, start_time=start_time, end_time=end_time, teacher=teacher)
    return _changed(class_id, values, now)


def cancel(
    class_id: int,
    *,
    by: CancelledBy,
    reason: str = "",
    chargeable: bool = False,
    now: datetime,
) -> ScheduledClass:
    """Cancel a class for a person: no run makes it again."""
    return _changed(class_id, cancellation(by, reason, chargeable), now)


def complete(class_id: int, *, now: datetime) -> ScheduledClass:
    """Say that a class took place; it has to have begun."""
    return _changed(class_id, {"status": ClassStatus.COMPLETED}, now)


def mark_attendance(class_id: int, attendance: str, *, now: datetime) -> ScheduledClass:
    """Mark who was there, a value of ``Attendance``; empty takes the mark away."""
    return _changed(class_id, {"attendance": attendance}, now)


def mark(class_id: int, *, attendance: str, notes: str, now: datetime) -> ScheduledClass:
    """Mark who was there, a value of ``Attendance`` or empty, and keep what was noted."""
    return _changed(class_id, {"attendance": attendance, "notes": notes}, now)


def restore(class_id: int, *, now: datetime) -> ScheduledClass:
    """Let a class take place that was cancelled, or say that it is not completed after all.

    Raises DoubleBookedError, naming the other class, where its place is taken.
    """
    return _changed(class_id, {"status": ClassStatus.SCHEDULED}, now)


def _changed(class_id: int, values: Mapping[str, Any], now: datetime) -> ScheduledClass:
    """The class with these values, stored unless it has them. Raises DoesNotExist."""
    with transaction.atomic():
        one = ScheduledClass.objects.select_for_update(no_key=True).get(pk=class_id)
        # A slip on a page. A program that says so over the API may know better than the clock.
        refuse_early_presence(one, values.get("attendance", ""), now)
        manual_edit(one, values, now)
        return one
