"""The short cut: a series whose classes stand as its rule says is not looked at row by row."""

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
    """The weeks in which the series has a class just as its rule says.

    ``groups`` is all that is stored of it from the window on. None: something differs, or a
    person touched a class, and the planner has to see every row. ``now`` is in epoch seconds.
    """
    series = state.series
    if not groups or series.fault is not None:
        return frozenset()
    if series.suspension is not None or len(groups) > 1:
        return None
    (group,) = groups
    if not group.plain or group.attributes != attributes_of(series):
        return None
    if starts_in(series, group.weeks) != group.starts:
        return None
    if any(_covers_one_ahead(closure, group, now) for closure in state.closures):
        return None
    return frozenset(group.weeks)


def _covers_one_ahead(closure: Closure, group: ClassGroup, now: int) -> bool:
    """Whether a closure covers a class of ``group`` that has not begun."""
    # The weeks whose day falls under the closure; for most closures and weekdays there is none.
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
    turns: OffsetTransitions,
    now: int,
    note_bounds: bool,
) -> Draft | None:
    """The draft of a series that has a class in each of ``weeks``, just as its rule says.

    ``turns``: the offsets by which the instants of those classes were found to be right. It is
    also the draft of every series that differs from this one in its people, its hour and what is
    taught alone, however late the hour. None where the planner has to see them one by one.
    """
    series = state.series
    if series.fault is not None:
        return None
    starts = tuple(
        to_epoch((local := datetime.combine(day, series.start_time)).replace(tzinfo=UTC))
        - turns.offset(local)
        for day in (date.fromordinal(week * 7 + series.weekday) for week in weeks)
    )
    # Whatever their hour, and wherever on Earth: not one of them has begun.
    now -= 2 * SECONDS_A_DAY
    held = unchanged_weeks(state, [ClassGroup(True, attributes_of(series), weeks, starts)], now)
    if not held:
        return None
    state.held = held
    found = draft([state], now, note_bounds)
    return None if found.planned_classes or found.notes else found
