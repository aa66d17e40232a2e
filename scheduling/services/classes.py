"""One class changed by a person: what the admin, and every other interface, does it through."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from scheduling.models import CancelledBy, ClassStatus, ScheduledClass
from scheduling.selectors.clashes import clash_of


class DoubleBookedError(ValidationError):
    """The place is taken; the sentence names the class that holds it."""

    def __init__(self, other: ScheduledClass | None) -> None:
        self.other = other
        super().__init__(_sentence(other), code="double_booked")


def _sentence(other: ScheduledClass | None) -> str:
    if other is None:
        return _("This time has just been taken by another class. Look at the week and try again.")
    when = f"{other.date} {other.start_time:%H:%M}–{other.end_time:%H:%M} {other.time_zone}"
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
    other = clash_of(wanted)
    if other is not None:
        raise DoubleBookedError(other)


def save_by_hand(changed: ScheduledClass, now: datetime) -> None:
    """Store what a person entered; from now on no run changes the class.

    A person's cancellation is a tombstone, whoever of the studio entered it; a class that is no
    longer cancelled loses the marks of having been. Raises DoubleBookedError, and then nothing is
    written: where another writer was quicker, the database has refused.
    """
    if changed.status == ClassStatus.CANCELLED:
        if changed.cancelled_by in ("", CancelledBy.CLOSURE):
            changed.cancelled_by = CancelledBy.STUDIO
    else:
        changed.cancelled_by, changed.cancel_reason = "", ""
    changed.closure = None
    changed.edited_at = changed.updated_at = now
    changed.derive_instants()
    refuse_double_booking(changed)
    try:
        with transaction.atomic():
            changed.save()
    except IntegrityError as error:
        raise DoubleBookedError(clash_of(changed)) from error


def change_by_hand(one: ScheduledClass, values: Mapping[str, Any], now: datetime) -> bool:
    """Give ``one`` these values and store it; False, and untouched, where it has them already.

    Cancelling what a closure has cancelled makes it a person's doing: it stays cancelled.
    """
    takes_over = (
        values.get("status") == ClassStatus.CANCELLED and one.cancelled_by == CancelledBy.CLOSURE
    )
    if not takes_over and all(getattr(one, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(one, name, value)
    save_by_hand(one, now)
    return True


def cancel_or_delete(one: ScheduledClass, now: datetime) -> bool:
    """Take a class off the calendar. False for a one-off, which is deleted.

    A generated one would come back: it stays as a cancelled row.
    """
    if not one.is_generated:
        one.delete()
        return False
    change_by_hand(one, {"status": ClassStatus.CANCELLED}, now)
    return True
