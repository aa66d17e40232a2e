"""Manual edits of one class, for the admin and every other interface."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import ProtectedError
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from scheduling.db.errors import is_contention
from scheduling.models import CancelledBy, ClassStatus, Room, ScheduledClass, Teacher
from scheduling.models.studio import settle
from scheduling.selectors.rooms import rooms_free
from scheduling.selectors.schedules.conflicts import blocking_class, is_any_blocked
from scheduling.text.dates import day_and_hours

from .locks import lock_hours
from .validation import PLACE, keeping_duration, refuse_early_presence, validate_change

# Attempts of a write that the database aborts because of a deadlock or a lock timeout.
ATTEMPTS = 3
# The columns that ``save_together`` writes.
_EDITED = (
    *("teacher", "original_teacher", "room", "status", "cancelled_by", "cancel_reason"),
    *("cancelled_at", "is_chargeable", "closure", "edited_at", "updated_at"),
)
# The room stays as it is; None is no room.
KEEP: Any = object()


class DoubleBookedError(ValidationError):
    """The student, the teacher or the room has another class at that time; the message names it.

    ``other`` is that class, None where it is not known.
    """

    def __init__(self, wanted: ScheduledClass, other: ScheduledClass | None) -> None:
        self.other = other
        super().__init__(_double_booked_text(wanted, other), code="double_booked")


def _double_booked_text(wanted: ScheduledClass, other: ScheduledClass | None) -> str:
    if other is None:
        return _("This time has just been taken by another class. Look at the week and try again.")
    when = day_and_hours(other.date, other.hours, other.time_zone)
    is_person_busy = wanted.student_id == other.student_id or (
        other.teacher_id is not None and wanted.teacher_id == other.teacher_id
    )
    if not is_person_busy and other.room is not None and wanted.room_id == other.room_id:
        return _room_taken_text(wanted, other, when)
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


def _room_taken_text(wanted: ScheduledClass, other: ScheduledClass, when: str) -> str:
    names = " · ".join(str(person) for person in (other.student, other.teacher) if person)
    text = _("%(room)s is already taken at that time: %(names)s, %(when)s.")
    taken = text % {"room": other.room, "names": names, "when": when}
    if free := rooms_free(wanted.starts_at, wanted.ends_at, wanted.pk):
        rooms = get_text_list([room.name for room in free], _("and"))
        return " ".join([taken, _("Free then: %(rooms)s.") % {"rooms": rooms}])
    return " ".join([taken, _("No other room is free then.")])


def refuse_double_booking(scheduled_class: ScheduledClass) -> None:
    """Raise DoubleBookedError if another class conflicts. The instants must be derived already."""
    other = blocking_class(scheduled_class)
    if other is not None:
        raise DoubleBookedError(scheduled_class, other)


def save_manual_edit(changed: ScheduledClass, now: datetime) -> None:
    """Save a class that a person edited; from now on no run changes it.

    The row of a class that a person cancels stays, so that no run creates it again. Restoring a
    class clears the fields of its cancellation. A class that a closure cancelled stays linked to
    the closure, and is restored with it, as long as only its notes or its subject change. A class
    that returns to its original teacher has no substitute any more.

    Raises DoubleBookedError, also where the database refuses the row because of a concurrent write,
    or ValidationError for contradictory values; then nothing is written.
    """
    _clear_without_meaning(changed)
    if changed.status == ClassStatus.CANCELLED and not _is_still_closed(changed):
        if changed.cancelled_by in ("", CancelledBy.CLOSURE):
            changed.cancelled_by = CancelledBy.STUDIO
        changed.cancelled_at, changed.closure = changed.cancelled_at or now, None
    changed.derive_instants()
    validate_change(changed, now)
    changed.edited_at = changed.updated_at = now
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            with transaction.atomic():
                lock_hours(changed)
                refuse_double_booking(changed)
                if changed._state.adding:
                    settle()
                changed.save()
            return
        except IntegrityError as error:
            raise DoubleBookedError(changed, blocking_class(changed)) from error
        except OperationalError as error:
            # A run does not take these locks. The next attempt sees the rows that it wrote.
            if not attempts_left or not is_contention(error):
                raise


def save_together(classes: Sequence[ScheduledClass], now: datetime) -> None:
    """Save classes that take place at their stored times, or new ones at those of their series.

    Like ``save_manual_edit``, in a constant number of queries, and without the audit log. The
    rows must be locked. Raises DoubleBookedError or IntegrityError if one of them is refused, which
    does not tell the one; then nothing is written.
    """
    for changed in classes:
        _clear_without_meaning(changed)
        changed.derive_instants()
        changed.edited_at = changed.updated_at = now
        changed.keep_revision()
    new = [changed for changed in classes if changed._state.adding]
    stored = [changed for changed in classes if not changed._state.adding]
    with transaction.atomic():
        lock_hours(*classes)
        if is_any_blocked(classes):
            raise DoubleBookedError(classes[0], None)
        if new:
            settle()
            ScheduledClass.objects.bulk_create(new)
        if stored:
            ScheduledClass.objects.bulk_update(stored, _EDITED)


def _clear_without_meaning(changed: ScheduledClass) -> None:
    """Drop the original teacher of a class without a substitute, and a cancellation taken back."""
    if changed.teacher_id in (None, changed.original_teacher_id):
        changed.original_teacher = None
    if changed.status != ClassStatus.CANCELLED:
        changed.cancelled_by, changed.cancel_reason, changed.cancelled_at = "", "", None
        changed.is_chargeable, changed.closure = False, None


def _is_still_closed(changed: ScheduledClass) -> bool:
    """Return whether a closure cancelled the class, and the cancellation is stored unchanged."""
    if changed.cancelled_by != CancelledBy.CLOSURE:
        return False
    names = ("status", "cancelled_by", "cancel_reason", "is_chargeable", "attendance")
    values = {name: getattr(changed, name) for name in names}
    return ScheduledClass.objects.filter(pk=changed.pk, **values).exists()


def manual_edit(scheduled_class: ScheduledClass, values: Mapping[str, Any], now: datetime) -> bool:
    """Set these values and save the class; return False, unsaved, if it has them already.

    A mark completes a class that has begun, and its removal takes that back, unless the values have
    a status. A class that a closure cancelled becomes cancelled by a person if it is cancelled
    again, and takes place if it is moved.
    """
    values = keeping_duration(scheduled_class, values)
    is_closed = scheduled_class.cancelled_by == CancelledBy.CLOSURE
    takes_over = is_closed and values.get("status") == ClassStatus.CANCELLED
    is_unchanged = not takes_over and all(
        getattr(scheduled_class, name) == value for name, value in values.items()
    )
    if is_unchanged:
        return False
    if is_closed and "status" not in values and not PLACE.isdisjoint(values):
        values = {**values, "status": ClassStatus.SCHEDULED}
    if takes_over:
        values = {"cancelled_by": CancelledBy.STUDIO, **values}
    was_marked = bool(scheduled_class.attendance)
    for name, value in values.items():
        setattr(scheduled_class, name, value)
    if "attendance" in values and "status" not in values:
        follow_mark(scheduled_class, was_marked, now)
    save_manual_edit(scheduled_class, now)
    return True


def follow_mark(scheduled_class: ScheduledClass, was_marked: bool, now: datetime) -> None:
    """Set the status that follows from a changed mark; without saving.

    A mark on a class that has begun completes it. One made ahead counts once the class is over.
    """
    scheduled_class.derive_instants()
    status, has_begun = scheduled_class.status, scheduled_class.starts_at <= now
    if scheduled_class.attendance and status == ClassStatus.SCHEDULED and has_begun:
        scheduled_class.status = ClassStatus.COMPLETED
    elif was_marked and not scheduled_class.attendance and status == ClassStatus.COMPLETED:
        scheduled_class.status = ClassStatus.SCHEDULED


def cancel_or_delete(scheduled_class: ScheduledClass, now: datetime) -> bool:
    """Cancel a generated class, which a run would create again; delete a one-off.

    Returns False for a one-off. Raises ValidationError for a one-off that has a make-up.
    """
    if not scheduled_class.is_generated:
        try:
            scheduled_class.delete()
        except ProtectedError:
            text = _("A make-up refers to this class: cancel it instead of deleting it.")
            raise ValidationError(text, code="made_up") from None
        return False
    manual_edit(scheduled_class, {"status": ClassStatus.CANCELLED}, now)
    return True


def cancellation(by: CancelledBy, reason: str = "", chargeable: bool = False) -> dict[str, Any]:
    """Return the values of a cancellation by a person. Raises ValueError for a closure.

    ``chargeable``: still to be paid, for example after a late cancellation by the student.
    """
    if by not in (CancelledBy.STUDENT, CancelledBy.TEACHER, CancelledBy.STUDIO):
        raise ValueError(f"{by!r} is not a person")
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
    room: Room | None = KEEP,
) -> dict[str, Any]:
    """Return the values of a move; None leaves a field out, ``KEEP`` the room."""
    values = {"date": to_date, "start_time": start_time, "end_time": end_time, "teacher": teacher}
    given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
    return given if room is KEEP else given | {"room": room}


def move(
    class_id: int,
    *,
    to_date: date | None = None,
    start_time: time | None = None,
    end_time: time | None = None,
    teacher: Teacher | None = None,
    room: Room | None = KEEP,
    now: datetime,
) -> ScheduledClass:
    """Move a class; None leaves a value as it is. The class still fulfils its original week."""
    values = moved_to(
        to_date=to_date, start_time=start_time, end_time=end_time, teacher=teacher, room=room
    )
    return _edit_locked(class_id, values, now)


def cancel(
    class_id: int,
    *,
    by: CancelledBy,
    reason: str = "",
    chargeable: bool = False,
    now: datetime,
) -> ScheduledClass:
    """Cancel a class for a person; no run creates it again."""
    return _edit_locked(class_id, cancellation(by, reason, chargeable), now)


def complete(class_id: int, *, now: datetime) -> ScheduledClass:
    """Mark a class as completed; it must have begun."""
    return _edit_locked(class_id, {"status": ClassStatus.COMPLETED}, now)


def mark_attendance(class_id: int, attendance: str, *, now: datetime) -> ScheduledClass:
    """Set the attendance, a value of ``Attendance``; empty clears it."""
    return _edit_locked(class_id, {"attendance": attendance}, now)


def mark(class_id: int, *, attendance: str, notes: str, now: datetime) -> ScheduledClass:
    """Set the attendance, a value of ``Attendance`` or empty, and the notes."""
    return _edit_locked(class_id, {"attendance": attendance, "notes": notes}, now)


def restore(class_id: int, *, now: datetime) -> ScheduledClass:
    """Set a cancelled or completed class back to scheduled.

    Raises DoubleBookedError if another class has taken the time.
    """
    return _edit_locked(class_id, {"status": ClassStatus.SCHEDULED}, now)


def give_back(class_id: int, *, now: datetime) -> ScheduledClass:
    """Return a class from its substitute to its original teacher.

    Raises ValidationError if it has no substitute, DoubleBookedError if the teacher is not free.
    """
    with transaction.atomic():
        scheduled_class = ScheduledClass.objects.select_for_update(no_key=True).get(pk=class_id)
        if scheduled_class.original_teacher is None:
            raise ValidationError(_("This class has no substitute."), code="no_substitute")
        manual_edit(scheduled_class, {"teacher": scheduled_class.original_teacher}, now)
        return scheduled_class


def _edit_locked(class_id: int, values: Mapping[str, Any], now: datetime) -> ScheduledClass:
    """Lock, change and return the class. Raises DoesNotExist."""
    with transaction.atomic():
        scheduled_class = ScheduledClass.objects.select_for_update(no_key=True).get(pk=class_id)
        # Guards against a slip on a page. The API may mark presence before the start.
        refuse_early_presence(scheduled_class, values.get("attendance", ""), now)
        manual_edit(scheduled_class, values, now)
        return scheduled_class
