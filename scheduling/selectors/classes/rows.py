"""Stored classes with all their columns, read as values of the domain."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import NamedTuple

from django.db.models import Q

from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import to_epoch
from scheduling.domain.windows import week_number
from scheduling.models import ClassStatus, ScheduledClass

from .manual_edits import edit_code


class _ClassRow(NamedTuple):
    id: int
    fixed_schedule_id: int | None
    recurring_slot_id: int | None
    student_id: int
    teacher_id: int | None
    room_id: int | None
    starts_at: datetime
    ends_at: datetime
    is_shared: bool
    start_time: time
    end_time: time
    time_zone: str
    week: date
    occurrence_date: date
    date: date
    subject: str
    status: str
    closure_id: int | None
    cancelled_by: str
    attendance: str
    notes: str
    edited_at: datetime | None


def stored_rows(
    keys: Iterable[SeriesKey], since: date, until: date | None = None
) -> dict[SeriesKey, list[StoredClass]]:
    """Return every class of these series from the week of ``since`` to that of ``until``.

    Both are Mondays; both weeks are included. Without ``until`` there is no upper bound.
    """
    ids: dict[SeriesKind, list[int]] = {kind: [] for kind in SeriesKind}
    for key in keys:
        ids[key.kind].append(key.id)
    found: defaultdict[SeriesKey, list[StoredClass]] = defaultdict(list)
    if not any(ids.values()):
        return found
    classes = ScheduledClass.objects.filter(
        Q(fixed_schedule_id__among=ids[SeriesKind.FIXED_SCHEDULE])
        | Q(recurring_slot_id__among=ids[SeriesKind.RECURRING_SLOT]),
        week__gte=since,
    )
    if until is not None:
        classes = classes.filter(week__lte=until)
    for values in classes.order_by("week", "id").values_list(*_ClassRow._fields):
        stored = _stored(_ClassRow._make(values))
        found[stored.series].append(stored)
    return found


def _stored(row: _ClassRow) -> StoredClass:
    key = series_key(row.fixed_schedule_id, row.recurring_slot_id)
    assert key is not None
    return StoredClass(
        id=row.id,
        series=key,
        week=week_number(row.week),
        occurrence_date=row.occurrence_date,
        date=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
        starts=to_epoch(row.starts_at),
        ends=to_epoch_rounded_up(row.ends_at),
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        subject=row.subject,
        is_shared=row.is_shared,
        room_id=row.room_id,
        is_cancelled=row.status == ClassStatus.CANCELLED,
        closure_id=row.closure_id,
        edit=edit_code(
            status=row.status,
            cancelled_by=row.cancelled_by,
            attendance=row.attendance,
            notes=row.notes,
            edited_at=row.edited_at,
            is_elsewhere=row.date != row.occurrence_date,
        ),
    )


def series_key(fixed_schedule: int | None, recurring_slot: int | None) -> SeriesKey | None:
    """Return the key of the series with one of these ids, None if both are None."""
    if fixed_schedule is not None:
        return SeriesKey(SeriesKind.FIXED_SCHEDULE, fixed_schedule)
    if recurring_slot is not None:
        return SeriesKey(SeriesKind.RECURRING_SLOT, recurring_slot)
    return None


def to_epoch_rounded_up(moment: datetime) -> int:
    """Return ``moment`` in whole seconds since the epoch; a fraction counts as a second."""
    return to_epoch(moment) + (1 if moment.microsecond else 0)
