"""The classes that a run created, and what becomes of each when the run is undone."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import NamedTuple

from django.db.models import QuerySet

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.models import JobRun, ScheduledClass
from scheduling.selectors.stored import edit_code

from .lines import Line, Names


class Row(NamedTuple):
    """A class of the run, as far as it decides what becomes of it."""

    id: int
    student_id: int
    teacher_id: int | None
    fixed_schedule_id: int | None
    recurring_slot_id: int | None
    occurrence_date: date
    date: date
    start_time: time
    end_time: time
    time_zone: str
    starts_at: datetime
    status: str
    cancelled_by: str
    attendance: str
    notes: str
    edited_at: datetime | None


def created_by(run: JobRun) -> QuerySet[ScheduledClass]:
    """The classes that ``run`` created and that are still there, in order."""
    return ScheduledClass.objects.filter(created_by_run_id=run.pk).order_by("starts_at", "id")


def rows_of(classes: QuerySet[ScheduledClass]) -> Iterable[Row]:
    """Them all, in one query."""
    return [Row(*values) for values in classes.values_list(*Row._fields)]


def why_kept(row: Row, now: datetime) -> str:
    """The code of the reason for which a class stays; empty where it goes."""
    edit = edit_code(
        status=row.status,
        cancelled_by=row.cancelled_by,
        attendance=row.attendance,
        notes=row.notes,
        edited_at=row.edited_at,
        is_elsewhere=row.date != row.occurrence_date,
    )
    return edit or ("begun" if row.starts_at <= now else "")


def line_of(row: Row, outcome: Outcome, code: str, names: Names) -> Line:
    """A class by the names of its people."""
    kind, number = SeriesKind.FIXED_SCHEDULE, row.fixed_schedule_id
    if number is None:
        kind, number = SeriesKind.RECURRING_SLOT, row.recurring_slot_id
    assert number is not None
    return Line(
        outcome=outcome,
        code=code,
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        student=names.student(row.student_id),
        teacher=names.teacher(row.teacher_id),
        series=SeriesKey(kind, number),
        class_id=row.id,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
    )
