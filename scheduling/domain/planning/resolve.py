"""The difference between what the series ask for and what the calendar holds.

One plan serves preview, dry run, cron, button and API alike: there is no other way to a class.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import Booking, StoredClass
from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.planning import (
    Cancellation,
    ClosedOccurrence,
    Draft,
    Note,
    PlannedClass,
    Removal,
    cancelled_where_it_is,
)
from scheduling.domain.series import Series
from scheduling.domain.wallclock import hours_on

from .occupancy import Clash, Occupancy


@dataclass(frozen=True, slots=True)
class Conflict:
    """An occurrence that found its place taken, and the class that holds it.

    ``stays``: its class is, or is again, on the calendar elsewhere.
    """

    want: PlannedClass
    clash: Clash
    stays: bool = False


@dataclass(slots=True)
class Plan:
    """What to write, and the outcome of everything that was looked at.

    Rows to create are ordered by teacher and start, so that two writers never meet head-on.
    """

    creates: list[PlannedClass] = field(default_factory=list)
    moves: list[PlannedClass] = field(default_factory=list)
    restores: list[PlannedClass] = field(default_factory=list)
    cancels: list[Cancellation] = field(default_factory=list)
    removes: list[Removal] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    shut: list[ClosedOccurrence] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    closed: Counter[tuple[Closure, date]] = field(default_factory=Counter)
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)

    @property
    def changes_nothing(self) -> bool:
        """Whether the calendar is already as the series want it, conflicts aside."""
        return not (self.creates or self.moves or self.restores or self.cancels or self.removes)


def resolve(draft: Draft, busy: Iterable[Booking]) -> Plan:
    """Give every want of ``draft`` its place, or name the class that holds it.

    ``busy``: the active stored classes of the people concerned, over the time of the wants, those
    of the draft's own series included. A stored class beats a planned one; among planned ones the
    older series wins. Rows that leave their place free it, so that two series can swap; a row
    that finds its new place taken keeps the old one, and holds it against the others.

    Where rows were in the way of others, what is left over is tried again against the calendar as
    it will be, until nothing more finds a place: the next run must find nothing to do either.
    """
    holders = list(busy)
    freed = draft.freed()
    left, placed = draft.wants, []
    moves_first = False
    while True:
        # An older series that can't have its place anyway must not keep others from swapping.
        wants = sorted(left, key=lambda want: not want.is_move) if moves_first else left
        seated, clashes, occupancy, stuck = _assign(wants, holders, freed)
        placed += seated
        if not stuck or (moves_first and not seated):
            return _build_plan(draft, placed, clashes, occupancy)
        moves_first = not seated
        unseated = {id(want) for want, _ in clashes}
        left = [want for want in left if id(want) in unseated]
        moved = {want.row.id for want in seated if want.row is not None}
        holders = [holder for holder in holders if holder.class_id not in moved]
        holders += (want.holder() for want in seated)
        freed -= moved


def _assign(
    wants: list[PlannedClass], busy: list[Booking], freed: set[int]
) -> tuple[list[PlannedClass], list[tuple[PlannedClass, Clash]], Occupancy, set[int]]:
    """Seat the wants in order; rows that find no place stay, and are in the way of the others.

    The last of the answer is the rows that, at least for a while, found none.
    """
    stuck: set[int] = set()
    while True:
        occupancy = Occupancy(
            holder for holder in busy if holder.class_id not in freed or holder.class_id in stuck
        )
        placed, clashes = _assign_in_order(wants, occupancy, stuck)
        blocked = {want.row.id for want, _ in clashes if want.row is not None and want.is_move}
        if blocked <= stuck:
            return placed, clashes, occupancy, stuck
        stuck |= blocked


def _assign_in_order(
    wants: list[PlannedClass], occupancy: Occupancy, stuck: set[int]
) -> tuple[list[PlannedClass], list[tuple[PlannedClass, Clash]]]:
    """Seat the wants in order; those in ``stuck`` come last, and only where nobody else wants."""
    placed: list[PlannedClass] = []
    clashes: list[tuple[PlannedClass, Clash]] = []
    late: list[PlannedClass] = []
    for want in wants:
        if want.row is not None and want.row.id in stuck:
            late.append(want)
            continue
        holder = want.holder()
        clash = occupancy.clash(holder)
        if clash is None:
            occupancy.add(holder)
            placed.append(want)
        else:
            clashes.append((want, clash))
    for want in late:
        assert want.row is not None
        holder = want.holder()
        clash = occupancy.clash(holder, ignore=want.row.id)
        if clash is None:
            occupancy.add(holder)
            placed.append(want)
        else:
            clashes.append((want, clash))
    return placed, clashes


def _build_plan(
    draft: Draft,
    placed: list[PlannedClass],
    clashes: list[tuple[PlannedClass, Clash]],
    occupancy: Occupancy,
) -> Plan:
    plan = Plan(
        cancels=list(draft.cancels),
        removes=draft.removes,
        shut=draft.shut,
        notes=list(draft.notes),
        counts=Counter(draft.counts),
        closed=draft.closed,
        students=draft.students,
        teachers=draft.teachers,
    )
    for want in placed:
        if want.outcome is Outcome.CREATED:
            plan.creates.append(want)
        elif want.outcome is Outcome.MOVED:
            plan.moves.append(want)
            plan.notes.append(_planned_note(want, _why_moved(want)))
        else:
            _restore(plan, want)
    for want, clash in clashes:
        _add_conflict(plan, want, clash, occupancy)
    plan.counts[Outcome.CREATED] += len(plan.creates)
    plan.counts[Outcome.MOVED] += len(plan.moves)
    plan.counts[Outcome.RESTORED] += len(plan.restores)
    plan.counts = +plan.counts  # no zeros
    plan.creates.sort(key=lambda want: (want.series.teacher_id or 0, want.starts, want.series.rank))
    return plan


def _why_moved(want: PlannedClass) -> Reason:
    """Its rule has changed; or nothing but its instants, which then were not its local time's."""
    row, series = want.row, want.series
    assert row is not None
    wanted = (want.day, series.start_time, series.end_time, series.zone, series.teacher_id)
    is_there = (row.date, row.start_time, row.end_time, row.zone, row.teacher_id) == wanted
    if not is_there or (row.starts, row.ends) == (want.starts, want.ends):
        return _what_moved(want)
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (row.starts, row.ends))
    return Reason("instants_changed", {"was": f"{starts:%Y-%m-%d %H:%M} – {ends:%H:%M} UTC"})


def _add_conflict(plan: Plan, want: PlannedClass, clash: Clash, occupancy: Occupancy) -> None:
    """What becomes of a want that finds its place taken, and of the class that it is about."""
    if want.shut is not None:
        cancel, note = cancelled_where_it_is(want, want.shut)
        plan.cancels.append(cancel)
        plan.notes.append(note)
        plan.counts[Outcome.CANCELLED] += 1
    if not want.is_move and _stands_in(want, occupancy.same_key(want.holder())):
        plan.counts[Outcome.EXISTS] += 1
        return
    back = want.back
    returns = back is not None and occupancy.clash(back.holder()) is None
    if back is not None and returns:
        occupancy.add(back.holder())
        _restore(plan, back)
    plan.counts[Outcome.CONFLICT] += 1
    plan.conflicts.append(Conflict(want, clash, stays=want.is_move or returns))


def _restore(plan: Plan, want: PlannedClass) -> None:
    plan.restores.append(want)
    plan.notes.append(_planned_note(want, Reason("reopened")))


def _stands_in(want: PlannedClass, holder: Booking | None) -> bool:
    """Whether a one-off at the same key does for the occurrence: same teacher, or none named."""
    return (
        holder is not None
        and holder.series is None
        and holder.teacher_id in (None, want.series.teacher_id)
    )


def _what_moved(want: PlannedClass) -> Reason:
    row = want.row
    assert row is not None
    details = _details(row, want.series)
    if (row.starts, row.ends, row.teacher_id, row.date, row.zone) == (
        want.starts,
        want.ends,
        want.series.teacher_id,
        want.day,
        want.series.zone,
    ):
        return Reason("details_changed", details)
    start, end = hours_on(row.date, row.start_time, row.end_time, row.zone).split("–")
    was = {"from_date": row.date.isoformat(), "from_start": start, "from_end": end}
    if row.zone != want.series.zone:
        return Reason("zone_changed", {**was, "from_zone": row.zone, **details})
    return Reason("rule_changed", {**was, **details})


def _details(row: StoredClass, series: Series) -> dict[str, str | int]:
    """What differs that neither place nor people tell."""
    found: dict[str, str | int] = {}
    if row.subject != series.subject:
        found |= {"from_subject": row.subject, "to_subject": series.subject}
    if row.is_shared != series.is_shared:
        found["to_shared"] = series.is_shared
    return found


def _planned_note(want: PlannedClass, reason: Reason) -> Note:
    return Note(
        want.outcome,
        reason,
        student_id=want.series.student_id,
        teacher_id=want.series.teacher_id,
        series=want.series.key,
        class_id=want.row.id if want.row else None,
        day=want.day,
        start_time=want.series.start_time,
        end_time=want.series.end_time,
        zone=want.series.zone,
    )
