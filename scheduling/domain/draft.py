"""What each series asks of the calendar, before anyone looks who else wants the same time.

A draft needs no class but the series' own. ``plan.resolve`` turns it into a plan.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, time

from .closures import Closure, covering
from .outcomes import Outcome, Reason
from .recurrence import NOTHING, Pattern, candidate_days, day_in_week, pattern, starts_in
from .series import Series, SeriesKey
from .stored import Group, Holder, Stored, attributes_of
from .wallclock import epoch
from .windows import WEEK, Window

# An end is worth a line for this long; after that it is only counted.
NEWS = 4 * WEEK


@dataclass(frozen=True, slots=True)
class Note:
    """A noteworthy result: whom it concerns, what became of it, why."""

    outcome: Outcome
    reason: Reason
    student_id: int | None = None
    teacher_id: int | None = None
    series: SeriesKey | None = None
    class_id: int | None = None
    day: date | None = None
    start_time: time | None = None
    end_time: time | None = None
    occurrences: int = 1


@dataclass(slots=True)
class Want:
    """An occurrence that needs a place: a new row, or a stored one that should be elsewhere.

    ``starts`` and ``ends`` are epoch seconds; ``outcome`` is what it comes to if it gets there.
    """

    series: Series
    day: date
    starts: int
    ends: int
    outcome: Outcome = Outcome.CREATED
    row: Stored | None = None

    @property
    def is_move(self) -> bool:
        """Whether a class leaves one place for another, and keeps the old one if it can't."""
        return self.outcome is Outcome.MOVED

    def holder(self) -> Holder:
        """The place that it would hold."""
        series = self.series
        return Holder(
            self.row.id if self.row else None,
            series.key,
            series.student_id,
            series.teacher_id,
            self.starts,
            self.ends,
            series.is_shared,
            self.day,
            series.start_time,
            series.end_time,
            series.zone,
        )


@dataclass(frozen=True, slots=True)
class Cancel:
    """An untouched class that a closure cancels, at the date that its rule gives it."""

    row: Stored
    series: Series
    closure: Closure
    day: date
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Shut:
    """An occurrence that is not made, as ``closure`` covers its date."""

    want: Want
    closure: Closure


@dataclass(frozen=True, slots=True)
class Remove:
    """An untouched future class that no rule asks for any more."""

    row: Stored
    reason: Reason


@dataclass(slots=True)
class State:
    """A series and what is stored of it.

    ``held``: the week numbers of classes that stand as the rule says, of which nothing more need
    be known. ``rows``: its other classes, each in full; a series has one or the other.
    ``window`` is where it may create, None where nowhere.
    """

    series: Series
    window: Window | None
    closures: list[Closure] = field(default_factory=list)
    held: frozenset[int] = frozenset()
    rows: list[Stored] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """What the series of a chunk ask for."""

    wants: list[Want] = field(default_factory=list)
    cancels: list[Cancel] = field(default_factory=list)
    removes: list[Remove] = field(default_factory=list)
    shut: list[Shut] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    closed: Counter[tuple[Closure, date]] = field(default_factory=Counter)
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)

    def freed(self) -> set[int]:
        """The ids of the stored classes that leave the place where they are."""
        leaving = {want.row.id for want in self.wants if want.row and not want.row.is_cancelled}
        leaving.update(cancel.row.id for cancel in self.cancels)
        leaving.update(remove.row.id for remove in self.removes)
        return leaving


def held_weeks(state: State, groups: list[Group], now: int) -> frozenset[int] | None:
    """The weeks in which the series has a class just as its rule says.

    ``groups`` is all that is stored of it from the window on. None: something differs, or a
    person touched a class, and the planner has to see every row. ``now`` is in epoch seconds.
    """
    series = state.series
    if not groups or series.fault is not None:
        return frozenset()
    if series.halt is not None or len(groups) > 1:
        return None
    (group,) = groups
    if not group.plain or group.attributes != attributes_of(series):
        return None
    if starts_in(series, group.weeks) != group.starts:
        return None
    if any(_covers_one_ahead(closure, group, now) for closure in state.closures):
        return None
    return frozenset(group.weeks)


def _covers_one_ahead(closure: Closure, group: Group, now: int) -> bool:
    """Whether a closure covers a class of ``group`` that has not begun."""
    # The weeks whose day falls under the closure; for most closures and weekdays there is none.
    weekday = group.attributes.weekday
    first = -((weekday - closure.first.toordinal()) // 7)
    last = (closure.last.toordinal() - weekday) // 7
    if first > last:
        return False
    found = bisect_right(group.weeks, last) - 1
    return found >= 0 and group.weeks[found] >= first and group.starts[found] > now


def draft(states: Iterable[State], now: int, tell_bounds: bool = True) -> Draft:
    """What the series of ``states`` ask for, those with the least rank first.

    ``now`` is the real clock in epoch seconds: classes that have begun stay as they are.
    ``tell_bounds``: note the series that start late in the window, or end early.
    """
    result = Draft()
    for state in sorted(states, key=lambda s: s.series.rank):
        _draft_series(result, state, now, tell_bounds)
    return result


def _draft_series(result: Draft, state: State, now: int, tell_bounds: bool) -> None:
    series = state.series
    if series.fault is not None:
        result.counts[Outcome.INVALID] += 1
        result.notes.append(_series_note(series, Outcome.INVALID, series.fault))
        return
    wanted = NOTHING
    if state.window is None:
        pass  # it is asked only to make way: what keeps it from creating is another job's news
    elif series.halt is not None:
        result.counts[series.halt.outcome] += 1
        if series.halt.outcome is not Outcome.ENDED:
            note = _series_note(series, series.halt.outcome, series.halt.reason)
            result.notes.append(note)
    else:
        wanted = pattern(series, state.window)
        if wanted.days or _is_valid_in(series, state.window):
            result.students.add(series.student_id)
            if series.teacher_id is not None:
                result.teachers.add(series.teacher_id)
        if tell_bounds or not wanted.days:
            _note_bounds(result, series, state.window)
    if state.rows:
        taken = frozenset(row.week for row in state.rows)
        for row in sorted(state.rows, key=lambda row: (row.week, row.id)):
            _draft_row(result, state, row, now)
    else:
        taken = state.held
    _draft_creates(result, state, wanted, taken)


def _draft_creates(result: Draft, state: State, wanted: Pattern, taken: frozenset[int]) -> None:
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
            want = Want(series, day, starts, starts + seconds, Outcome.CLOSED)
            result.shut.append(Shut(want, closure))
        else:
            result.wants.append(Want(series, day, starts, starts + seconds))
    if not state.rows:
        result.counts[Outcome.EXISTS] += held


def _draft_row(result: Draft, state: State, row: Stored, now: int) -> None:
    """Decide what becomes of one stored class."""
    series = state.series
    day = None if series.halt else day_in_week(series, row.week)
    in_window = state.window is not None and (
        row.occurrence_date in state.window or (day is not None and day in state.window)
    )
    if row.edit:
        _protect(result, state, row, day, in_window, now)
        return
    if row.starts <= now:
        if in_window:
            _count_as_is(result, state, row)
        return
    if day is None:
        reason = _why_unwanted(series, row)
        result.removes.append(Remove(row, reason))
        result.counts[Outcome.REMOVED] += 1
        result.notes.append(_row_note(row, Outcome.REMOVED, reason))
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
            result.notes.append(_row_note(row, Outcome.CANCELLED, reason))
    elif row.is_cancelled:
        result.wants.append(Want(series, day, starts, ends, Outcome.RESTORED, row))
    elif as_wanted:
        if in_window:
            _count_as_is(result, state, row)
    else:
        result.wants.append(Want(series, day, starts, ends, Outcome.MOVED, row))


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
            unwanted = _why_unwanted(series, row)
            reason = Reason(row.edit, {**unwanted.params, "orphan": unwanted.code})
        result.notes.append(_row_note(row, Outcome.PROTECTED, reason))


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
            result.notes.append(_series_note(series, Outcome.NOT_STARTED, _starts(series)))
    for day in days[-1:]:
        if series.last is not None and day > series.last:
            result.counts[Outcome.ENDED] += 1
            if series.last >= window.start - NEWS:
                result.notes.append(_series_note(series, Outcome.ENDED, _ended(series)))


def _starts(series: Series) -> Reason:
    assert series.first is not None
    return Reason(f"{series.first_by}_starts", {"date": series.first.isoformat()})


def _ended(series: Series) -> Reason:
    assert series.last is not None
    return Reason(f"{series.last_by}_ends", {"date": series.last.isoformat()})


def _why_unwanted(series: Series, row: Stored) -> Reason:
    if series.halt is not None:
        return series.halt.reason
    day = date.fromordinal(row.week * 7 + series.weekday)
    if series.first is not None and day < series.first:
        return _starts(series)
    if series.last is not None and day > series.last:
        return _ended(series)
    return Reason("not_this_week", {"weeks": series.interval_weeks})


def _series_note(series: Series, outcome: Outcome, reason: Reason) -> Note:
    return Note(
        outcome,
        reason,
        student_id=series.student_id,
        teacher_id=series.teacher_id,
        series=series.key,
        start_time=series.start_time,
        end_time=series.end_time,
    )


def _row_note(row: Stored, outcome: Outcome, reason: Reason) -> Note:
    return Note(
        outcome,
        reason,
        student_id=row.student_id,
        teacher_id=row.teacher_id,
        series=row.series,
        class_id=row.id,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
    )
