"""What an act is, when it happens, and what it wrote."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey
from scheduling.jobs.runs.result_lines import ResultLine


@dataclass(frozen=True, slots=True)
class ChangeContext:
    """When, and for whom, an act is looked at or done. ``today`` is the studio's."""

    today: date
    now: datetime
    by: str


@dataclass(slots=True, kw_only=True)
class ChangeRecord:
    """What an act wrote before any class was planned.

    ``students`` and ``teachers`` are those whose classes follow. ``before`` is all that it found
    and went by: where that is another, so is the plan. ``series`` is the one that goes on, a
    successor where there is one. ``lines`` are classes that it changed itself, ``warnings``
    sentences that a person should read first.

    ``days``, where there are any, are all that the act is about, each a first and a last; with
    ``for_all`` they concern the whole studio. ``reports`` says which results of the plan are news.
    ``closures`` are the ids of those that were entered.
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
    reports: Callable[[ResultLine], bool] = lambda line: True


def is_relevant(line: ResultLine) -> bool:
    """Whether closed days have to do with ``line``: a class that stays where it is, has no news."""
    return "stays_on" not in line.params


def is_no_clash(line: ResultLine) -> bool:
    """Whether ``line`` is news of an act that only takes lessons away: a clash was there before."""
    return line.outcome is not Outcome.CONFLICT


class ScheduleChange(Protocol):
    """A change that a person asks for."""

    def write(self, moment: ChangeContext) -> ChangeRecord:
        """Write it, classes aside, in the current transaction. Raises ValidationError."""
