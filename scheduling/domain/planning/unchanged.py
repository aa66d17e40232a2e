"""The shortcut for unchanged series: a series whose classes all match is not read row by row."""

from bisect import bisect_right
from datetime import UTC, date, datetime

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import ClassGroup, attributes_of
from scheduling.domain.recurrence import starts_in
from scheduling.domain.utc_offsets import OffsetTransitions
from scheduling.domain.wallclock import MINUTES_A_DAY, to_epoch

from .draft import draft
from .types import Draft, SeriesState

SECONDS_A_DAY = 60 * MINUTES_A_DAY


def unchanged_weeks(
    state: SeriesState, groups: list[ClassGroup], now: int
) -> frozenset[int] | None:
    """Return the weeks in which the series has a class that matches it exactly.

    ``groups`` are all its stored classes from the window on. None means that a class differs or
    was edited by hand: the planner needs every row. ``now`` is in epoch seconds.
    """
    series = state.series
    if not groups or series.error is not None:
        return frozenset()
    if series.suspension is not None or len(groups) > 1:
        return None
    (group,) = groups
    if not group.plain or group.attributes != attributes_of(series):
        return None
    if starts_in(series, group.weeks) != group.starts:
        return None
    if any(_covers_future_class(closure, group, now) for closure in state.closures):
        return None
    return frozenset(group.weeks)


def _covers_future_class(closure: Closure, group: ClassGroup, now: int) -> bool:
    """Return whether a closure covers a class of ``group`` that has not begun."""
    # The weeks whose day is within the closure; most closures cover no day of this weekday.
    weekday = group.attributes.weekday
    first = -((weekday - closure.first.toordinal()) // 7)
    last = (closure.last.toordinal() - weekday) // 7
    if first > last:
        return False
    found = bisect_right(group.weeks, last) - 1
    return found >= 0 and group.weeks[found] >= first and group.starts[found] > now


def draft_unchanged(
    state: SeriesState,
    weeks: tuple[int, ...],
    transitions: OffsetTransitions,
    now: int,
    note_bounds: bool,
) -> Draft | None:
    """Return the draft of a series that has a matching class in each of ``weeks``.

    ``transitions``: the offsets with which the classes' instants were compared. The draft is also
    that of every series that differs from this one only in its people, its room, its time of day
    and its subject. None means that the planner needs every series.
    """
    series = state.series
    if series.error is not None:
        return None
    starts = tuple(
        to_epoch((local := datetime.combine(day, series.start_time)).replace(tzinfo=UTC))
        - transitions.offset(local)
        for day in (date.fromordinal(week * 7 + series.weekday) for week in weeks)
    )
    # Two days earlier: a class counts as future whatever its time of day and zone.
    now -= 2 * SECONDS_A_DAY
    unchanged = unchanged_weeks(
        state, [ClassGroup(True, attributes_of(series), weeks, starts)], now
    )
    if not unchanged:
        return None
    state.unchanged_weeks = unchanged
    result = draft([state], now, note_bounds)
    return None if result.planned_classes or result.notes else result
