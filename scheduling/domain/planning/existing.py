"""Drafts what happens to a stored class."""

from dataclasses import replace
from datetime import date

from scheduling.domain.closures import Closure, covering
from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.recurrence import day_in_week
from scheduling.domain.series import Series
from scheduling.domain.wallclock import epoch, is_zone, minutes_between

from .notes import Note, closed_note, row_note, why_not_planned
from .types import Cancellation, Draft, PlannedClass, Removal, SeriesState


def draft_row(result: Draft, state: SeriesState, row: StoredClass, now: int) -> None:
    """Add to ``result`` what happens to ``row``: unchanged, moved, cancelled, removed, …"""
    series = state.series
    day = None if series.suspension else day_in_week(series, row.week)
    in_window = state.window is not None and (
        row.occurrence_date in state.window or (day is not None and day in state.window)
    )
    if row.edit:
        if day is not None and row.starts > now and _is_reopened(state, row):
            result.planned_classes.append(_at_stored_place(series, row, Outcome.RESTORED))
        else:
            _protect(result, state, row, day, in_window, now)
        return
    if row.starts <= now:
        if in_window:
            _count_as_is(result, state, row)
        return
    if day is None:
        reason = why_not_planned(series, row)
        result.removes.append(Removal(row, reason))
        result.counts[Outcome.REMOVED] += 1
        result.notes.append(row_note(row, Outcome.REMOVED, reason))
        return
    planned, closures = _at_series_place(series, row, day), state.closures
    if planned.starts <= now:
        # The series' new time is in the past: this week's class stays where it was announced.
        planned, closures = _at_announced_place(series, row), state.closures_of(row)
        if planned.starts <= now:
            if in_window:
                _count_as_is(result, state, row)
            return
    closure = covering(closures, planned.day)
    if closure is not None:
        _draft_closed(result, planned, row, closure, in_window)
    elif _is_at(row, planned) and not row.is_cancelled:
        if in_window:
            _count_as_is(result, state, row)
    else:
        _draft_planned(result, state, planned, row)


def _draft_closed(
    result: Draft, planned: PlannedClass, row: StoredClass, closure: Closure, in_window: bool
) -> None:
    """Cancel a class on a closed date, or move it there if ``closure`` cancelled it elsewhere."""
    is_closed = row.is_cancelled and row.closure_id == closure.id
    if not (is_closed and _is_at(row, planned)):
        cancel = Cancellation(
            row, planned.series, closure, planned.day, planned.starts, planned.ends
        )
        result.cancels.append(cancel)
    if not is_closed:
        result.counts[Outcome.CANCELLED] += 1
        result.notes.append(closed_note(row, closure))
    elif in_window:
        result.counts[Outcome.CLOSED] += 1
        result.closed[closure, planned.day] += 1


def cancelled_where_it_is(planned: PlannedClass, closure: Closure) -> tuple[Cancellation, Note]:
    """Return the cancellation of the class of ``planned`` at its current place, and its note."""
    row = planned.row
    assert row is not None
    own = _as_announced(planned.series, row)
    return Cancellation(row, own, closure, row.date, row.starts, row.ends), closed_note(
        row, closure
    )


def _draft_planned(
    result: Draft, state: SeriesState, planned: PlannedClass, row: StoredClass
) -> None:
    """Plan a class that must move or be restored, and its fallback if the new place is taken."""
    # A class that SQL put into another week can't stay there as if that were its date.
    closed_here = _closed_here(state, row) if row.is_in_its_week else None
    if not row.is_cancelled:
        planned.closed_by = closed_here
    else:
        planned.outcome = Outcome.RESTORED
        if row.is_in_its_week and closed_here is None and not _is_at(row, planned):
            planned.fallback = _at_stored_place(state.series, row, Outcome.RESTORED)
    result.planned_classes.append(planned)


def _closed_here(state: SeriesState, row: StoredClass) -> Closure | None:
    """Return the closure of the people of ``row`` that covers its current date."""
    return covering(state.closures_of(row), row.date)


def _is_reopened(state: SeriesState, row: StoredClass) -> bool:
    """Return whether the closure that cancelled ``row`` is gone; a person's notes stay."""
    return row.is_only_noted and _closed_here(state, row) is None


def _at_series_place(series: Series, row: StoredClass, day: date) -> PlannedClass:
    starts = epoch(day, series.start_time, series.zone)
    ends = starts + series.duration_minutes * 60
    return PlannedClass(series, day, starts, ends, Outcome.MOVED, row)


def _at_stored_place(
    series: Series, row: StoredClass, outcome: Outcome = Outcome.MOVED
) -> PlannedClass:
    return PlannedClass(_as_announced(series, row), row.date, row.starts, row.ends, outcome, row)


def _at_announced_place(series: Series, row: StoredClass) -> PlannedClass:
    """Plan ``row`` where it is, or on its identifying date if SQL moved it to another week."""
    if row.is_in_its_week:
        return _at_stored_place(series, row)
    minutes = minutes_between(row.start_time, row.end_time)
    zone = row.zone if is_zone(row.zone) else series.zone
    rule = replace(_as_announced(series, row), duration_minutes=minutes, zone=zone)
    return _at_series_place(rule, row, row.occurrence_date)


def _as_announced(series: Series, row: StoredClass) -> Series:
    """Return ``series`` as it was when it placed ``row``."""
    return replace(
        series,
        weekday=row.date.isoweekday(),
        start_time=row.start_time,
        duration_minutes=(row.ends - row.starts) // 60,
        zone=row.zone,
        teacher_id=row.teacher_id,
        student_id=row.student_id,
        subject=row.subject,
        is_shared=row.is_shared,
        room_id=row.room_id,
    )


def _count_as_is(result: Draft, state: SeriesState, row: StoredClass) -> None:
    if not row.is_cancelled:
        result.counts[Outcome.EXISTS] += 1
        return
    result.counts[Outcome.CLOSED] += 1
    if closure := _closed_here(state, row):
        result.closed[closure, row.date] += 1


def _protect(
    result: Draft, state: SeriesState, row: StoredClass, day: date | None, in_window: bool, now: int
) -> None:
    series = state.series
    ahead = row.starts > now
    if not in_window and not (ahead and day is None):
        return
    result.counts[Outcome.PROTECTED] += 1
    differs = day is None
    if day is not None:
        differs = (
            not _is_at(row, _at_series_place(series, row, day))
            or row.is_cancelled
            or covering(state.closures, day) is not None
        )
    if differs:
        reason = Reason(row.edit)
        if day is None and ahead and not row.is_cancelled:
            # The class occupies its time although no series requires it: worth a note.
            unwanted = why_not_planned(series, row)
            reason = Reason(row.edit, {**unwanted.params, "orphan": unwanted.code})
        result.notes.append(row_note(row, Outcome.PROTECTED, reason))


def _is_at(row: StoredClass, planned: PlannedClass) -> bool:
    """Return whether ``row`` has the date, times, people and details of ``planned``."""
    series = planned.series
    return (
        row.date == planned.day
        and row.occurrence_date == planned.day
        and row.starts == planned.starts
        and row.ends == planned.ends
        and row.start_time == series.start_time
        and row.end_time == series.end_time
        and row.zone == series.zone
        and row.teacher_id == series.teacher_id
        and row.student_id == series.student_id
        and row.subject == series.subject
        and row.is_shared == series.is_shared
        and row.room_id == series.room_id
    )
