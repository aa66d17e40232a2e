"""Notes: results worth reporting, with their reasons."""

from dataclasses import dataclass
from datetime import date, time

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.series import Series, SeriesKey


@dataclass(frozen=True, slots=True)
class Note:
    """A result worth reporting: people and room, outcome, reason. Times are in ``zone``."""

    outcome: Outcome
    reason: Reason
    student_id: int | None = None
    teacher_id: int | None = None
    room_id: int | None = None
    series: SeriesKey | None = None
    class_id: int | None = None
    day: date | None = None
    start_time: time | None = None
    end_time: time | None = None
    zone: str = ""
    occurrences: int = 1


def series_note(series: Series, outcome: Outcome, reason: Reason) -> Note:
    """Return a note on a whole series."""
    return Note(
        outcome,
        reason,
        student_id=series.student_id,
        teacher_id=series.teacher_id,
        room_id=series.room_id,
        series=series.key,
        start_time=series.start_time,
        end_time=series.end_time,
        zone="" if series.error else series.zone,  # the zone may be the error
    )


def row_note(row: StoredClass, outcome: Outcome, reason: Reason) -> Note:
    """Return a note on one stored class."""
    return Note(
        outcome,
        reason,
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        room_id=row.room_id,
        series=row.series,
        class_id=row.id,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.zone,
    )


def closed_note(row: StoredClass, closure: Closure) -> Note:
    """Return the note that ``closure`` cancels ``row``."""
    return row_note(row, Outcome.CANCELLED, Reason("closed", {"closure": closure.name}))


def begins(series: Series) -> Reason:
    """Return the reason that the series, or its student, begins later."""
    assert series.first is not None
    return Reason(f"{series.first_by}_starts", {"date": series.first.isoformat()})


def ends(series: Series) -> Reason:
    """Return the reason that the series, or its student, has ended."""
    assert series.last is not None
    return Reason(f"{series.last_by}_ends", {"date": series.last.isoformat()})


def why_not_planned(series: Series, row: StoredClass) -> Reason:
    """Return why ``series`` has no occurrence in the week of ``row``."""
    if series.suspension is not None:
        return series.suspension.reason
    day = date.fromordinal(row.week * 7 + series.weekday)
    if series.first is not None and day < series.first:
        return begins(series)
    if series.last is not None and day > series.last:
        return ends(series)
    return Reason("not_this_week", {"weeks": series.interval_weeks})
