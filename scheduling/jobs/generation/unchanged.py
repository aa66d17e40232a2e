"""Which series need no plan: those whose classes stand as they should, told in one query.

Of a re-run that is nearly all of them, and the time that it takes. What the database finds alike
the planner is asked about once, and its answer is multiplied; everything else is planned one by
one. A class that was deleted or bent by hand makes its series one of the others.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from scheduling.domain.planning import Draft, SeriesState, draft_unchanged
from scheduling.domain.planning.resolve import Plan
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.utc_offsets import OffsetTransitions, offset_transitions
from scheduling.domain.wallclock import is_zone, to_epoch
from scheduling.selectors.classes import ComparedWeeks, UnchangedGroup, unchanged_groups
from scheduling.selectors.people import zones_in_use
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.run_scope import Owner, owner_sizes
from scheduling.selectors.schedules.series import load_by_key
from scheduling.selectors.studio import studio

from .chunks import Chunk
from .planning import PlanningContext

# One statement reads the classes of so many series, and one transaction holds the calendar for it:
# a tenth of a second on PostgreSQL, half a second on SQLite.
SERIES_A_SURVEY = 5_000


@dataclass(slots=True)
class UnchangedSeries:
    """What stays as it is: its part of the plan, and the series that it is about."""

    plan: Plan = field(default_factory=Plan)
    series: defaultdict[Owner, list[SeriesKey]] = field(default_factory=lambda: defaultdict(list))
    # How many series each owner has by now, new ones included.
    sizes: dict[Owner, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many series these are."""
        return sum(len(keys) for keys in self.series.values())

    def of(self, chunk: Chunk) -> set[SeriesKey]:
        """Those of a chunk that need no plan any more."""
        return {key for owner in chunk.owners() for key in self.series.get(owner, ())}

    def left_of(self, chunks: list[Chunk]) -> Iterator[Chunk]:
        """What is left to plan of ``chunks``, in order.

        Several together where little is left of each: no more than the largest of them had.
        """
        if not self.series:
            yield from chunks
            return
        most = max(chunk.size for chunk in chunks)
        together, size = Chunk([], [], 0), 0
        for chunk in chunks:
            if self._is_all_of(chunk):
                continue
            left = chunk.size - len(self.of(chunk))
            if together.size and size + left > most:
                yield together
                together, size = Chunk([], [], 0), 0
            together, size = together.with_those_of(chunk), size + left
        if together.size:
            yield together

    def _is_all_of(self, chunk: Chunk) -> bool:
        """Whether nothing is left to plan for a chunk."""
        return all(
            len(self.series.get(owner, ())) >= self.sizes.get(owner, 0) for owner in chunk.owners()
        )


def compares_first(chunks: list[Chunk]) -> Iterator[list[Chunk]]:
    """``chunks`` in order, as many together as one survey takes in."""
    together: list[Chunk] = []
    size = 0
    for chunk in chunks:
        if together and size + chunk.size > SERIES_A_SURVEY:
            yield together
            together, size = [], 0
        together.append(chunk)
        size += chunk.size
    if together:
        yield together


def find_unchanged(context: PlanningContext, chunks: list[Chunk], now: datetime) -> UnchangedSeries:
    """What of ``chunks`` stands as it should at ``now``. The scope is the whole studio."""
    found = UnchangedSeries()
    span = ComparedWeeks.of(context.since(now), context.window)
    if span is None:
        return found
    zones = {name: offset_transitions(name, span.told.start, span.told.end) for name in _zones()}
    teachers = [id for chunk in chunks for id in chunk.teachers]
    students = [id for chunk in chunks for id in chunk.students]
    alike = [
        (kind, one)
        for kind in context.kinds
        for each in unchanged_groups(kind, teachers, students, span, zones)
        if (one := _without(each, kind, context.planned)) is not None
    ]
    if not alike:
        return found
    found.sizes = owner_sizes(context.kinds, _owned_by(chunks))
    closures = load_calendar(span.since, [], []).concerning(None, 0)
    examples = {one.key: one for one in load_by_key(SeriesKey(k, a.ids[0]) for k, a in alike)}
    for kind, one in alike:
        example = examples.get(SeriesKey(kind, one.ids[0]))
        if example is None:
            continue
        state = SeriesState(example, context.window, closures)
        drafted = _drafted(state, one, zones, now, context.note_bounds)
        if drafted is not None:
            _enter(found, kind, one, drafted)
    return found


def _zones() -> list[str]:
    return [name for name in {*zones_in_use(), studio().time_zone} if is_zone(name)]


def _owned_by(chunks: list[Chunk]) -> Q:
    return Chunk(
        [id for chunk in chunks for id in chunk.teachers],
        [id for chunk in chunks for id in chunk.students],
        0,
    ).condition()


def _without(
    one: UnchangedGroup, kind: SeriesKind, planned: set[SeriesKey]
) -> UnchangedGroup | None:
    """Less the series that were planned, and counted, with an earlier chunk."""
    if not planned:
        return one
    rows = zip(one.ids, one.student_ids, one.teacher_ids, strict=True)
    left = [row for row in rows if SeriesKey(kind, row[0]) not in planned]
    if not left:
        return None
    ids, students, teachers = (list(column) for column in zip(*left, strict=True))
    return UnchangedGroup(ids, students, teachers, one.weeks)


def _drafted(
    state: SeriesState,
    one: UnchangedGroup,
    zones: dict[str, OffsetTransitions],
    now: datetime,
    note_bounds: bool,
) -> Draft | None:
    zone = zones.get(state.series.zone)
    return draft_unchanged(state, one.weeks, zone, to_epoch(now), note_bounds) if zone else None


def _enter(found: UnchangedSeries, kind: SeriesKind, one: UnchangedGroup, drafted: Draft) -> None:
    """``drafted``, for each of the series that are alike."""
    plan, times = found.plan, len(one.ids)
    plan.counts.update(Counter({outcome: n * times for outcome, n in drafted.counts.items()}))
    plan.closed.update(Counter({which: n * times for which, n in drafted.closed.items()}))
    if drafted.students:
        plan.students.update(one.student_ids)
        plan.teachers.update(id for id in one.teacher_ids if id)
    for id, student, teacher in zip(one.ids, one.student_ids, one.teacher_ids, strict=True):
        owner = ("teacher", teacher) if teacher else ("student", student)
        found.series[owner].append(SeriesKey(kind, id))
