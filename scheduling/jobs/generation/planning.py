"""Plans a chunk: reads its series and classes in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db.models import Q

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import PlannedClass, SeriesState, draft, unchanged_weeks
from scheduling.domain.planning.free_rooms import add_free_rooms, room_conflicts
from scheduling.domain.planning.occupancy import series_in_the_way
from scheduling.domain.planning.resolve import Plan, resolve
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.wallclock import to_epoch
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.selectors.classes import (
    bookings_in_rooms,
    bookings_near,
    stored_groups,
    stored_rows,
)
from scheduling.selectors.rooms import active_rooms
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.run_scope import Owner, owner_of
from scheduling.selectors.schedules.series import load_by_key, load_series

from .dry_run_overlay import DryRunOverlay

# A series of another chunk whose class blocks a planned class of this one is planned together with
# it. Each round may add neighbours of neighbours, so that a cycle of exchanged hours across this
# many chunks is resolved; a longer one stays a conflict.
NEIGHBOUR_ROUNDS = 12


@dataclass(slots=True)
class PlanningContext:
    """The settings and the progress that all chunks of a run share."""

    kinds: tuple[SeriesKind, ...]
    window: Window
    scope: Q
    note_bounds: bool = True
    makes: bool = True
    # Whether only the weeks of ``window`` are asked about: classes of others are not read.
    is_bounded: bool = False
    overlay: DryRunOverlay | None = None
    # The dates of a kind, if they differ from ``window``.
    windows: Mapping[SeriesKind, Window] = field(default_factory=dict)
    # Not to be planned and counted twice: the owners of finished chunks, and series that were
    # planned apart from the rest of their chunk.
    done: set[Owner] = field(default_factory=set)
    planned: set[SeriesKey] = field(default_factory=set)

    @property
    def until(self) -> date | None:
        """The Monday of the last week of which stored classes are read; None for no limit."""
        return monday_of(self.window.last) if self.is_bounded else None

    def since(self, now: datetime) -> date:
        """Return the Monday from which stored classes are read: the window's, or this week's.

        Moves and removals concern every future class. Reckons from yesterday in UTC, which may
        still be today west of Greenwich.
        """
        if self.is_bounded:
            return monday_of(self.window.start)
        yesterday = now.astimezone(UTC).date() - DAY
        return monday_of(min(self.window.start, yesterday))


@dataclass(slots=True)
class ChunkPlan:
    """A plan, its series, and those among them (``neighbours``) that belong to other chunks."""

    plan: Plan
    series: dict[SeriesKey, Series]
    neighbours: set[SeriesKey]


def series_in(
    context: PlanningContext, condition: Q, unchanged: Collection[SeriesKey] = ()
) -> list[Series]:
    """Return the series that meet ``condition`` and still need a plan.

    Leaves out the ``unchanged`` ones and those already planned with another chunk.
    """
    loaded: list[Series] = []
    for kind in context.kinds:
        rows = context.scope & condition
        if ids := [key.id for key in unchanged if key.kind is kind]:
            rows &= ~Q(id__among=ids)
        loaded += load_series(kind, rows)
    if context.planned:
        loaded = [series for series in loaded if series.key not in context.planned]
    return loaded


def plan_series(context: PlanningContext, series: list[Series], now: datetime) -> ChunkPlan:
    """Return the changes that ``series`` need. ``now`` is the real time."""
    states = _states(context, series, now)
    own = {state.series.key for state in states}
    neighbours: set[SeriesKey] = set()
    rounds = NEIGHBOUR_ROUNDS + 1
    while True:
        plan, busy = _resolve(context, states, now)
        rounds -= 1
        if not plan.conflicts or rounds == 0:
            break
        blocked = [conflict.planned.booking() for conflict in plan.conflicts]
        keys = series_in_the_way(blocked, busy) - own - neighbours
        added = _neighbours(context, keys, now)
        if not added:
            break
        neighbours |= {state.series.key for state in added}
        states += added
    _name_free_rooms(plan)
    return ChunkPlan(plan, {state.series.key: state.series for state in states}, neighbours)


def due_classes(
    context: PlanningContext, series: list[Series], now: datetime
) -> list[PlannedClass]:
    """Return the classes that ``series`` need at other places than the stored ones, or anew.

    Whether these places are free is not looked at. ``now`` is the real time.
    """
    return draft(_states(context, series, now), to_epoch(now), context.note_bounds).places()


def _name_free_rooms(plan: Plan) -> None:
    """Add the free rooms to the conflicts about a room, in two queries; without any, in none."""
    if conflicts := room_conflicts(plan):
        rooms = list(active_rooms())
        busy = bookings_in_rooms(rooms, [conflict.planned for conflict in conflicts])
        add_free_rooms(plan, busy, rooms)


def _resolve(
    context: PlanningContext, states: list[SeriesState], now: datetime
) -> tuple[Plan, list[Booking]]:
    """Return the plan for ``states``, and the stored classes that could block it."""
    drafted = draft(states, to_epoch(now), context.note_bounds)
    places = drafted.places()
    busy = bookings_near(places)
    if context.overlay is not None:
        busy = context.overlay.over(busy, places)
    return resolve(drafted, busy), busy


def _states(context: PlanningContext, series: list[Series], now: datetime) -> list[SeriesState]:
    since = context.since(now)
    teachers = {each.teacher_id for each in series if each.teacher_id is not None}
    students = {each.student_id for each in series}
    calendar = load_calendar(since, teachers, students)
    now_epoch = to_epoch(now)
    states: list[SeriesState] = []
    changed: dict[SeriesKey, SeriesState] = {}
    for kind in SeriesKind:
        of_kind = [each for each in series if each.kind is kind]
        if not of_kind:
            continue
        # Neighbours of another job's kind are only moved: that job creates their classes.
        window = None
        if context.makes and kind in context.kinds:
            window = context.windows.get(kind, context.window)
        groups = stored_groups(kind, [each.id for each in of_kind], since, context.until)
        for each in of_kind:
            closures = calendar.concerning(each.teacher_id, each.student_id, each.key)
            state = SeriesState(each, window, closures)
            weeks = unchanged_weeks(state, groups.get(each.id, []), now_epoch)
            if weeks is None:
                changed[each.key] = state
            else:
                state.unchanged_weeks = weeks
            states.append(state)
    for key, rows in stored_rows(changed, since, context.until).items():
        changed[key].rows = rows
    _load_closures_of_displaced(changed.values(), since)
    return states


def _load_closures_of_displaced(states: Iterable[SeriesState], since: date) -> None:
    """Load the closures of the people of displaced classes.

    A class that could not follow its series still has the people that the series had before.
    """
    displaced = [(state, row) for state in states for row in state.displaced()]
    if not displaced:
        return
    # A pause of the series is found by its own student.
    students = {id for state, row in displaced for id in (row.student_id, state.series.student_id)}
    teachers = {row.teacher_id for _, row in displaced if row.teacher_id is not None}
    calendar = load_calendar(since, teachers, students)
    for state, row in displaced:
        key = state.series.key
        state.closures_by_class[row.id] = calendar.concerning(row.teacher_id, row.student_id, key)


def _neighbours(context: PlanningContext, keys: set[SeriesKey], now: datetime) -> list[SeriesState]:
    """Return the series among ``keys`` whose own change may resolve a conflict.

    They belong to later chunks, or to the kind of another job: otherwise a fixed schedule and a
    slot that exchange their hours would block each other for ever.
    """
    new = [
        series
        for series in load_by_key(keys - context.planned, context.scope)
        if series.kind not in context.kinds or owner_of(series) not in context.done
    ]
    return [state for state in _states(context, new, now) if state.rows]
