"""Cuts a run into pieces that are planned and committed each in one transaction.

A chunk holds whole teachers (and whole students of series without one). Teachers between whom a
student's rules may collide stay together, so that the older series wins wherever it stands.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from itertools import combinations

from django.db.models import Q

from scheduling.domain.series import Series, SeriesKind
from scheduling.domain.wallclock import MINUTES_A_DAY, minute_of, offsets
from scheduling.domain.windows import Window
from scheduling.selectors.schedules.run_scope import (
    Owner,
    owner_of,
    owner_sizes,
    series_of_several_owners,
)

# A transaction of at most about a second; PostgreSQL takes some 17,000 new rows in that time.
ROWS_A_CHUNK = 8_000
# A preview holds no locks. As much at once as a page may take, some 200 MB; its queries are then
# no more for ten thousand slots than for a hundred.
ROWS_A_PREVIEW = 150_000
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Chunk:
    """The owners that one transaction deals with, and how many series they have."""

    teachers: list[int]
    students: list[int]
    size: int

    def owners(self) -> Iterator[Owner]:
        """Them all, as pairs of kind and number."""
        yield from (("teacher", id) for id in self.teachers)
        yield from (("student", id) for id in self.students)

    def with_those_of(self, other: "Chunk") -> "Chunk":
        """The owners of both."""
        return Chunk(
            self.teachers + other.teachers, self.students + other.students, self.size + other.size
        )

    def condition(self) -> Q:
        """Which rows of a series table are theirs."""
        mine = Q(teacher_id__among=self.teachers)
        if self.students:
            mine |= Q(teacher__isnull=True, student_id__among=self.students)
        return mine


def chunks(
    kinds: tuple[SeriesKind, ...],
    scope: Q,
    window: Window,
    preview: bool = False,
    limit: int | None = None,
) -> list[Chunk]:
    """All owners in scope, cut into chunks of about ``limit`` occurrences in ``window``.

    Always in the same order, so that a run that was killed is completed as it was begun.
    """
    sizes = owner_sizes(kinds, scope)
    groups, years = _Groups(sizes), _years(window)
    for series in series_of_several_owners(kinds, scope).values():
        for one, other in combinations(series, 2):
            if owner_of(one) != owner_of(other) and may_collide(one, other, years):
                groups.join(owner_of(one), owner_of(other))
    rows = limit or (ROWS_A_PREVIEW if preview else ROWS_A_CHUNK)
    most = max(1, rows // (window.days // 7 + 1))
    return list(_packed(groups, sizes, most))


def _packed(groups: "_Groups", sizes: dict[Owner, int], most: int) -> Iterator[Chunk]:
    owners: list[Owner] = []
    size = 0
    for group in groups.all():
        count = sum(sizes[owner] for owner in group)
        if owners and size + count > most:
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


def may_collide(one: Series, other: Series, years: range) -> bool:
    """Whether two weekly rules can ever be in each other's way, whatever their weeks and season.

    Those of a student that share weekday and times are, be their zones apart: the compound key
    compares local times. Whether two overlap is told from their local times where they share a
    zone, else from the hours of the week that each can reach with the offsets that its zone has
    in ``years``.
    """
    if one.error or other.error:
        return False
    if one.student_id == other.student_id and _local_times(one) == _local_times(other):
        return True
    first, second = _reach(one, None), _reach(other, None)
    if one.zone != other.zone:
        first, second = _reach(one, years), _reach(other, years)
    return any(
        first[0] + shift < second[1] and second[0] < first[1] + shift
        for shift in (-MINUTES_A_WEEK, 0, MINUTES_A_WEEK)
    )


def _local_times(series: Series) -> tuple[int, time, time]:
    return series.weekday, series.start_time, series.end_time


def _reach(series: Series, years: range | None) -> tuple[int, int]:
    start = (series.weekday - 1) * MINUTES_A_DAY + minute_of(series.start_time)
    end = start + series.duration_minutes
    if years is None:
        return start, end
    ranges = [offsets(series.zone, year) for year in years]
    return start - max(high for _, high in ranges), end - min(low for low, _ in ranges)


class _Groups:
    """Owners that have to be planned together (disjoint sets)."""

    def __init__(self, owners: dict[Owner, int]) -> None:
        self._parent: dict[Owner, Owner] = {}
        self._owners = owners

    def find(self, owner: Owner) -> Owner:
        while (parent := self._parent.get(owner, owner)) != owner:
            owner = parent
        return owner

    def join(self, one: Owner, other: Owner) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first

    def all(self) -> list[list[Owner]]:
        """The groups, each at the place of its first member."""
        found: defaultdict[Owner, list[Owner]] = defaultdict(list)
        for owner in self._owners:
            found[self.find(owner)].append(owner)
        return list(found.values())


def _years(window: Window) -> range:
    """The years of ``window`` and the next: what moves may lie beyond it."""
    return range(window.start.year, window.end.year + 2)
