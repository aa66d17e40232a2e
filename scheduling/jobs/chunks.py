"""Cuts a run into pieces that are planned and committed each in one transaction.

A chunk holds whole teachers (and whole students of series without one). Teachers between whom a
student's rules may collide stay together, so that the older series wins wherever it stands.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.db.models import Q

from scheduling.domain.series import Series, SeriesKind
from scheduling.domain.wallclock import MINUTES_A_DAY, minute_of, offsets
from scheduling.selectors.scope import Owner, owner_of, owner_sizes, series_of_several_owners

# A transaction of at most about a second; PostgreSQL takes some 17,000 new rows in that time.
ROWS_A_CHUNK = 8_000
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Chunk:
    """The owners that one transaction deals with, and how many series they have."""

    teachers: list[int]
    students: list[int]
    size: int

    def condition(self) -> Q:
        """Which rows of a series table are theirs."""
        mine = Q(teacher_id__among=self.teachers)
        if self.students:
            mine |= Q(teacher__isnull=True, student_id__among=self.students)
        return mine


def chunks(
    kinds: tuple[SeriesKind, ...], scope: Q, weeks: int, year: int, limit: int = ROWS_A_CHUNK
) -> list[Chunk]:
    """All owners in scope, cut into chunks of about ``limit`` occurrences over ``weeks`` weeks.

    Always in the same order, so that a run that was killed is completed as it was begun.
    """
    sizes = owner_sizes(kinds, scope)
    groups = _Groups(sizes)
    for series in series_of_several_owners(kinds, scope).values():
        for one, other in combinations(series, 2):
            if owner_of(one) != owner_of(other) and may_collide(one, other, year):
                groups.join(owner_of(one), owner_of(other))
    most = max(1, limit // max(1, weeks))
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


def may_collide(one: Series, other: Series, year: int) -> bool:
    """Whether two weekly rules can ever overlap, whatever their weeks and the season.

    Told from their local times where they share a zone, else from the hours of the week that
    each can reach with the offsets that its zone has in ``year`` and the next.
    """
    if one.fault or other.fault:
        return False
    first, second = _reach(one, None), _reach(other, None)
    if one.zone != other.zone:
        first, second = _reach(one, year), _reach(other, year)
    return any(
        first[0] + shift < second[1] and second[0] < first[1] + shift
        for shift in (-MINUTES_A_WEEK, 0, MINUTES_A_WEEK)
    )


def _reach(series: Series, year: int | None) -> tuple[int, int]:
    start = (series.weekday - 1) * MINUTES_A_DAY + minute_of(series.start_time)
    end = start + series.duration_minutes
    if year is None:
        return start, end
    ranges = [offsets(series.zone, when) for when in (year, year + 1)]
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


def first_year(start: date) -> int:
    """The year whose offsets ``chunks`` looks at: the window's, within what zoneinfo can tell."""
    return min(start.year, 2198)
