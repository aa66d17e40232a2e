"""Bookings: the stored classes that occupy the time of people."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from django.db import connection

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import PlannedClass
from scheduling.domain.wallclock import from_epoch, to_epoch
from scheduling.domain.windows import WEEK

from .rows import series_key, to_epoch_rounded_up
from .sql import classes_of, list_param

_ACTIVE = "c.status <> 'cancelled' AND c.starts_at >= %s AND c.starts_at < %s"


class _BookingRow(NamedTuple):
    id: int
    fixed_schedule_id: int | None
    recurring_slot_id: int | None
    student_id: int
    teacher_id: int | None
    starts_at: datetime
    ends_at: datetime
    is_shared: bool
    date: date
    start_time: time
    end_time: time
    time_zone: str


def bookings_near(planned_classes: Sequence[PlannedClass]) -> list[Booking]:
    """Return the stored classes that may conflict with ``planned_classes``, earliest first.

    These are the active classes of the same people from two days before the first planned class
    to two days after the last: a class is at most one day long, and the compound key compares
    local dates, which differ by up to 26 hours between zones. The order makes the reported
    conflict the same whatever order the database returns.
    """
    if not planned_classes:
        return []
    margin = WEEK / 7 * 2
    adapt = connection.ops.adapt_datetimefield_value
    span = [
        adapt(from_epoch(min(planned.starts for planned in planned_classes)) - margin),
        adapt(from_epoch(max(planned.ends for planned in planned_classes)) + margin),
    ]
    students = list_param({planned.series.student_id for planned in planned_classes})
    teachers = list_param(
        {id for planned in planned_classes if (id := planned.series.teacher_id) is not None}
    )
    columns = ", ".join(f"c.{name}" for name in _BookingRow._fields)
    sql = f"""
        SELECT {columns} FROM {classes_of("teacher_id", _ACTIVE)}
        UNION ALL
        SELECT {columns} FROM {classes_of("student_id", _ACTIVE)}
    """
    found: dict[int, Booking] = {}  # both halves of the query may return the same class
    with connection.cursor() as cursor:
        cursor.execute(sql, [teachers, *span, students, *span])
        for values in cursor:
            row = _BookingRow._make(values)
            if row.id not in found:
                found[row.id] = _booking(row)
    return sorted(found.values(), key=lambda booking: (booking.starts, booking.class_id))


def _booking(row: _BookingRow) -> Booking:
    return Booking(
        class_id=row.id,
        series=series_key(row.fixed_schedule_id, row.recurring_slot_id),
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        starts=to_epoch(_aware(row.starts_at)),
        ends=to_epoch_rounded_up(_aware(row.ends_at)),
        is_shared=bool(row.is_shared),
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
    )


def _aware(moment: datetime) -> datetime:
    """Return ``moment`` with its zone: SQLite returns instants in UTC without one."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
