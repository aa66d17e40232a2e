"""The rooms that are free at the time of a planned class whose room is taken."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scheduling.domain.existing_classes import Booking

from .occupancy import Occupancy
from .resolve import Conflict, Plan


def room_conflicts(plan: Plan) -> list[Conflict]:
    """Return the conflicts of ``plan`` in which a room is taken."""
    return [conflict for conflict in plan.conflicts if conflict.clash.code == "room_busy"]


def add_free_rooms(plan: Plan, busy: Iterable[Booking], rooms: Sequence[int]) -> None:
    """Add to each conflict of ``plan`` about a room those of ``rooms`` that stay free then.

    ``busy``: the stored classes in these rooms at the times of the conflicts.
    """
    placed = [*plan.moves, *plan.restores, *plan.creates]
    freed = {planned.row.id for planned in placed if planned.row is not None}
    freed.update(cancel.row.id for cancel in plan.cancels)
    freed.update(remove.row.id for remove in plan.removes)
    occupancy = Occupancy(booking for booking in busy if booking.class_id not in freed)
    for planned in placed:
        if planned.series.room_id is not None:
            occupancy.add(planned.booking())
    for index, conflict in enumerate(plan.conflicts):
        if conflict.clash.code == "room_busy":
            wanted = conflict.planned.booking()
            free = tuple(room for room in rooms if occupancy.is_free(room, wanted))
            plan.conflicts[index] = replace(conflict, free_rooms=free)
