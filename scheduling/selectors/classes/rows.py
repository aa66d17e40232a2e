"""Stored classes in full, as values of the domain."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import to_epoch
from scheduling.domain.windows import week_number
from scheduling.models import ClassStatus, ScheduledClass

from .manual_edits import edit_code

COLUMNS = (
    "id",
    "fixed_schedule_id",
    "recurring_slot_id",
    "student_id",
    "teacher_id",
    "starts_at",
    "ends_at",
    "is_shared",
    "date",
    "start_time",
    "end_time",
    "time_zone",
)


def stored_rows(
    keys: Iterable[SeriesKey], since: date, until: date | None = None
) -> dict[SeriesKey, list[StoredClass]]:
    """Every class of these series from the week of ``since`` on, in full.

    To the week of ``until``, included, where that is given; both are Mondays.
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
    rows = classes.order_by("week", "id").values_list(
        *COLUMNS,
        "week",
        "occurrence_date",
        "subject",
        "status",
        "closure_id",
        "cancelled_by",
        "attendance",
        "notes",
        "edited_at",
    )
    for row in rows:
        stored = _stored(row)
        found[stored.series].append(stored)
    return found


def _stored(row: Sequence[Any]) -> StoredClass:
    key = series_key(row[1], row[2])
    assert key is not None
    return StoredClass(
        id=row[0],
        series=key,
        week=week_number(row[12]),
        occurrence_date=row[13],
        date=row[8],
        start_time=row[9],
        end_time=row[10],
        zone=row[11],
        starts=to_epoch(row[5]),
        ends=epoch_up(row[6]),
        student_id=row[3],
        teacher_id=row[4],
        subject=row[14],
        is_shared=row[7],
        is_cancelled=row[15] == ClassStatus.CANCELLED,
        closure_id=row[16],
        edit=_edit(row),
    )


def _edit(row: Sequence[Any]) -> str:
    return edit_code(
        status=row[15],
        cancelled_by=row[17],
        attendance=row[18],
        notes=row[19],
        edited_at=row[20],
        is_elsewhere=row[8] != row[13],
    )


def series_key(fixed_schedule: int | None, recurring_slot: int | None) -> SeriesKey | None:
    if fixed_schedule is not None:
        return SeriesKey(SeriesKind.FIXED_SCHEDULE, fixed_schedule)
    if recurring_slot is not None:
        return SeriesKey(SeriesKind.RECURRING_SLOT, recurring_slot)
    return None


def epoch_up(moment: datetime) -> int:
    return to_epoch(moment) + (1 if moment.microsecond else 0)
