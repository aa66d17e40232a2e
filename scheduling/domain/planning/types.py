"""The parts of a draft."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from scheduling.domain.closures import Closure
from scheduling.domain.existing_classes import Booking, StoredClass
from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.series import Series
from scheduling.domain.windows import Window

from .notes import Note


@dataclass(slots=True)
class PlannedClass:
    """An occurrence that needs a place: a new row, or a stored one that must move.

    ``starts`` and ``ends`` are epoch seconds; ``outcome`` is the result if the place is free.
    If it is taken: ``closed_by`` cancels the stored class where it is; ``fallback`` restores a
    class at the place where a closure, now gone, cancelled it.
    """

    series: Series
    day: date
    starts: int
    ends: int
    outcome: Outcome = Outcome.CREATED
    row: StoredClass | None = None
    closed_by: Closure | None = None
    fallback: "PlannedClass | None" = None

    @property
    def is_move(self) -> bool:
        """Whether a stored class moves, and keeps its old place if the new one is taken."""
        return self.outcome is Outcome.MOVED and self.closed_by is None

    def booking(self) -> Booking:
        """Return the booking that this class would be."""
        series = self.series
        return Booking(
            self.row.id if self.row else None,
            series.key,
            series.student_id,
            series.teacher_id,
            self.starts,
            self.ends,
            series.is_shared,
            self.day,
            series.start_time,
            series.end_time,
            series.zone,
            series.room_id,
        )


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The cancellation of an unedited class by a closure, on the date that its series gives it."""

    row: StoredClass
    series: Series
    closure: Closure
    day: date
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class ClosedOccurrence:
    """An occurrence that isn't created because ``closure`` covers its date."""

    planned: PlannedClass
    closure: Closure


@dataclass(frozen=True, slots=True)
class Removal:
    """The removal of an unedited future class that no series requires any more."""

    row: StoredClass
    reason: Reason


@dataclass(slots=True)
class SeriesState:
    """A series and its stored classes.

    Either all its classes match the series, and ``unchanged_weeks`` has their week numbers, or
    ``rows`` has every class in full. ``window``: where the series may create classes, None for
    nowhere. ``closures`` are those of the series' people; ``closures_by_class`` has those of the
    people of each class that has other people than the series.
    """

    series: Series
    window: Window | None
    closures: list[Closure] = field(default_factory=list)
    unchanged_weeks: frozenset[int] = frozenset()
    rows: list[StoredClass] = field(default_factory=list)
    closures_by_class: dict[int, list[Closure]] = field(default_factory=dict)

    def displaced(self) -> list[StoredClass]:
        """Return the classes that have other people than the series."""
        people = (self.series.teacher_id, self.series.student_id)
        return [row for row in self.rows if (row.teacher_id, row.student_id) != people]

    def closures_of(self, row: StoredClass) -> list[Closure]:
        """Return the closures that may apply to ``row`` at its current place."""
        return self.closures_by_class.get(row.id, self.closures)


@dataclass(slots=True)
class Draft:
    """The changes that the series of a chunk require, before conflicts are resolved."""

    planned_classes: list[PlannedClass] = field(default_factory=list)
    cancels: list[Cancellation] = field(default_factory=list)
    removes: list[Removal] = field(default_factory=list)
    closed_occurrences: list[ClosedOccurrence] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    closed: Counter[tuple[Closure, date]] = field(default_factory=Counter)
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)

    def places(self) -> list[PlannedClass]:
        """Return every planned class whose place must be checked for conflicts."""
        return self.planned_classes + [
            planned.fallback for planned in self.planned_classes if planned.fallback is not None
        ]

    def freed(self) -> set[int]:
        """Return the ids of the stored classes that leave their current place."""
        leaving = {
            planned.row.id
            for planned in self.planned_classes
            if planned.row and not planned.row.is_cancelled
        }
        leaving.update(cancel.row.id for cancel in self.cancels)
        leaving.update(remove.row.id for remove in self.removes)
        return leaving
