"""Resolves a draft into a plan: the changes that make the calendar match the series.

Previews, dry runs, cron, the admin and the API all use this plan.
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
    """A planned class whose place is taken, and the conflicting booking.

    ``stays``: its stored class stays on the calendar, or is restored, at another place.
    ``free_rooms``: the rooms that are free then, if its room is taken.
    """

    planned: PlannedClass
    clash: Clash
    stays: bool = False
    free_rooms: tuple[int, ...] = ()


@dataclass(slots=True)
class Plan:
    """The changes to write, and the outcome of every occurrence that was examined.

    Rows to create are ordered by teacher and start, so that two writers can't deadlock.
    """

    creates: list[PlannedClass] = field(default_factory=list)
    moves: list[PlannedClass] = field(default_factory=list)
    restores: list[PlannedClass] = field(default_factory=list)
    cancels: list[Cancellation] = field(default_factory=list)
    removes: list[Removal] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    closed_occurrences: list[ClosedOccurrence] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    closed: Counter[tuple[Closure, date]] = field(default_factory=Counter)
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)

    @property
    def changes_nothing(self) -> bool:
        """Whether the calendar already matches the series, apart from conflicts."""
        return not (self.creates or self.moves or self.restores or self.cancels or self.removes)


def resolve(draft: Draft, busy: Iterable[Booking]) -> Plan:
    """Give every planned class of ``draft`` its place, or report the conflicting class.

    ``busy``: the active stored classes of the same people and rooms around the same time,
    including those of the draft's own series. A stored class beats a planned one; among planned
    ones the older series wins. Rows that move free their old place, so two series can swap; a row
    whose new place is taken keeps the old one, which stays occupied.

    After rows have blocked others, the rest is assigned again against the resulting calendar,
    until nothing more can be placed: a second run must find nothing to do.
    """
    bookings = list(busy)
    freed = draft.freed()
    remaining, placed = draft.planned_classes, []
    moves_first = False
    while True:
        # An older series that can't have its place anyway must not prevent others from swapping.
        planned_classes = (
            sorted(remaining, key=lambda planned: not planned.is_move) if moves_first else remaining
        )
        newly_placed, clashes, occupancy, stuck = _assign(planned_classes, bookings, freed)
        placed += newly_placed
        if not stuck or (moves_first and not newly_placed):
            return _build_plan(draft, placed, clashes, occupancy)
        moves_first = not newly_placed
        unplaced = {id(planned) for planned, _ in clashes}
        remaining = [planned for planned in remaining if id(planned) in unplaced]
        moved = {planned.row.id for planned in newly_placed if planned.row is not None}
        bookings = [booking for booking in bookings if booking.class_id not in moved]
        bookings += (planned.booking() for planned in newly_placed)
        freed -= moved


def _assign(
    planned_classes: list[PlannedClass], busy: list[Booking], freed: set[int]
) -> tuple[list[PlannedClass], list[tuple[PlannedClass, Clash]], Occupancy, set[int]]:
    """Place the planned classes in order; rows whose place is taken stay and block the others.

    Return the placed classes, the conflicts, the occupancy and the ids of the rows that were
    blocked at least once.
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
    """Place the planned classes in order, those of the rows in ``stuck`` last."""
    placed: list[PlannedClass] = []
    clashes: list[tuple[PlannedClass, Clash]] = []
    deferred: list[PlannedClass] = []
    for planned in planned_classes:
        if planned.row is not None and planned.row.id in stuck:
            deferred.append(planned)
            continue
        booking = planned.booking()
        clash = occupancy.clash(booking)
        if clash is None:
            occupancy.add(booking)
            placed.append(planned)
        else:
            clashes.append((planned, clash))
    for planned in deferred:
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
        closed_occurrences=draft.closed_occurrences,
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
    """Return why ``planned`` moves: its series changed, or only its instants were wrong."""
    row, series = planned.row, planned.series
    assert row is not None
    wanted = (planned.day, series.start_time, series.end_time, series.zone, series.teacher_id)
    is_there = (row.date, row.start_time, row.end_time, row.zone, row.teacher_id) == wanted
    if not is_there or (row.starts, row.ends) == (planned.starts, planned.ends):
        return _change_reason(planned)
    starts, ends = (datetime.fromtimestamp(at, UTC) for at in (row.starts, row.ends))
    return Reason("instants_changed", {"was": f"{starts:%Y-%m-%d %H:%M} – {ends:%H:%M} UTC"})


def _add_conflict(plan: Plan, planned: PlannedClass, clash: Clash, occupancy: Occupancy) -> None:
    """Add the conflict of ``planned`` to ``plan``, and what happens to its stored class."""
    if planned.closed_by is not None:
        cancel, note = cancelled_where_it_is(planned, planned.closed_by)
        plan.cancels.append(cancel)
        plan.notes.append(note)
        plan.counts[Outcome.CANCELLED] += 1
    if not planned.is_move and _is_replaced_by(planned, occupancy.same_key(planned.booking())):
        plan.counts[Outcome.EXISTS] += 1
        return
    fallback = planned.fallback
    is_restored = fallback is not None and occupancy.clash(fallback.booking()) is None
    if fallback is not None and is_restored:
        occupancy.add(fallback.booking())
        _restore(plan, fallback)
    plan.counts[Outcome.CONFLICT] += 1
    plan.conflicts.append(Conflict(planned, clash, stays=planned.is_move or is_restored))


def _restore(plan: Plan, planned: PlannedClass) -> None:
    plan.restores.append(planned)
    plan.notes.append(_planned_note(planned, Reason("reopened")))


def _is_replaced_by(planned: PlannedClass, booking: Booking | None) -> bool:
    """Return whether ``booking`` is a one-off with the same teacher, or without a teacher."""
    return (
        booking is not None
        and booking.series is None
        and booking.teacher_id in (None, planned.series.teacher_id)
    )


def _change_reason(planned: PlannedClass) -> Reason:
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
    """Return the differences other than time, zone and people; a room as its id, 0 for none."""
    found: dict[str, str | int] = {}
    if row.subject != series.subject:
        found |= {"from_subject": row.subject, "to_subject": series.subject}
    if row.is_shared != series.is_shared:
        found["to_shared"] = series.is_shared
    if row.room_id != series.room_id:
        found |= {"from_room": row.room_id or 0, "to_room": series.room_id or 0}
    return found


def _planned_note(planned: PlannedClass, reason: Reason) -> Note:
    return Note(
        planned.outcome,
        reason,
        student_id=planned.series.student_id,
        teacher_id=planned.series.teacher_id,
        room_id=planned.series.room_id,
        series=planned.series.key,
        class_id=planned.row.id if planned.row else None,
        day=planned.day,
        start_time=planned.series.start_time,
        end_time=planned.series.end_time,
        zone=planned.series.zone,
    )
