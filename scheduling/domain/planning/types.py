"""What one series, and what all of a chunk, ask of the calendar."""

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
    """An occurrence that needs a place: a new row, or a stored one that should be elsewhere.

    ``starts`` and ``ends`` are epoch seconds; ``outcome`` is what it comes to if it gets there.
    If it does not: ``shut`` closes the place where its class is, which leaves that all the same;
    ``back`` is where a closure cancelled its class, and is open again.
    """

    series: Series
    day: date
    starts: int
    ends: int
    outcome: Outcome = Outcome.CREATED
    row: StoredClass | None = None
    shut: Closure | None = None
    back: "PlannedClass | None" = None

    @property
    def is_move(self) -> bool:
        """Whether a class leaves one place for another, and keeps the old one if it can't."""
        return self.outcome is Outcome.MOVED and self.shut is None

    def booking(self) -> Booking:
        """The place that it would hold."""
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
        )


@dataclass(frozen=True, slots=True)
class Cancellation:
    """An untouched class that a closure cancels, at the date that its rule gives it."""

    row: StoredClass
    series: Series
    closure: Closure
    day: date
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class ClosedOccurrence:
    """An occurrence that is not made, as ``closure`` covers its date."""

    planned: PlannedClass
    closure: Closure


@dataclass(frozen=True, slots=True)
class Removal:
    """An untouched future class that no rule asks for any more."""

    row: StoredClass
    reason: Reason


@dataclass(slots=True)
class SeriesState:
    """A series and what is stored of it.

    ``held``: the week numbers of classes that stand as the rule says, of which nothing more need
    be known. ``rows``: its other classes, each in full; a series has one or the other.
    ``window`` is where it may create, None where nowhere. ``closures`` are those of the rule's
    people; ``theirs``, by the class, those of the people of a class that is not with the rule's.
    """

    series: Series
    window: Window | None
    closures: list[Closure] = field(default_factory=list)
    held: frozenset[int] = frozenset()
    rows: list[StoredClass] = field(default_factory=list)
    theirs: dict[int, list[Closure]] = field(default_factory=dict)

    def displaced(self) -> list[StoredClass]:
        """The classes that are with other people than the rule says."""
        whose = (self.series.teacher_id, self.series.student_id)
        return [row for row in self.rows if (row.teacher_id, row.student_id) != whose]

    def closures_of(self, row: StoredClass) -> list[Closure]:
        """The closures that may apply to ``row`` where it is."""
        return self.theirs.get(row.id, self.closures)


@dataclass(slots=True)
class Draft:
    """What the series of a chunk ask for."""

    planned_classes: list[PlannedClass] = field(default_factory=list)
    cancels: list[Cancellation] = field(default_factory=list)
    removes: list[Removal] = field(default_factory=list)
    shut: list[ClosedOccurrence] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    counts: Counter[Outcome] = field(default_factory=Counter)
    closed: Counter[tuple[Closure, date]] = field(default_factory=Counter)
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)

    def places(self) -> list[PlannedClass]:
        """Every place of which it matters who is there."""
        return self.planned_classes + [
            planned.back for planned in self.planned_classes if planned.back is not None
        ]

    def freed(self) -> set[int]:
        """The ids of the stored classes that leave the place where they are."""
        leaving = {
            planned.row.id
            for planned in self.planned_classes
            if planned.row and not planned.row.is_cancelled
        }
        leaving.update(cancel.row.id for cancel in self.cancels)
        leaving.update(remove.row.id for remove in self.removes)
        return leaving
