"""What a dry run would have written by now, for the chunks that come after."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scheduling.domain.existing_classes import Booking
from scheduling.domain.planning import PlannedClass
from scheduling.domain.planning.resolve import Plan
from scheduling.domain.series import Series, SeriesKey


@dataclass(slots=True)
class DryRunOverlay:
    """The plans so far, as far as later chunks may meet them.

    ``students`` and ``teachers`` are those with series in several chunks, or of both kinds. Of the
    others' classes nothing need be remembered, so that it takes little room.
    """

    students: frozenset[int]
    teachers: frozenset[int]
    freed: set[int] = field(default_factory=set)
    added: defaultdict[tuple[str, int], list[Booking]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def remember(self, plan: Plan, neighbours: set[SeriesKey]) -> None:
        """Take note of what ``plan`` would change.

        ``neighbours`` are series of later chunks: where they move to is in the way of their own.
        """
        self.freed.update(cancel.row.id for cancel in plan.cancels)
        self.freed.update(remove.row.id for remove in plan.removes)
        for planned in (*plan.moves, *plan.restores, *plan.creates):
            if planned.row is not None:
                self.freed.add(planned.row.id)
            if planned.series.key in neighbours or self._is_met_again(planned.series):
                booking = planned.booking()
                for person in _people(planned.series):
                    self.added[person].append(booking)

    def _is_met_again(self, series: Series) -> bool:
        return series.student_id in self.students or series.teacher_id in self.teachers

    def over(self, busy: list[Booking], planned_classes: Iterable[PlannedClass]) -> list[Booking]:
        """What would be in the way of ``planned_classes``, had the plans so far been applied."""
        people = {person for planned in planned_classes for person in _people(planned.series)}
        # Whoever is met both as a student's class and as a teacher's is one class.
        added = {id(one): one for person in people for one in self.added.get(person, ())}
        return [one for one in busy if one.class_id not in self.freed] + list(added.values())


def _people(series: Series) -> Iterator[tuple[str, int]]:
    yield "student", series.student_id
    if series.teacher_id is not None:
        yield "teacher", series.teacher_id
