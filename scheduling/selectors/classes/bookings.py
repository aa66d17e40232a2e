"""Stored classes that hold the time of people."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import PlannedClass
from scheduling.domain.wallclock import from_epoch, to_epoch
from scheduling.domain.windows import WEEK

from .rows import COLUMNS, epoch_up, series_key
from .sql import classes_of, list_param

_ACTIVE = "c.status <> 'cancelled' AND c.starts_at >= %s AND c.starts_at < %s"


def bookings_near(planned_classes: Sequence[PlannedClass]) -> list[Booking]:
    """The stored classes that may stand in the way of ``planned_classes``.

    Active ones of the people concerned, from two days before the first to two days after the
    last: a class is at most one day long, and the compound key compares local dates, which lie
    up to 26 hours apart between zones. The earliest first: of several that are in the way, it is
    always the same that is named, in whatever order the database keeps them.
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
    columns = ", ".join(f"c.{name}" for name in COLUMNS)
    sql = f"""
        SELECT {columns} FROM {classes_of("teacher_id", _ACTIVE)}
        UNION ALL
        SELECT {columns} FROM {classes_of("student_id", _ACTIVE)}
    """
    found: dict[int, Booking] = {}  # a class may be both a teacher's and a student's
    with connection.cursor() as cursor:
        cursor.execute(sql, [teachers, *span, students, *span])
        for row in cursor:
            if row[0] not in found:
                found[row[0]] = _booking(row)
    return sorted(found.values(), key=lambda one: (one.starts, one.class_id))


def _booking(row: Sequence[Any]) -> Booking:
    return Booking(
        row[0],
        series_key(row[1], row[2]),
        row[3],
        row[4],
        to_epoch(_aware(row[5])),
        epoch_up(_aware(row[6])),
        bool(row[7]),
        row[8],
        row[9],
        row[10],
        row[11],
    )


def _aware(moment: datetime) -> datetime:
    """SQLite keeps instants in UTC and doesn't say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
