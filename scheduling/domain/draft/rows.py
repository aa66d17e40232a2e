"""What becomes of one stored class."""

from dataclasses import replace
from datetime import date

from scheduling.domain.closures import covering
from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.recurrence import day_in_week
from scheduling.domain.series import Series
from scheduling.domain.stored import Stored
from scheduling.domain.wallclock import epoch

from .asks import Cancel, Draft, Remove, State, Want
from .notes import row_note, why_unwanted


def draft_row(result: Draft, state: State, row: Stored, now: int) -> None:
    """Decide what becomes of one stored class."""
    series = state.series
    day = None if series.halt else day_in_week(series, row.week)
    in_window = state.window is not None and (
        row.occurrence_date in state.window or (day is not None and day in state.window)
    )
    if row.edit:
        if day is not None and row.starts > now and _is_reopened(state, row):
            own = _announced(series, row)
            result.wants.append(Want(own, row.date, row.starts, row.ends, Outcome.RESTORED, row))
        else:
            _protect(result, state, row, day, in_window, now)
        return
    if row.starts <= now:
        if in_window:
            _count_as_is(result, state, row)
        return
    if day is None:
        reason = why_unwanted(series, row)
        result.removes.append(Remove(row, reason))
        result.counts[Outcome.REMOVED] += 1
        result.notes.append(row_note(row, Outcome.REMOVED, reason))
        return
    starts = epoch(day, series.start_time, series.zone)
    ends = starts + series.duration_minutes * 60
    if starts <= now:
        # The rule now names an hour that is over: this week's class stays where it was announced.
        series, day, starts, ends = _announced(series, row), row.date, row.starts, row.ends
    as_wanted = _is_at(row, series, day, starts, ends)
    closure = covering(state.closures, day)
    if closure is not None:
        if row.is_cancelled and as_wanted and row.closure_id == closure.id:
            if in_window:
                _count_as_is(result, state, row)
        else:
            result.cancels.append(Cancel(row, series, closure, day, starts, ends))
            result.counts[Outcome.CANCELLED] += 1
            reason = Reason("closed", {"closure": closure.name})
            result.notes.append(row_note(row, Outcome.CANCELLED, reason))
    elif row.is_cancelled:
        result.wants.append(Want(series, day, starts, ends, Outcome.RESTORED, row))
    elif as_wanted:
        if in_window:
            _count_as_is(result, state, row)
    else:
        result.wants.append(Want(series, day, starts, ends, Outcome.MOVED, row))


def _is_reopened(state: State, row: Stored) -> bool:
    """Whether a closure that cancelled it has gone; what a person noted on it stays."""
    return row.is_only_noted and covering(state.closures, row.date) is None


def _announced(series: Series, row: Stored) -> Series:
    """The rule as it was when it placed ``row``."""
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
    )


def _count_as_is(result: Draft, state: State, row: Stored) -> None:
    if not row.is_cancelled:
        result.counts[Outcome.EXISTS] += 1
        return
    result.counts[Outcome.CLOSED] += 1
    if closure := covering(state.closures, row.date):
        result.closed[closure, row.date] += 1


def _protect(
    result: Draft, state: State, row: Stored, day: date | None, in_window: bool, now: int
) -> None:
    series = state.series
    ahead = row.starts > now
    if not in_window and not (ahead and day is None):
        return
    result.counts[Outcome.PROTECTED] += 1
    differs = day is None
    if day is not None:
        starts = epoch(day, series.start_time, series.zone)
        ends = starts + series.duration_minutes * 60
        differs = (
            not _is_at(row, series, day, starts, ends)
            or row.is_cancelled
            or covering(state.closures, day) is not None
        )
    if differs:
        reason = Reason(row.edit)
        if day is None and ahead and not row.is_cancelled:
            # It holds its hour though no rule asks for it: a person may want to know.
            unwanted = why_unwanted(series, row)
            reason = Reason(row.edit, {**unwanted.params, "orphan": unwanted.code})
        result.notes.append(row_note(row, Outcome.PROTECTED, reason))


def _is_at(row: Stored, series: Series, day: date, starts: int, ends: int) -> bool:
    """Whether a stored class is where, when and with whom its rule wants it."""
    return (
        row.date == day
        and row.occurrence_date == day
        and row.starts == starts
        and row.ends == ends
        and row.start_time == series.start_time
        and row.end_time == series.end_time
        and row.zone == series.zone
        and row.teacher_id == series.teacher_id
        and row.student_id == series.student_id
        and row.subject == series.subject
        and row.is_shared == series.is_shared
    )
