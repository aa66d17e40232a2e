"""Which of the series that a chunk reads are to be planned there and then.

A run that is not cut has them all. One that is cut leaves to the end whatever two of its shards
could meet over: a student whose teachers are in different shards, and every series of which the
plan would depend on such a student's. What is planned together is then always of one shard.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from scheduling.domain.occupancy import series_in_the_way
from scheduling.domain.plan import Conflict
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.stored import Holder
from scheduling.domain.windows import WEEK
from scheduling.selectors.scope import Owner, owner_of

from .chunks import may_collide

# Of the last shard so many people are remembered for who may have to take it over.
MOST_CARRIED = 20_000
People = tuple[set[int], set[int]]  # students and teachers


class Share:
    """All of a run: what is not cut has this one share."""

    # Chunks of several workers may be under way at once.
    parallel = False
    # It has all series of an owner, or nearly.
    of_whole_owners = True

    def condition(self) -> Q:
        """What narrows the series that are read."""
        return Q()

    def holds(self, key: SeriesKey, student_id: int) -> bool:
        """Whether the series ``key`` of that student is planned in this share."""
        return True

    def theirs(self) -> Q:
        """Which series of its owners it has, those that it left while at work aside."""
        return Q()

    def mine(self, series: list[Series]) -> list[Series]:
        """Those of a chunk's ``series`` that are to be planned with it."""
        return series

    def has(self, one: Series) -> bool:
        """Whether ``one`` is planned in this share, in whichever of its chunks."""
        return self.holds(one.key, one.student_id)

    def welcomes(self, guest: Series) -> bool:
        """Whether a series that would make way may be planned here."""
        return True

    def is_done(self, one: Series, passed: bool) -> bool:
        """Whether ``one`` has been planned; ``passed``: the chunk of its owner has."""
        return passed

    def leave(self, series: Iterable[Series], waiting: set[SeriesKey]) -> set[SeriesKey]:
        """Leave ``waiting``, and what hangs on them among ``series``, to the last shard."""
        return set()

    def carried(self, planned: set[SeriesKey], people: People) -> dict[str, Any]:
        """What whoever goes on after the chunk in hand has to know."""
        return {}


WHOLE = Share()


class Parallel(Share):
    """One of several shards that are done at the same time: some teachers, each as a whole.

    ``spanning`` are the students who have series in another shard as well; ``again`` are people
    whom more than one chunk, or the last shard too, may look at.
    """

    parallel = True

    def __init__(
        self,
        kinds: tuple[SeriesKind, ...],
        owners: Iterable[Owner],
        spanning: Iterable[int],
        again: People,
        years: range,
    ) -> None:
        self._kinds = kinds
        self._owners = frozenset(owners)
        self._spanning = frozenset(spanning)
        self._again = again
        self._years = years
        # What is left to the last shard beside the series of spanning students.
        self.left: set[SeriesKey] = set()
        self._left_students: set[int] = set()

    def mine(self, series: list[Series]) -> list[Series]:
        away = [one for one in series if not self.has(one)]
        if not away:
            return series
        self.leave(series, {one.key for one in away})
        return [one for one in series if self.has(one)]

    def holds(self, key: SeriesKey, student_id: int) -> bool:
        return student_id not in self._spanning and key not in self.left

    def theirs(self) -> Q:
        return ~Q(student_id__among=sorted(self._spanning)) if self._spanning else Q()

    def welcomes(self, guest: Series) -> bool:
        mine = guest.kind in self._kinds and owner_of(guest) in self._owners
        return mine and self.has(guest)

    def is_done(self, one: Series, passed: bool) -> bool:
        return passed and self.has(one)

    def leave(self, series: Iterable[Series], waiting: set[SeriesKey]) -> set[SeriesKey]:
        found = entangled(series, waiting, self._years)
        for one in found:
            if one.student_id not in self._spanning:
                self.left.add(one.key)
                self._left_students.add(one.student_id)
                if one.teacher_id is not None:
                    self._again[1].add(one.teacher_id)
        self._again[0].update(self._left_students)
        return {one.key for one in found}

    def carried(self, planned: set[SeriesKey], people: People) -> dict[str, Any]:
        students, teachers = people
        return {
            "left": sorted(self.left),
            "left_students": sorted(self._left_students),
            "planned": sorted(planned),
            "students": sorted(students & self._again[0]),
            "teachers": sorted(teachers & self._again[1]),
        }

    def remember(self, carried: dict[str, Any]) -> None:
        """Go on where another worker was stopped."""
        self.left |= keys(carried.get("left", ()))
        self._left_students.update(carried.get("left_students", ()))
        self._again[0].update(carried.get("students", ()))
        self._again[1].update(carried.get("teachers", ()))


class Last(Share):
    """What the parallel shards left: the spanning students' series, and single ones."""

    of_whole_owners = False

    def __init__(
        self,
        spanning: Iterable[int],
        left: Iterable[SeriesKey],
        left_students: Iterable[int],
    ) -> None:
        self._spanning = frozenset(spanning)
        self._left = frozenset(left)
        self._students = sorted(self._spanning.union(left_students))

    @property
    def has_any(self) -> bool:
        """Whether anything was left."""
        return bool(self._students)

    def condition(self) -> Q:
        return Q(student_id__among=self._students)

    def mine(self, series: list[Series]) -> list[Series]:
        return [one for one in series if self.has(one)]

    def holds(self, key: SeriesKey, student_id: int) -> bool:
        return student_id in self._spanning or key in self._left

    def is_done(self, one: Series, passed: bool) -> bool:
        return passed or not self.has(one)

    def carried(self, planned: set[SeriesKey], people: People) -> dict[str, Any]:
        students, teachers = people
        if len(students) + len(teachers) > MOST_CARRIED:
            return {"planned": sorted(planned)}
        return {
            "planned": sorted(planned),
            "students": sorted(students),
            "teachers": sorted(teachers),
        }


def keys(listed: Iterable[Any]) -> set[SeriesKey]:
    """Series by their keys, as JSON has them."""
    return {SeriesKey(SeriesKind(kind), id) for kind, id in listed}


def waiting_for(
    conflicts: Iterable[Conflict], busy: Iterable[Holder], others: set[SeriesKey]
) -> set[SeriesKey]:
    """The series of those ``conflicts`` in whose way a class of one of ``others`` is."""
    theirs = [holder for holder in busy if holder.series in others]
    return {
        conflict.want.series.key
        for conflict in conflicts
        if series_in_the_way([conflict.want.holder()], theirs)
    }


def entangled(series: Iterable[Series], seeds: set[SeriesKey], years: range) -> list[Series]:
    """Those of ``series`` that are among ``seeds``, or may want the hour of one that is found.

    Who of them gets it is decided by their age, so that they have to be planned together.
    """
    people: defaultdict[tuple[str, int], list[Series]] = defaultdict(list)
    found: dict[SeriesKey, Series] = {}
    for one in series:
        for person in _people(one):
            people[person].append(one)
        if one.key in seeds:
            found[one.key] = one
    todo = list(found.values())
    while todo:
        one = todo.pop()
        for person in _people(one):
            for other in people[person]:
                if other.key not in found and _may_compete(one, other, years):
                    found[other.key] = other
                    todo.append(other)
    return list(found.values())


def _people(series: Series) -> list[tuple[str, int]]:
    student = ("student", series.student_id)
    if series.teacher_id is None:
        return [student]
    return [student, ("teacher", series.teacher_id)]


def _may_compete(one: Series, other: Series, years: range) -> bool:
    if one.halt or other.halt or _are_apart(one, other) or _are_apart(other, one):
        return False
    if one.student_id != other.student_id and _are_one_session(one, other):
        return False
    return may_collide(one, other, years)


def _are_apart(one: Series, other: Series) -> bool:
    """Whether ``one`` has ended before ``other`` begins; a lesson may reach into the next week."""
    if one.last is None or other.first is None:
        return False
    return one.last < other.first - WEEK


def _are_one_session(one: Series, other: Series) -> bool:
    return (
        one.is_shared
        and other.is_shared
        and (one.teacher_id, one.zone, one.weekday, one.start_time, one.duration_minutes)
        == (other.teacher_id, other.zone, other.weekday, other.start_time, other.duration_minutes)
    )
