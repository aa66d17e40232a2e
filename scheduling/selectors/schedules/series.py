"""Fixed schedules and recurring slots as series of the domain."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Model, Q, QuerySet

from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.series import Series, SeriesKey, SeriesKind, Suspension
from scheduling.domain.wallclock import is_zone, minutes_between
from scheduling.models import FixedSchedule, RecurringSlot, SlotStatus
from scheduling.models.studio import one_reading
from scheduling.selectors.studio import studio

from .unparseable_rows import read_leniently

MODELS: dict[SeriesKind, type[Model]] = {
    SeriesKind.FIXED_SCHEDULE: FixedSchedule,
    SeriesKind.RECURRING_SLOT: RecurringSlot,
}

_SHARED_COLUMNS = (
    "id",
    "student_id",
    "teacher_id",
    "weekday",
    "start_time",
    "interval_weeks",
    "subject",
    "is_shared",
    "valid_from",
    "valid_until",
    "created_at",
    "student__start_date",
    "student__end_date",
    "student__is_active",
    "teacher__time_zone",
    "teacher__is_active",
)


def rows_of(kind: SeriesKind) -> QuerySet[Any]:
    """The rows of the table of ``kind``."""
    return MODELS[kind]._default_manager.all()


def load_series(kind: SeriesKind, condition: Q) -> list[Series]:
    """The series of ``kind`` that meet ``condition``, in one query."""
    own = "end_time" if kind is SeriesKind.FIXED_SCHEDULE else "duration_minutes"
    columns = [*_SHARED_COLUMNS, own]
    if kind is SeriesKind.RECURRING_SLOT:
        columns.append("status")
    rows = rows_of(kind).filter(condition).order_by()
    read = _fixed_schedule if kind is SeriesKind.FIXED_SCHEDULE else _recurring_slot
    with one_reading():
        try:
            # Of a chunk: no server-side cursor is worth its cost.
            return [read(row) for row in rows.values_list(*columns)]
        except ValueError:
            return [read(row, fault) for row, fault in read_leniently(rows, columns)]


def load_by_key(keys: Iterable[SeriesKey], scope: Q | None = None) -> list[Series]:
    """The series with these keys, of those in ``scope``; one query for each kind among them."""
    wanted: dict[SeriesKind, list[int]] = {}
    for key in keys:
        wanted.setdefault(key.kind, []).append(key.id)
    return [
        series
        for kind, ids in sorted(wanted.items())
        for series in load_series(kind, Q(id__among=ids) & (scope or Q()))
    ]


def _fixed_schedule(row: Sequence[Any], fault: Reason | None = None) -> Series:
    start: time = row[4]
    end: time = row[16]
    suspension = None
    if row[11] is None:
        suspension = Suspension(Outcome.NOT_STARTED, Reason("no_start_date"))
    return _series(SeriesKind.FIXED_SCHEDULE, row, minutes_between(start, end), suspension, fault)


def _recurring_slot(row: Sequence[Any], fault: Reason | None = None) -> Series:
    suspension = None
    if row[17] == SlotStatus.PAUSED:
        suspension = Suspension(Outcome.PAUSED, Reason("slot_paused"))
    elif row[17] == SlotStatus.CANCELLED:
        suspension = Suspension(Outcome.ENDED, Reason("slot_cancelled"))
    return _series(SeriesKind.RECURRING_SLOT, row, row[16], suspension, fault)


def _series(
    kind: SeriesKind,
    row: Sequence[Any],
    minutes: int,
    suspension: Suspension | None,
    fault: Reason | None,
) -> Series:
    teacher_id: int | None = row[2]
    start: time = row[4]
    valid_from: date | None = row[8]
    created_at: datetime = row[10]
    if not row[13]:
        suspension = Suspension(Outcome.INACTIVE, Reason("student_inactive"))
    elif teacher_id is not None and not row[15]:
        suspension = Suspension(Outcome.INACTIVE, Reason("teacher_inactive"))
    zone: str = studio().time_zone if teacher_id is None else row[14]
    first, first_by = _narrower(valid_from, row[11], max)
    last, last_by = _narrower(row[9], row[12], min)
    return Series(
        kind=kind,
        id=row[0],
        student_id=row[1],
        teacher_id=teacher_id,
        weekday=row[3],
        start_time=start,
        duration_minutes=minutes,
        zone=zone,
        created_at=created_at,
        interval_weeks=row[5],
        anchor=valid_from or row[11],
        first=first,
        last=last,
        first_by=first_by,
        last_by=last_by,
        subject=row[6],
        is_shared=bool(row[7]),
        suspension=suspension,
        fault=fault or _fault(zone, start, row[16] if kind is SeriesKind.FIXED_SCHEDULE else start),
    )


def _narrower(own: date | None, student: date | None, pick: Any) -> tuple[date | None, str]:
    """The bound of the rule and that of the student: the narrower one, and whose it is."""
    if own is None:
        return student, "student"
    if student is None or pick(own, student) == own:
        return own, "series"
    return student, "student"


def _fault(zone: str, *times: time) -> Reason | None:
    if not is_zone(zone):
        return Reason("unknown_zone", {"zone": zone})
    for at in times:
        if at.second or at.microsecond:
            return Reason("not_whole_minutes", {"time": at.isoformat()})
    return None
