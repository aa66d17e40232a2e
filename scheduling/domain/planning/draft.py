"""Creates the draft of the series of a chunk."""

from collections.abc import Iterable

from scheduling.domain.closures import covering
from scheduling.domain.outcomes import Outcome
from scheduling.domain.recurrence import NO_OCCURRENCES, Occurrences, candidate_days, occurrences
from scheduling.domain.series import Series
from scheduling.domain.windows import WEEK, Window

from .existing import draft_row
from .notes import begins, ends, series_note
from .types import ClosedOccurrence, Draft, PlannedClass, SeriesState

# The end of a series is noted for this long; after that it is only counted.
NOTED_FOR = 4 * WEEK


def draft(states: Iterable[SeriesState], now: int, note_bounds: bool = True) -> Draft:
    """Return the draft of the series of ``states``, the lowest rank first.

    ``now`` is the current time in epoch seconds: classes that have begun stay as they are.
    With ``note_bounds``, series that begin or end within the window are noted.
    """
    result = Draft()
    for state in sorted(states, key=lambda state: state.series.rank):
        _draft_series(result, state, now, note_bounds)
    return result


def _draft_series(result: Draft, state: SeriesState, now: int, note_bounds: bool) -> None:
    series = state.series
    if series.error is not None:
        result.counts[Outcome.INVALID] += 1
        result.notes.append(series_note(series, Outcome.INVALID, series.error))
        return
    wanted = NO_OCCURRENCES
    if state.window is None:
        pass  # the series may only make room; another job creates its classes and reports them
    elif series.suspension is not None:
        result.counts[series.suspension.outcome] += 1
        if series.suspension.outcome is not Outcome.ENDED:
            note = series_note(series, series.suspension.outcome, series.suspension.reason)
            result.notes.append(note)
    else:
        wanted = occurrences(series, state.window)
        if wanted.days or _is_valid_in(series, state.window):
            result.students.add(series.student_id)
            if series.teacher_id is not None:
                result.teachers.add(series.teacher_id)
        if note_bounds or not wanted.days:
            _note_bounds(result, series, state.window)
    if state.rows:
        taken = frozenset(row.week for row in state.rows)
        for row in sorted(state.rows, key=lambda row: (row.week, row.id)):
            draft_row(result, state, row, now)
    else:
        taken = state.unchanged_weeks
    _draft_creates(result, state, wanted, taken)


def _draft_creates(
    result: Draft, state: SeriesState, wanted: Occurrences, taken: frozenset[int]
) -> None:
    series, closures = state.series, state.closures
    if taken.issuperset(wanted.weeks):
        if not state.rows:  # draft_row counts rows
            result.counts[Outcome.EXISTS] += len(wanted.weeks)
        return
    seconds = series.duration_minutes * 60
    existing = 0
    for day, week, starts in zip(wanted.days, wanted.weeks, wanted.starts, strict=True):
        if week in taken:
            existing += 1
        elif closures and (closure := covering(closures, day)):
            result.counts[Outcome.CLOSED] += 1
            result.closed[closure, day] += 1
            planned = PlannedClass(series, day, starts, starts + seconds, Outcome.CLOSED)
            result.closed_occurrences.append(ClosedOccurrence(planned, closure))
        else:
            result.planned_classes.append(PlannedClass(series, day, starts, starts + seconds))
    if not state.rows:
        result.counts[Outcome.EXISTS] += existing


def _is_valid_in(series: Series, window: Window) -> bool:
    starts_late = series.first is not None and series.first >= window.end
    ended = series.last is not None and series.last < window.start
    return not (starts_late or ended)


def _note_bounds(result: Draft, series: Series, window: Window) -> None:
    if series.first is None and series.last is None:
        return
    for day in (days := candidate_days(series, window))[:1]:
        if series.first is not None and day < series.first:
            result.counts[Outcome.NOT_STARTED] += 1
            result.notes.append(series_note(series, Outcome.NOT_STARTED, begins(series)))
    for day in days[-1:]:
        if series.last is not None and day > series.last:
            result.counts[Outcome.ENDED] += 1
            if series.last >= window.start - NOTED_FOR:
                result.notes.append(series_note(series, Outcome.ENDED, ends(series)))
