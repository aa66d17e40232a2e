"""Cuts a run into chunks, each planned and committed in one transaction.

A chunk has all series of its teachers, and of its students without a teacher. Teachers whose series
may collide through a common student or room stay in one chunk, so that the older series always
wins.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations

from django.db.models import Q

from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.wallclock import MINUTES_A_DAY, minute_of, offsets
from scheduling.domain.windows import Window
from scheduling.selectors.schedules.run_scope import (
    Owner,
    owner_of,
    owner_sizes,
    series_of_several_owners,
)

# At most about a second per transaction; PostgreSQL inserts some 17,000 rows in that time.
ROWS_A_CHUNK = 8_000
# A preview takes no locks, so that only memory limits it: about 200 MB. Ten thousand slots then
# need no more queries than a hundred.
ROWS_A_PREVIEW = 150_000
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Chunk:
    """The owners of the series of one transaction; ``size`` is the number of series."""

    teachers: list[int]
    students: list[int]
    size: int

    def owners(self) -> Iterator[Owner]:
        """Yield all owners as pairs of kind and id."""
        yield from (("teacher", id) for id in self.teachers)
        yield from (("student", id) for id in self.students)

    def merged_with(self, other: "Chunk") -> "Chunk":
        """Return a chunk with the owners of both."""
        return Chunk(
            self.teachers + other.teachers, self.students + other.students, self.size + other.size
        )

    def condition(self) -> Q:
        """Return the condition for the rows of a series table that belong to the owners."""
        rows = Q(teacher_id__among=self.teachers)
        if self.students:
            rows |= Q(teacher__isnull=True, student_id__among=self.students)
        return rows


def chunks(
    kinds: tuple[SeriesKind, ...],
    scope: Q,
    window: Window,
    preview: bool = False,
    limit: int | None = None,
) -> list[Chunk]:
    """Cut all owners in scope into chunks of about ``limit`` occurrences in ``window``.

    The order is always the same, so that the run after a killed one continues where that ended.
    """
    sizes = owner_sizes(kinds, scope)
    groups, years = _Groups(sizes), _years(window)
    for series in series_of_several_owners(kinds, scope).values():
        for first, second in combinations(series, 2):
            if owner_of(first) != owner_of(second) and may_collide(first, second, years):
                groups.join(owner_of(first), owner_of(second))
    for series in series_of_several_owners(kinds, scope, "room").values():
        _join_in_room(groups, series, window, years)
    rows = limit or (ROWS_A_PREVIEW if preview else ROWS_A_CHUNK)
    max_size = max(1, rows // (window.days // 7 + 1))
    return list(_pack(groups, sizes, max_size))


def _pack(groups: "_Groups", sizes: dict[Owner, int], max_size: int) -> Iterator[Chunk]:
    owners: list[Owner] = []
    size = 0
    for group in groups.all():
        count = sum(sizes[owner] for owner in group)
        if owners and size + count > max_size:
            yield _chunk(owners, size)
            owners, size = [], 0
        owners += group
        size += count
    if owners:
        yield _chunk(owners, size)


def _chunk(owners: list[Owner], size: int) -> Chunk:
    return Chunk(
        [id for kind, id in owners if kind == "teacher"],
        [id for kind, id in owners if kind == "student"],
        size,
    )


def _join_in_room(groups: "_Groups", series: list[Series], window: Window, years: range) -> None:
    """Join the owners of the series of one room that may meet there in ``window``.

    The series are taken by their first minute of the week; ``near`` has the earlier ones that end
    later, so that a full room takes little longer than an empty one.
    """
    dated = [each for each in series if each.error is None and _overlaps(each, window)]
    zones = {each.zone for each in dated}
    minutes = {each.key: _minutes(each, years if len(zones) > 1 else None) for each in dated}
    near: list[tuple[int, Series]] = []
    for start, end, each in _in_order_of_week(dated, minutes):
        near = [(until, other) for until, other in near if until > start]
        for _until, other in near:
            owner, others = owner_of(each), owner_of(other)
            if (
                groups.find(owner) != groups.find(others)
                and _are_valid_together(each, other)
                and may_collide(each, other, years)
            ):
                groups.join(owner, others)
        near.append((end, each))


def _in_order_of_week(
    series: list[Series], minutes: dict[SeriesKey, tuple[int, int]]
) -> list[tuple[int, int, Series]]:
    """Return the series with their minutes of the week, the earliest first.

    Each occurs a second time a week later, where the end of the week meets its beginning.
    """
    found = [
        (minutes[each.key][0] + shift, minutes[each.key][1] + shift, each)
        for each in series
        for shift in (0, MINUTES_A_WEEK)
    ]
    return sorted(found, key=lambda item: item[:2])


def _overlaps(series: Series, window: Window) -> bool:
    """Return whether ``series`` may have occurrences in ``window``."""
    return (series.first is None or series.first < window.end) and (
        series.last is None or series.last >= window.start
    )


def _are_valid_together(first: Series, second: Series) -> bool:
    starts = max(series.first or date.min for series in (first, second))
    return all(series.last is None or series.last >= starts for series in (first, second))


def may_collide(first: Series, second: Series, years: range) -> bool:
    """Return True if two series can ever collide, whatever their weeks and season.

    Series of one student with equal weekday and times always can, even in different zones: the
    compound key compares local times. In one zone the local times are compared; otherwise the
    ranges of UTC times that each series can have with its zone's offsets in ``years``.
    """
    if first.error or second.error:
        return False
    if first.student_id == second.student_id and _local_times(first) == _local_times(second):
        return True
    offset_years = None if first.zone == second.zone else years
    first_start, first_end = _minutes(first, offset_years)
    second_start, second_end = _minutes(second, offset_years)
    return any(
        first_start + shift < second_end and second_start < first_end + shift
        for shift in (-MINUTES_A_WEEK, 0, MINUTES_A_WEEK)
    )


def _local_times(series: Series) -> tuple[int, time, time]:
    return series.weekday, series.start_time, series.end_time


def _minutes(series: Series, years: range | None) -> tuple[int, int]:
    """Return first and last minute of the week: local, or in UTC for all offsets in ``years``."""
    start = (series.weekday - 1) * MINUTES_A_DAY + minute_of(series.start_time)
    end = start + series.duration_minutes
    if years is None:
        return start, end
    ranges = [offsets(series.zone, year) for year in years]
    return start - max(high for _, high in ranges), end - min(low for low, _ in ranges)


class _Groups:
    """Groups of owners to be planned together (disjoint sets)."""

    def __init__(self, owners: dict[Owner, int]) -> None:
        self._parent: dict[Owner, Owner] = {}
        self._owners = owners

    def find(self, owner: Owner) -> Owner:
        while (parent := self._parent.get(owner, owner)) != owner:
            owner = parent
        return owner

    def join(self, owner: Owner, other: Owner) -> None:
        parent, child = sorted((self.find(owner), self.find(other)))
        self._parent[child] = parent

    def all(self) -> list[list[Owner]]:
        """Return the groups, ordered by their first owner."""
        groups: defaultdict[Owner, list[Owner]] = defaultdict(list)
        for owner in self._owners:
            groups[self.find(owner)].append(owner)
        return list(groups.values())


def _years(window: Window) -> range:
    """Return the years of ``window`` and one more: moved classes may be after it."""
    return range(window.start.year, window.end.year + 2)
