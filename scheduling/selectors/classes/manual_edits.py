"""Whether, and how, a person acted on a class."""

from datetime import datetime

from django.db.models import Q

from scheduling.models import CancelledBy, ClassStatus

# No person acted on the class; of one that stands as scheduled the first half is enough in SQL.
UNMARKED_SQL = "edited_at IS NULL AND attendance = '' AND notes = ''"
UNTOUCHED_SQL = f"""{UNMARKED_SQL}
    AND status <> 'completed' AND (status <> 'cancelled' OR cancelled_by = 'closure')"""
NOT_EDITED = (
    Q(edited_at__isnull=True, attendance="", notes="")
    & ~Q(status=ClassStatus.COMPLETED)
    & (~Q(status=ClassStatus.CANCELLED) | Q(cancelled_by=CancelledBy.CLOSURE))
)


def edit_code(
    *,
    status: str,
    cancelled_by: str,
    attendance: str,
    notes: str,
    edited_at: datetime | None,
    is_elsewhere: bool,
) -> str:
    """What a person did to a class, as the code of a reason; empty while untouched.

    The same as ``NOT_EDITED`` and its SQL. ``is_elsewhere``: it is not on the date that its series
    gave it.
    """
    if status == ClassStatus.CANCELLED and cancelled_by != CancelledBy.CLOSURE:
        return "cancelled_by_hand"
    if status == ClassStatus.COMPLETED:
        return "completed"
    if attendance:
        return "attended"
    if edited_at is not None:
        return "moved_by_hand" if is_elsewhere else "edited_by_hand"
    return "noted" if notes else ""
