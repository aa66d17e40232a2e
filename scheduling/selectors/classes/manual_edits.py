"""Manual edits of classes: conditions and reason codes."""

from datetime import datetime

from django.db.models import Q

from scheduling.models import CancelledBy, ClassStatus

# Conditions for classes without manual edits; for a scheduled class the first is enough.
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
    """Return the reason code of a manual edit, or an empty string for an unedited class.

    Consistent with ``NOT_EDITED`` and its SQL. ``is_elsewhere`` is True if the class is not on the
    date of its series.
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
