"""A series: one weekly rule, whatever table it came from."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from .outcomes import Outcome, Reason
from .wallclock import add_minutes


class SeriesKind(StrEnum):
    """The table that a series is a row of."""

    FIXED_SCHEDULE = "fixed_schedule"
    RECURRING_SLOT = "recurring_slot"


class SeriesKey(NamedTuple):
    """Identifies a series."""

    kind: SeriesKind
    id: int


class Suspension(NamedTuple):
    """Why a series asks for nothing at all."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A weekly rule in local time of ``zone``, with the people it concerns.

    ``first`` and ``last`` are the dates, included, between which it asks for occurrences; the
    student's or the rule's, whichever is narrower, as ``first_by`` and ``last_by`` say. Every
    ``interval_weeks`` weeks counts from the ISO week of ``anchor``. ``suspension`` is set while it
    asks for nothing (paused, inactive), ``fault`` when it can't be read (an unknown zone).
    ``end_time`` is the nominal end on the wall clock; before ``start_time`` past midnight.
    """

    kind: SeriesKind
    id: int
    student_id: int
    teacher_id: int | None
    weekday: int
    start_time: time
    duration_minutes: int
    zone: str
    created_at: datetime
    interval_weeks: int = 1
    anchor: date | None = None
    first: date | None = None
    last: date | None = None
    first_by: str = "series"
    last_by: str = "series"
    subject: str = ""
    is_shared: bool = False
    suspension: Suspension | None = None
    fault: Reason | None = None
    # Derived once: the planner asks for these a dozen times a series.
    key: SeriesKey = field(init=False, repr=False, compare=False)
    # Among planned occurrences that collide, the least rank wins: the older series.
    rank: tuple[datetime, str, int] = field(init=False, repr=False, compare=False)
    end_time: time = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", SeriesKey(self.kind, self.id))
        object.__setattr__(self, "rank", (self.created_at, self.kind.value, self.id))
        object.__setattr__(self, "end_time", add_minutes(self.start_time, self.duration_minutes))
