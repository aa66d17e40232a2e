"""Writes a plan to the calendar, within the caller's transaction. All plans go through here."""

from datetime import datetime
from typing import Any

from django.db import connection

from scheduling.db.errors import StudioChangedError
from scheduling.domain.planning import Cancellation, PlannedClass
from scheduling.domain.planning.resolve import Plan
from scheduling.domain.series import Series
from scheduling.domain.wallclock import from_epoch
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass
from scheduling.models.studio import settle
from scheduling.selectors.classes import NOT_EDITED, UNTOUCHED_SQL

from .class_delete import delete_classes
from .class_insert import insert_classes


class ConcurrentEditError(Exception):
    """A person changed one of the classes between plan and write; the caller plans again."""


def write_plan(plan: Plan, run_id: int | None, now: datetime) -> None:
    """Apply ``plan``: removals first, insertions last.

    Moved classes are first all cancelled and then updated one by one, so that two classes can swap
    their places. Raises ConcurrentEditError, IntegrityError, and StudioChangedError if the plan was
    made for another time zone of the studio.
    """
    if plan.changes_nothing:
        return
    if not settle():
        raise StudioChangedError
    _remove([remove.row.id for remove in plan.removes], now)
    _park([planned.row.id for planned in plan.moves if planned.row], now)
    restores = [planned for planned in plan.restores if planned.row and not planned.row.edit]
    _rewrite(
        [_cancelled(cancel) for cancel in plan.cancels]
        + [_scheduled(planned) for planned in (*plan.moves, *restores)],
        now,
    )
    _reopen([planned.row.id for planned in plan.restores if planned.row and planned.row.edit], now)
    if plan.creates:
        insert_classes(plan.creates, run_id)


def _remove(ids: list[int], now: datetime) -> None:
    if not ids:
        return
    rows = ScheduledClass.objects.filter(NOT_EDITED, id__among=ids, starts_at__gt=now)
    _expect(delete_classes(rows), ids)


def _park(ids: list[int], now: datetime) -> None:
    """Cancel moved classes until ``_rewrite`` schedules them again in the same transaction."""
    if not ids:
        return
    rows = ScheduledClass.objects.filter(NOT_EDITED, id__among=ids, starts_at__gt=now)
    changed = rows.update(status=ClassStatus.CANCELLED, cancelled_by=CancelledBy.CLOSURE)
    _expect(changed, ids)


_REWRITE = f"""
    UPDATE classes SET
        student_id = %s, teacher_id = %s, room_id = %s, date = %s, occurrence_date = %s,
        start_time = %s, end_time = %s, time_zone = %s, starts_at = %s, ends_at = %s,
        subject = %s, is_shared = %s,
        status = %s, cancelled_by = %s, cancel_reason = %s, closure_id = %s, updated_at = {{later}}
    WHERE id = %s AND starts_at > %s AND {UNTOUCHED_SQL}
"""
_REOPEN = """
    UPDATE classes SET
        status = 'scheduled', cancelled_by = '', cancel_reason = '', closure_id = NULL,
        updated_at = {later}
    WHERE id = %s AND starts_at > %s
      AND status = 'cancelled' AND cancelled_by = 'closure' AND attendance = ''
"""
# Now, or ``REVISION`` after the last change if that is later.
_LATER = {
    "postgresql": "GREATEST(%s, updated_at + interval '1 second')",
    "sqlite": "MAX(%s, strftime('%%Y-%%m-%%d %%H:%%M:%%f000', updated_at, '+1 second'))",
}


def _rewrite(rows: list[list[Any]], now: datetime) -> None:
    _execute(_REWRITE, rows, now)


def _reopen(ids: list[int], now: datetime) -> None:
    """Reopen edited classes that a closure cancelled, and change nothing else about them."""
    _execute(_REOPEN, [[class_id] for class_id in ids], now)


def _execute(statement: str, rows: list[list[Any]], now: datetime) -> None:
    """Run ``statement`` for each of ``rows``, which end with the class id, on future classes."""
    if not rows:
        return
    written_at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        sql = statement.format(later=_LATER[connection.vendor])
        cursor.executemany(sql, [[*row[:-1], written_at, row[-1], written_at] for row in rows])
        _expect(cursor.rowcount, rows)


def _place(series: Series, day: Any, starts: int, ends: int) -> list[Any]:
    adapt = connection.ops
    return [
        series.student_id,
        series.teacher_id,
        series.room_id,
        adapt.adapt_datefield_value(day),
        adapt.adapt_datefield_value(day),
        adapt.adapt_timefield_value(series.start_time),
        adapt.adapt_timefield_value(series.end_time),
        series.zone,
        adapt.adapt_datetimefield_value(from_epoch(starts)),
        adapt.adapt_datetimefield_value(from_epoch(ends)),
        series.subject,
        series.is_shared,
    ]


def _scheduled(planned: PlannedClass) -> list[Any]:
    assert planned.row is not None
    place = _place(planned.series, planned.day, planned.starts, planned.ends)
    return [*place, ClassStatus.SCHEDULED.value, "", "", None, planned.row.id]


def _cancelled(cancel: Cancellation) -> list[Any]:
    place = _place(cancel.series, cancel.day, cancel.starts, cancel.ends)
    by = CancelledBy.CLOSURE.value
    reason = cancel.closure.name[:300]
    return [*place, ClassStatus.CANCELLED.value, by, reason, cancel.closure.id, cancel.row.id]


def _expect(changed: int, expected: list[Any]) -> None:
    if changed != len(expected):
        raise ConcurrentEditError(
            f"{len(expected) - changed} of {len(expected)} classes have changed"
        )
