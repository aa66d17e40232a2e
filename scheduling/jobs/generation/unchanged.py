"""Finds the series that need no plan because their classes are already correct, in one query.

In a re-run these are nearly all series. The database groups series whose classes follow the same
pattern; the planner plans one series of a group and the counts are multiplied. All other series,
such as those with a deleted or edited class, are planned one by one.
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

# Series compared in one statement and transaction, which locks the calendar for a tenth of a second
# on PostgreSQL, half a second on SQLite.
SERIES_A_COMPARISON = 5_000


@dataclass(slots=True)
class UnchangedSeries:
    """The series that need no plan, and their part of the plan."""

    plan: Plan = field(default_factory=Plan)
    series: defaultdict[Owner, list[SeriesKey]] = field(default_factory=lambda: defaultdict(list))
    # The current number of series of each owner, new ones included.
    sizes: dict[Owner, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of series."""
        return sum(len(keys) for keys in self.series.values())

    def of(self, chunk: Chunk) -> set[SeriesKey]:
        """Return the series of ``chunk`` that need no plan."""
        return {key for owner in chunk.owners() for key in self.series.get(owner, ())}

    def remaining(self, chunks: list[Chunk]) -> Iterator[Chunk]:
        """Yield the chunks that still need a plan, in order.

        Small remainders are merged, up to the size of the largest chunk.
        """
        if not self.series:
            yield from chunks
            return
        max_size = max(chunk.size for chunk in chunks)
        merged, size = Chunk([], [], 0), 0
        for chunk in chunks:
            if self._covers(chunk):
                continue
            left = chunk.size - len(self.of(chunk))
            if merged.size and size + left > max_size:
                yield merged
                merged, size = Chunk([], [], 0), 0
            merged, size = merged.merged_with(chunk), size + left
        if merged.size:
            yield merged

    def _covers(self, chunk: Chunk) -> bool:
        """Return True if no series of ``chunk`` needs a plan."""
        return all(
            len(self.series.get(owner, ())) >= self.sizes.get(owner, 0) for owner in chunk.owners()
        )


def comparison_batches(chunks: list[Chunk]) -> Iterator[list[Chunk]]:
    """Group ``chunks``, in order, into batches that are compared in one statement."""
    batch: list[Chunk] = []
    size = 0
    for chunk in chunks:
        if batch and size + chunk.size > SERIES_A_COMPARISON:
            yield batch
            batch, size = [], 0
        batch.append(chunk)
        size += chunk.size
    if batch:
        yield batch


def find_unchanged(context: PlanningContext, chunks: list[Chunk], now: datetime) -> UnchangedSeries:
    """Return the series of ``chunks`` that need no plan at ``now``. For full runs only."""
    found = UnchangedSeries()
    span = ComparedWeeks.of(context.since(now), context.window)
    if span is None:
        return found
    zones = {
        name: offset_transitions(name, span.compared.start, span.compared.end) for name in _zones()
    }
    teachers = [id for chunk in chunks for id in chunk.teachers]
    students = [id for chunk in chunks for id in chunk.students]
    groups = [
        (kind, group)
        for kind in context.kinds
        for candidate in unchanged_groups(kind, teachers, students, span, zones)
        if (group := _without_planned(candidate, kind, context.planned)) is not None
    ]
    if not groups:
        return found
    found.sizes = owner_sizes(context.kinds, _owned_by(chunks))
    closures = load_calendar(span.since, [], []).concerning(None, 0)
    keys = [SeriesKey(kind, group.ids[0]) for kind, group in groups]
    examples = {series.key: series for series in load_by_key(keys)}
    for key, (kind, group) in zip(keys, groups, strict=True):
        example = examples.get(key)
        if example is None:
            continue
        state = SeriesState(example, context.window, closures)
        draft = _draft(state, group, zones, now, context.note_bounds)
        if draft is not None:
            _add(found, kind, group, draft)
    return found


def _zones() -> list[str]:
    return [name for name in {*zones_in_use(), studio().time_zone} if is_zone(name)]


def _owned_by(chunks: list[Chunk]) -> Q:
    return Chunk(
        [id for chunk in chunks for id in chunk.teachers],
        [id for chunk in chunks for id in chunk.students],
        0,
    ).condition()


def _without_planned(
    group: UnchangedGroup, kind: SeriesKind, planned: set[SeriesKey]
) -> UnchangedGroup | None:
    """Return ``group`` without the series that were planned with an earlier chunk."""
    if not planned:
        return group
    rows = zip(group.ids, group.student_ids, group.teacher_ids, strict=True)
    left = [row for row in rows if SeriesKey(kind, row[0]) not in planned]
    if not left:
        return None
    ids, students, teachers = (list(column) for column in zip(*left, strict=True))
    return UnchangedGroup(ids, students, teachers, group.weeks)


def _draft(
    state: SeriesState,
    group: UnchangedGroup,
    zones: dict[str, OffsetTransitions],
    now: datetime,
    note_bounds: bool,
) -> Draft | None:
    zone = zones.get(state.series.zone)
    return draft_unchanged(state, group.weeks, zone, to_epoch(now), note_bounds) if zone else None


def _add(found: UnchangedSeries, kind: SeriesKind, group: UnchangedGroup, draft: Draft) -> None:
    """Add ``draft`` to ``found`` for each series of the group."""
    plan, times = found.plan, len(group.ids)
    plan.counts.update(Counter({outcome: n * times for outcome, n in draft.counts.items()}))
    plan.closed.update(Counter({closed: n * times for closed, n in draft.closed.items()}))
    if draft.students:
        plan.students.update(group.student_ids)
        plan.teachers.update(id for id in group.teacher_ids if id)
    for id, student, teacher in zip(group.ids, group.student_ids, group.teacher_ids, strict=True):
        owner = ("teacher", teacher) if teacher else ("student", student)
        found.series[owner].append(SeriesKey(kind, id))
