"""Bookings: the stored classes that occupy people and rooms."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import connection

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import PlannedClass
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import WEEK

from .rows import series_key
from .sql import classes_of, list_param

MARGIN = WEEK / 7 * 2
_ACTIVE = "c.status <> 'cancelled' AND c.starts_at >= %s AND c.starts_at < %s"


class _BookingRow(NamedTuple):
    id: int
    fixed_schedule_id: int | None
    recurring_slot_id: int | None
    student_id: int
    teacher_id: int | None
    starts: int
    ends: int
    is_shared: bool
    date: date
    start_time: time
    end_time: time
    time_zone: str
    room_id: int | None


# Whole seconds since the epoch, a start rounded down and an end up, as the database computes them
# in a fraction of the time in which Python reads an instant.
_SECONDS = {
    "postgresql": {
        "starts": "floor(date_part('epoch', c.starts_at))::bigint",
        "ends": "ceil(date_part('epoch', c.ends_at))::bigint",
    },
    "sqlite": {
        "starts": "CAST(strftime('%%s', c.starts_at) AS INTEGER)",
        "ends": "CAST(strftime('%%s', c.ends_at) AS INTEGER) + (c.ends_at GLOB '*.*[1-9]*')",
    },
}


def _columns() -> str:
    seconds = _SECONDS[connection.vendor]
    return ", ".join(seconds.get(name, f"c.{name}") for name in _BookingRow._fields)


def bookings_near(planned_classes: Sequence[PlannedClass]) -> list[Booking]:
    """Return the stored classes that may conflict with ``planned_classes``, earliest first.

    These are the active classes of the same people and rooms from two days before the first
    planned class to two days after the last: a class is at most one day long, and the compound key
    compares local dates, which differ by up to 26 hours between zones. The order makes the
    reported conflict the same whatever order the database returns.
    """
    if not planned_classes:
        return []
    return bookings_between(
        from_epoch(min(planned.starts for planned in planned_classes)) - MARGIN,
        from_epoch(max(planned.ends for planned in planned_classes)) + MARGIN,
        {id for planned in planned_classes if (id := planned.series.teacher_id) is not None},
        {planned.series.student_id for planned in planned_classes},
        {id for planned in planned_classes if (id := planned.series.room_id) is not None},
    )


def bookings_between(
    start: datetime,
    end: datetime,
    teacher_ids: Iterable[int],
    student_ids: Iterable[int],
    room_ids: Iterable[int] = (),
) -> list[Booking]:
    """Return the active classes of these people and rooms that begin in ``[start, end)``.

    The earliest come first.
    """
    adapt = connection.ops.adapt_datetimefield_value
    span = [adapt(start), adapt(end)]
    students, teachers = list_param(set(student_ids)), list_param(set(teacher_ids))
    rooms = set(room_ids)
    columns = _columns()
    sql = f"""
        SELECT {columns} FROM {classes_of("teacher_id", _ACTIVE)}
        UNION ALL
        SELECT {columns} FROM {classes_of("student_id", _ACTIVE)}
    """
    params = [teachers, *span, students, *span]
    if rooms:
        sql += f" UNION ALL SELECT {columns} FROM {classes_of('room_id', _ACTIVE)}"
        params += [list_param(rooms), *span]
    found: dict[int, Booking] = {}  # the parts of the query may return the same class
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
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
        starts=row.starts,
        ends=row.ends,
        is_shared=bool(row.is_shared),
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
        room_id=row.room_id,
    )


# The stored classes in one of several rooms (``place``) during one of several spans.
_IN_ROOMS = {
    "postgresql": """
        SELECT {columns}
        FROM unnest(%s::bigint[]) AS place (value)
        CROSS JOIN unnest(%s::timestamptz[], %s::timestamptz[]) AS span (starts, ends)
        CROSS JOIN LATERAL (
            SELECT * FROM classes AS c
            WHERE c.room_id = place.value AND c.status <> 'cancelled'
              AND c.starts_at < span.ends AND c.starts_at > span.starts - interval '25 hours'
              AND c.ends_at > span.starts
            OFFSET 0
        ) AS c""",
    "sqlite": """
        SELECT {columns}
        FROM json_each(%s) AS place
        CROSS JOIN json_each(%s) AS first
        CROSS JOIN json_each(%s) AS last ON last.key = first.key
        CROSS JOIN classes AS c
          ON c.room_id = place.value AND c.status <> 'cancelled'
         AND c.starts_at < last.value AND c.starts_at > datetime(first.value, '-25 hours')
         AND c.ends_at > first.value""",
}


def bookings_in_rooms(
    rooms: Collection[int], planned_classes: Iterable[PlannedClass]
) -> list[Booking]:
    """Return the stored active classes in ``rooms`` that overlap one of ``planned_classes``."""
    spans = sorted({(planned.starts, planned.ends) for planned in planned_classes})
    if not rooms or not spans:
        return []
    starts, ends = zip(*spans, strict=True)
    params = [list_param(rooms), _instants(starts), _instants(ends)]
    with connection.cursor() as cursor:
        cursor.execute(_IN_ROOMS[connection.vendor].format(columns=_columns()), params)
        rows = [_BookingRow._make(values) for values in cursor]
    # A class may overlap several spans.
    return [_booking(row) for row in {row.id: row for row in rows}.values()]


def _instants(seconds: Iterable[int]) -> str:
    """Return instants as one parameter."""
    is_postgresql = connection.vendor == "postgresql"
    offset, pattern = ("+00", "{%s}") if is_postgresql else ("", "[%s]")
    return pattern % ",".join(f'"{from_epoch(at):%Y-%m-%d %H:%M:%S}{offset}"' for at in seconds)
