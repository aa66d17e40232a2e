"""The conflicts of a plan, grouped by the two series in them."""

from collections.abc import Iterable

from scheduling.domain.series import SeriesKey

from .resolve import Conflict

# The series of a conflict and what is in its way: a series, or the ID of a one-off class.
Pair = frozenset[SeriesKey | int | None]


def group_by_rules(conflicts: Iterable[Conflict]) -> list[list[Conflict]]:
    """Return the conflicts of each pair of series, or series and one-off, by date.

    A pair in which each is in the way of the other, in different weeks, is one group. The groups
    are in the order of their first dates.
    """
    groups: dict[Pair, list[Conflict]] = {}
    for conflict in sorted(conflicts, key=_order):
        groups.setdefault(_pair_of(conflict), []).append(conflict)
    return list(groups.values())


def blocked_series(group: Iterable[Conflict]) -> SeriesKey:
    """Return the series of a group that makes way: the younger one, if both have conflicts."""
    return max((conflict.planned.series for conflict in group), key=lambda each: each.rank).key


def _pair_of(conflict: Conflict) -> Pair:
    booking = conflict.clash.booking
    rival = booking.series if booking.series is not None else booking.class_id
    return frozenset((conflict.planned.series.key, rival))


def _order(conflict: Conflict) -> tuple[object, ...]:
    planned = conflict.planned
    return planned.day, planned.series.start_time, planned.series.key
