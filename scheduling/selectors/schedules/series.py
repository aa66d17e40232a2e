"""Fixed schedules and recurring slots, read as series of the domain."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

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


class _SharedColumns(NamedTuple):
    """The columns that are read of both tables."""

    id: int
    student_id: int
    teacher_id: int | None
    weekday: int
    start_time: time
    interval_weeks: int
    subject: str
    is_shared: bool
    room_id: int | None
    valid_from: date | None
    valid_until: date | None
    created_at: datetime
    student__start_date: date | None
    student__end_date: date | None
    student__is_active: bool
    teacher__time_zone: str
    teacher__is_active: bool


def key_of(rule: FixedSchedule | RecurringSlot) -> SeriesKey:
    """Return the key of a stored rule."""
    fixed = isinstance(rule, FixedSchedule)
    return SeriesKey(SeriesKind.FIXED_SCHEDULE if fixed else SeriesKind.RECURRING_SLOT, rule.pk)


def rows_of(kind: SeriesKind) -> QuerySet[Any]:
    """Return all rows of the table of ``kind``."""
    return MODELS[kind]._default_manager.all()


def load_series(kind: SeriesKind, condition: Q) -> list[Series]:
    """Return the series of ``kind`` that meet ``condition``, with one query."""
    columns = list(_SharedColumns._fields)
    if kind is SeriesKind.FIXED_SCHEDULE:
        columns += ["end_time"]
        parse = _fixed_schedule
    else:
        columns += ["duration_minutes", "status"]
        parse = _recurring_slot
    rows = rows_of(kind).filter(condition).order_by()
    with one_reading():
        try:
            # No iterator(): the rows of a chunk aren't worth a server-side cursor.
            return [parse(row) for row in rows.values_list(*columns)]
        except ValueError:
            return [parse(row, error) for row, error in read_leniently(rows, columns)]


def load_by_key(keys: Iterable[SeriesKey], scope: Q | None = None) -> list[Series]:
    """Return the series with these keys that are in ``scope``, with one query for each kind."""
    ids_by_kind: dict[SeriesKind, list[int]] = {}
    for key in keys:
        ids_by_kind.setdefault(key.kind, []).append(key.id)
    return [
        series
        for kind, ids in sorted(ids_by_kind.items())
        for series in load_series(kind, Q(id__among=ids) & (scope or Q()))
    ]


def _fixed_schedule(values: Sequence[Any], error: Reason | None = None) -> Series:
    *shared, end = values
    row = _SharedColumns._make(shared)
    suspension = None
    if row.student__start_date is None:
        suspension = Suspension(Outcome.NOT_STARTED, Reason("no_start_date"))
    minutes = minutes_between(row.start_time, end)
    return _series(SeriesKind.FIXED_SCHEDULE, row, minutes, suspension, error, end)


def _recurring_slot(values: Sequence[Any], error: Reason | None = None) -> Series:
    *shared, minutes, status = values
    suspension = None
    if status == SlotStatus.PAUSED:
        suspension = Suspension(Outcome.PAUSED, Reason("slot_paused"))
    elif status == SlotStatus.CANCELLED:
        suspension = Suspension(Outcome.ENDED, Reason("slot_cancelled"))
    row = _SharedColumns._make(shared)
    return _series(SeriesKind.RECURRING_SLOT, row, minutes, suspension, error)


def _series(
    kind: SeriesKind,
    row: _SharedColumns,
    minutes: int,
    suspension: Suspension | None,
    error: Reason | None,
    end_time: time | None = None,
) -> Series:
    if not row.student__is_active:
        suspension = Suspension(Outcome.INACTIVE, Reason("student_inactive"))
    elif row.teacher_id is not None and not row.teacher__is_active:
        suspension = Suspension(Outcome.INACTIVE, Reason("teacher_inactive"))
    zone = studio().time_zone if row.teacher_id is None else row.teacher__time_zone
    first, first_by = _narrower(row.valid_from, row.student__start_date, max)
    last, last_by = _narrower(row.valid_until, row.student__end_date, min)
    return Series(
        kind=kind,
        id=row.id,
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        weekday=row.weekday,
        start_time=row.start_time,
        duration_minutes=minutes,
        zone=zone,
        created_at=row.created_at,
        interval_weeks=row.interval_weeks,
        anchor=row.valid_from or row.student__start_date,
        first=first,
        last=last,
        first_by=first_by,
        last_by=last_by,
        subject=row.subject,
        is_shared=bool(row.is_shared),
        room_id=row.room_id,
        suspension=suspension,
        error=error or _error(zone, row.start_time, end_time),
    )


def _narrower(own: date | None, student: date | None, pick: Any) -> tuple[date | None, str]:
    """Return the narrower of the series' and the student's bound, and which of them it is."""
    if own is None:
        return student, "student"
    if student is None or pick(own, student) == own:
        return own, "series"
    return student, "student"


def _error(zone: str, *times: time | None) -> Reason | None:
    if not is_zone(zone):
        return Reason("unknown_zone", {"zone": zone})
    for at in times:
        if at is not None and (at.second or at.microsecond):
            return Reason("not_whole_minutes", {"time": at.isoformat()})
    return None
