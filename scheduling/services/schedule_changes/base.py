"""A schedule change, its context, and the record of what it wrote."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey
from scheduling.jobs.notifications.changes import ClassChange, Place
from scheduling.jobs.runs.result_lines import ResultLine


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """The time and the author of a change. ``today`` is the studio's date, ``by`` a user name.

    ``notify``: families and teachers get a notice about it, except the teacher ``author_id``.
    """

    today: date
    now: datetime
    by: str
    notify: bool = False
    author_id: int | None = None


@dataclass(slots=True, kw_only=True)
class ChangeRecord:
    """The result of writing a change, before any class is planned.

    ``before`` is the state that the change was based on, as a part of the plan's fingerprint.
    ``students`` and ``teachers`` are the ids of the people whose classes are planned. ``series`` is
    the current one, a successor where there is one. ``lines`` are classes that the change itself
    edits or names, ``warnings`` sentences to read before approval.

    ``days`` are ranges (first, last) that limit the plan; empty: no limit. With ``for_all`` they
    affect the whole studio. ``is_reported`` selects the results of the runs that the plan shows.
    ``is_only_cause``: without the change there would be none of them.
    ``closures`` are the ids of new ones. ``earlier_changes`` were made before and are still to be
    notified of. ``places`` are those of classes before the change itself wrote them, by id;
    ``new_classes`` are the ids of the rows that it created.
    """

    before: str
    series: SeriesKey | None = None
    students: set[int] = field(default_factory=set)
    teachers: set[int] = field(default_factory=set)
    lines: list[ResultLine] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    days: list[tuple[date, date]] = field(default_factory=list)
    for_all: bool = False
    closures: list[int] = field(default_factory=list)
    earlier_changes: list[ClassChange] = field(default_factory=list)
    places: dict[int, Place] = field(default_factory=dict)
    new_classes: set[int] = field(default_factory=set)
    is_reported: Callable[[ResultLine], bool] = lambda line: True
    is_only_cause: bool = False

    def add(self, other: "ChangeRecord") -> None:
        """Add the people, days, lines and closures of a change of the same kind."""
        self.before += other.before
        self.students |= other.students
        self.teachers |= other.teachers
        self.lines += other.lines
        self.warnings += other.warnings
        self.days = sorted({*self.days, *other.days})
        self.closures += other.closures
        self.is_reported = other.is_reported


def is_relevant(line: ResultLine) -> bool:
    """Return False for a conflict of a class that only keeps its present place."""
    return "stays_on" not in line.params


def is_not_conflict(line: ResultLine) -> bool:
    """Return False for a conflict: a change that only removes classes can't have caused it."""
    return line.outcome is not Outcome.CONFLICT


class ScheduleChange(Protocol):
    """A change that a person requests."""

    def write(self, context: ChangeContext) -> ChangeRecord:
        """Write all but the planned classes, in the current transaction. Raises ValidationError."""


@runtime_checkable
class ScopedChange(Protocol):
    """A change that knows before it is written whose lessons it concerns."""

    def scope(self) -> ChangeRecord:
        """Return a record with the people and days alone."""
