"""From the series of a chunk to their draft."""

from collections.abc import Iterable

from scheduling.domain.closures import covering
from scheduling.domain.outcomes import Outcome
from scheduling.domain.recurrence import NOTHING, Occurrences, candidate_days, occurrences
from scheduling.domain.series import Series
from scheduling.domain.windows import WEEK, Window

from .existing import draft_row
from .notes import begins, ends, series_note
from .types import ClosedOccurrence, Draft, PlannedClass, SeriesState

# An end is worth a line for this long; after that it is only counted.
NEWS = 4 * WEEK


def draft(states: Iterable[SeriesState], now: int, note_bounds: bool = True) -> Draft:
    """What the series of ``states`` ask for, those with the least rank first.

    ``now`` is the real clock in epoch seconds: classes that have begun stay as they are.
    ``note_bounds``: note the series that start late in the window, or end early.
    """
    result = Draft()
    for state in sorted(states, key=lambda s: s.series.rank):
        _draft_series(result, state, now, note_bounds)
    return result


def _draft_series(result: Draft, state: SeriesState, now: int, note_bounds: bool) -> None:
    series = state.series
    if series.fault is not None:
        result.counts[Outcome.INVALID] += 1
        result.notes.append(series_note(series, Outcome.INVALID, series.fault))
        return
    wanted = NOTHING
    if state.window is None:
        pass  # it is asked only to make way: what keeps it from creating is another job's news
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
        taken = state.held
    _draft_creates(result, state, wanted, taken)


def _draft_creates(
    result: Draft, state: SeriesState, wanted: Occurrences, taken: frozenset[int]
) -> None:
    series, closures = state.series, state.closures
    if taken.issuperset(wanted.weeks):
        if not state.rows:  # rows are counted one by one
            result.counts[Outcome.EXISTS] += len(wanted.weeks)
        return
    seconds = series.duration_minutes * 60
    held = 0
    for day, week, starts in zip(wanted.days, wanted.weeks, wanted.starts, strict=True):
        if week in taken:
            held += 1
        elif closures and (closure := covering(closures, day)):
            result.counts[Outcome.CLOSED] += 1
            result.closed[closure, day] += 1
            planned = PlannedClass(series, day, starts, starts + seconds, Outcome.CLOSED)
            result.shut.append(ClosedOccurrence(planned, closure))
        else:
            result.planned_classes.append(PlannedClass(series, day, starts, starts + seconds))
    if not state.rows:
        result.counts[Outcome.EXISTS] += held


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
            if series.last >= window.start - NEWS:
                result.notes.append(series_note(series, Outcome.ENDED, ends(series)))
