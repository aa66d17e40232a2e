"""From a chunk's condition to its plan, in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db.models import Q

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import SeriesState, draft, unchanged_weeks
from scheduling.domain.planning.occupancy import series_in_the_way
from scheduling.domain.planning.resolve import Plan, resolve
from scheduling.domain.series import Series, SeriesKey, SeriesKind
from scheduling.domain.wallclock import to_epoch
from scheduling.domain.windows import DAY, Window, monday_of
from scheduling.selectors.classes import bookings_near, stored_groups, stored_rows
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.run_scope import Owner, owner_of
from scheduling.selectors.schedules.series import load_by_key, load_series

from .dry_run_overlay import DryRunOverlay

# A series of another chunk that is about to leave the place one of ours wants is planned with
# ours; each round may bring in one more such neighbour of a neighbour. A circle of so many teachers
# in as many chunks is turned; a longer one would stay in its own way for ever.
GUEST_ROUNDS = 12


@dataclass(slots=True)
class PlanningContext:
    """What all chunks of a run share."""

    kinds: tuple[SeriesKind, ...]
    window: Window
    scope: Q
    note_bounds: bool = True
    makes: bool = True
    overlay: DryRunOverlay | None = None
    # The dates of a kind, where they are not those of ``window``.
    windows: Mapping[SeriesKind, Window] = field(default_factory=dict)
    # What is not to be planned, and counted, a second time: the owners of the chunks that are
    # done, and series that were planned apart from the rest of their chunk.
    done: set[Owner] = field(default_factory=set)
    planned: set[SeriesKey] = field(default_factory=set)

    def since(self, now: datetime) -> date:
        """The Monday from which stored classes matter: the window's, or that of what is ahead.

        Moves and removals concern every future class. West of Greenwich it may still be
        yesterday.
        """
        yesterday = now.astimezone(UTC).date() - DAY
        return monday_of(min(self.window.start, yesterday))


@dataclass(slots=True)
class ChunkPlan:
    """A plan, the series that it is about, and those among them that belong to other chunks."""

    plan: Plan
    series: dict[SeriesKey, Series]
    neighbours: set[SeriesKey]


def series_in(
    context: PlanningContext, condition: Q, settled: Collection[SeriesKey] = ()
) -> list[Series]:
    """The series that meet ``condition``, those already planned with another chunk aside.

    So are those that are ``settled``.
    """
    found: list[Series] = []
    for kind in context.kinds:
        mine = context.scope & condition
        if ids := [key.id for key in settled if key.kind is kind]:
            mine &= ~Q(id__among=ids)
        found += load_series(kind, mine)
    if context.planned:
        found = [series for series in found if series.key not in context.planned]
    return found


def plan_series(context: PlanningContext, series: list[Series], now: datetime) -> ChunkPlan:
    """What has to change for ``series``, given all that is stored. ``now`` is the real clock."""
    states = _states(context, series, now)
    own = {state.series.key for state in states}
    neighbours: set[SeriesKey] = set()
    rounds = GUEST_ROUNDS + 1
    while True:
        plan, busy = _resolve(context, states, now)
        rounds -= 1
        if not plan.conflicts or rounds == 0:
            break
        wanted = [conflict.planned.booking() for conflict in plan.conflicts]
        keys = series_in_the_way(wanted, busy) - own - neighbours
        more = _neighbours(context, keys, now)
        if not more:
            break
        neighbours |= {state.series.key for state in more}
        states += more
    return ChunkPlan(plan, {state.series.key: state.series for state in states}, neighbours)


def _resolve(
    context: PlanningContext, states: list[SeriesState], now: datetime
) -> tuple[Plan, list[Booking]]:
    """The plan for ``states``, and the stored classes that it had to get along with."""
    drafted = draft(states, to_epoch(now), context.note_bounds)
    places = drafted.places()
    busy = bookings_near(places)
    if context.overlay is not None:
        busy = context.overlay.over(busy, places)
    return resolve(drafted, busy), busy


def _states(context: PlanningContext, series: list[Series], now: datetime) -> list[SeriesState]:
    since = context.since(now)
    teachers = {one.teacher_id for one in series} - {None}
    students = {one.student_id for one in series}
    calendar = load_calendar(since, [t for t in teachers if t is not None], students)
    moment = to_epoch(now)
    states: list[SeriesState] = []
    odd: dict[SeriesKey, SeriesState] = {}
    for kind in SeriesKind:
        mine = [one for one in series if one.kind is kind]
        if not mine:
            continue
        # Guests of the kind that another job makes are moved at most; what is new is its affair.
        window = None
        if context.makes and kind in context.kinds:
            window = context.windows.get(kind, context.window)
        groups = stored_groups(kind, [one.id for one in mine], since)
        for one in mine:
            concerning = calendar.concerning(one.teacher_id, one.student_id, one.key)
            state = SeriesState(one, window, concerning)
            held = unchanged_weeks(state, groups.get(one.id, []), moment)
            if held is None:
                odd[one.key] = state
            else:
                state.unchanged_weeks = held
            states.append(state)
    for key, rows in stored_rows(odd, since).items():
        odd[key].rows = rows
    _ask_their_closures(odd.values(), since)
    return states


def _ask_their_closures(states: Iterable[SeriesState], since: date) -> None:
    """A class that could not follow its rule is still with the people whom the rule had before."""
    displaced = [(state, row) for state in states for row in state.displaced()]
    if not displaced:
        return
    # A pause of the rule is found by the rule's own student.
    students = {id for state, row in displaced for id in (row.student_id, state.series.student_id)}
    teachers = {row.teacher_id for _, row in displaced if row.teacher_id is not None}
    calendar = load_calendar(since, teachers, students)
    for state, row in displaced:
        key = state.series.key
        state.closures_by_class[row.id] = calendar.concerning(row.teacher_id, row.student_id, key)


def _neighbours(context: PlanningContext, keys: set[SeriesKey], now: datetime) -> list[SeriesState]:
    """Those of ``keys`` whose own change may free a place wanted here.

    Series of later chunks, or of the kind that another job makes: a fixed schedule and a slot that
    exchange their hours would wait for each other for ever.
    """
    new = [
        one
        for one in load_by_key(keys - context.planned, context.scope)
        if one.kind not in context.kinds or owner_of(one) not in context.done
    ]
    return [state for state in _states(context, new, now) if state.rows]
