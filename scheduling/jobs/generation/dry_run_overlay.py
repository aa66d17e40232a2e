"""The unwritten changes of a dry run, so that later chunks are planned as if they were stored."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import PlannedClass
from scheduling.domain.planning.resolve import Plan
from scheduling.domain.series import Series, SeriesKey


@dataclass(slots=True)
class DryRunOverlay:
    """The changes of the plans so far that may affect later chunks.

    ``students``, ``teachers`` and ``rooms`` are those with series in several chunks, or of both
    kinds. Classes of others are not kept, to save memory.
    """

    students: frozenset[int]
    teachers: frozenset[int]
    rooms: frozenset[int]
    freed: set[int] = field(default_factory=set)
    added: defaultdict[tuple[str, int], list[Booking]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def remember(self, plan: Plan, neighbours: set[SeriesKey]) -> None:
        """Record the changes of ``plan``.

        ``neighbours`` are series of later chunks; their new places may block others there.
        """
        self.freed.update(cancel.row.id for cancel in plan.cancels)
        self.freed.update(remove.row.id for remove in plan.removes)
        for planned in (*plan.moves, *plan.restores, *plan.creates):
            if planned.row is not None:
                self.freed.add(planned.row.id)
            if planned.series.key in neighbours or self._recurs(planned.series):
                booking = planned.booking()
                for place in _places(planned.series):
                    self.added[place].append(booking)

    def _recurs(self, series: Series) -> bool:
        return (
            series.student_id in self.students
            or series.teacher_id in self.teachers
            or series.room_id in self.rooms
        )

    def over(self, busy: list[Booking], planned_classes: Iterable[PlannedClass]) -> list[Booking]:
        """Return ``busy`` as it would be for ``planned_classes`` after the plans so far."""
        places = {place for planned in planned_classes for place in _places(planned.series)}
        # A class found under both its student and its teacher counts once.
        added = {id(booking): booking for place in places for booking in self.added.get(place, ())}
        kept = [booking for booking in busy if booking.class_id not in self.freed]
        return kept + list(added.values())


def _places(series: Series) -> Iterator[tuple[str, int]]:
    """Yield the people and the room of ``series``."""
    yield "student", series.student_id
    if series.teacher_id is not None:
        yield "teacher", series.teacher_id
    if series.room_id is not None:
        yield "room", series.room_id
