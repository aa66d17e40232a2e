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

    planned: PlannedClass
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
    bookings = list(busy)
    freed = draft.freed()
    left, placed = draft.planned_classes, []
    moves_first = False
    while True:
        # An older series that can't have its place anyway must not keep others from swapping.
        planned_classes = (
            sorted(left, key=lambda planned: not planned.is_move) if moves_first else left
        )
        seated, clashes, occupancy, stuck = _assign(planned_classes, bookings, freed)
        placed += seated
        if not stuck or (moves_first and not seated):
            return _build_plan(draft, placed, clashes, occupancy)
        moves_first = not seated
        unseated = {id(planned) for planned, _ in clashes}
        left = [planned for planned in left if id(planned) in unseated]
        moved = {planned.row.id for planned in seated if planned.row is not None}
        bookings = [booking for booking in bookings if booking.class_id not in moved]
        bookings += (planned.booking() for planned in seated)
        freed -= moved


def _assign(
    planned_classes: list[PlannedClass], busy: list[Booking], freed: set[int]
) -> tuple[list[PlannedClass], list[tuple[PlannedClass, Clash]], Occupancy, set[int]]:
    """Seat the wants in order; rows that find no place stay, and are in the way of the others.

    The last of the answer is the rows that, at least for a while, found none.
    """
    stuck: set[int] = set()
    while True:
        occupancy = Occupancy(
            booking
            for booking in busy
            if booking.class_id not in freed or booking.class_id in stuck
        )
        placed, clashes = _assign_in_order(planned_classes, occupancy, stuck)
        blocked = {
            planned.row.id for planned, _ in clashes if planned.row is not None and planned.is_move
        }
        if blocked <= stuck:
            return placed, clashes, occupancy, stuck
        stuck |= blocked


def _assign_in_order(
    planned_classes: list[PlannedClass], occupancy: Occupancy, stuck: set[int]
) -> tuple[list[PlannedClass], list[tuple[PlannedClass, Clash]]]:
    """Seat the wants in order; those in ``stuck`` come last, and only where nobody else wants."""
    placed: list[PlannedClass] = []
    clashes: list[tuple[PlannedClass, Clash]] = []
    late: list[PlannedClass] = []
    for planned in planned_classes:
        if planned.row is not None and planned.row.id in stuck:
            late.append(planned)
            continue
        booking = planned.booking()
        clash = occupancy.clash(booking)
        if clash is None:
            occupancy.add(booking)
            placed.append(planned)
        else:
            clashes.append((planned, clash))
    for planned in late:
        assert planned.row is not None
        booking = planned.booking()
        clash = occupancy.clash(booking, ignore=planned.row.id)
        if clash is None:
            occupancy.add(booking)
            placed.append(planned)
        else:
            clashes.append((planned, clash))
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
    for planned in placed:
        if planned.outcome is Outcome.CREATED:
            plan.creates.append(planned)
        elif planned.outcome is Outcome.MOVED:
            plan.moves.append(planned)
            plan.notes.append(_planned_note(planned, _why_moved(planned)))
        else:
            _restore(plan, planned)
    for planned, clash in clashes:
        _add_conflict(plan, planned, clash, occupancy)
    plan.counts[Outcome.CREATED] += len(plan.creates)
    plan.counts[Outcome.MOVED] += len(plan.moves)
    plan.counts[Outcome.RESTORED] += len(plan.restores)
    plan.counts = +plan.counts  # no zeros
    plan.creates.sort(
        key=lambda planned: (planned.series.teacher_id or 0, planned.starts, planned.series.rank)
    )
    return plan


def _why_moved(planned: PlannedClass) -> Reason:
    """Its rule has changed; or nothing but its instants, which then were not its local time's."""
    row, series = planned.row, planned.series
    assert row is not None
    wanted = (planned.day, series.start_time, series.end_time, series.zone, series.teacher_id)
    is_there = (row.date, row.start_time, row.end_time, row.zone, row.teacher_id) == wanted
    if not is_there or (row.starts, row.ends) == (planned.starts, planned.ends):
        return _what_moved(planned)
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (row.starts, row.ends))
    return Reason("instants_changed", {"was": f"{starts:%Y-%m-%d %H:%M} – {ends:%H:%M} UTC"})


def _add_conflict(plan: Plan, planned: PlannedClass, clash: Clash, occupancy: Occupancy) -> None:
    """What becomes of a want that finds its place taken, and of the class that it is about."""
    if planned.shut is not None:
        cancel, note = cancelled_where_it_is(planned, planned.shut)
        plan.cancels.append(cancel)
        plan.notes.append(note)
        plan.counts[Outcome.CANCELLED] += 1
    if not planned.is_move and _stands_in(planned, occupancy.same_key(planned.booking())):
        plan.counts[Outcome.EXISTS] += 1
        return
    back = planned.back
    returns = back is not None and occupancy.clash(back.booking()) is None
    if back is not None and returns:
        occupancy.add(back.booking())
        _restore(plan, back)
    plan.counts[Outcome.CONFLICT] += 1
    plan.conflicts.append(Conflict(planned, clash, stays=planned.is_move or returns))


def _restore(plan: Plan, planned: PlannedClass) -> None:
    plan.restores.append(planned)
    plan.notes.append(_planned_note(planned, Reason("reopened")))


def _stands_in(planned: PlannedClass, booking: Booking | None) -> bool:
    """Whether a one-off at the same key does for the occurrence: same teacher, or none named."""
    return (
        booking is not None
        and booking.series is None
        and booking.teacher_id in (None, planned.series.teacher_id)
    )


def _what_moved(planned: PlannedClass) -> Reason:
    row = planned.row
    assert row is not None
    details = _details(row, planned.series)
    if (row.starts, row.ends, row.teacher_id, row.date, row.zone) == (
        planned.starts,
        planned.ends,
        planned.series.teacher_id,
        planned.day,
        planned.series.zone,
    ):
        return Reason("details_changed", details)
    start, end = hours_on(row.date, row.start_time, row.end_time, row.zone).split("–")
    was = {"from_date": row.date.isoformat(), "from_start": start, "from_end": end}
    if row.zone != planned.series.zone:
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


def _planned_note(planned: PlannedClass, reason: Reason) -> Note:
    return Note(
        planned.outcome,
        reason,
        student_id=planned.series.student_id,
        teacher_id=planned.series.teacher_id,
        series=planned.series.key,
        class_id=planned.row.id if planned.row else None,
        day=planned.day,
        start_time=planned.series.start_time,
        end_time=planned.series.end_time,
        zone=planned.series.zone,
    )
