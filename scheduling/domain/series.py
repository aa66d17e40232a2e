"""Series: weekly rules, read from either table."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from .outcomes import Outcome, Reason
from .wallclock import add_minutes


class SeriesKind(StrEnum):
    """The table of a series."""

    FIXED_SCHEDULE = "fixed_schedule"
    RECURRING_SLOT = "recurring_slot"


class SeriesKey(NamedTuple):
    """The identity of a series."""

    kind: SeriesKind
    id: int


class Suspension(NamedTuple):
    """Why a series has no occurrences at present."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A weekly rule in local time of ``zone``, with its people and its room.

    ``first`` and ``last`` bound its occurrences, both included: the student's or the series' own
    date, whichever is narrower; ``first_by`` and ``last_by`` are "student" or "series".
    ``interval_weeks`` counts from the ISO week of ``anchor``. ``suspension`` is set while the
    series has no occurrences (paused, inactive), ``error`` if the row is invalid (an unknown
    zone). ``end_time`` is the nominal end on the wall clock, before ``start_time`` if the class
    ends after midnight.
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
    room_id: int | None = None
    suspension: Suspension | None = None
    error: Reason | None = None
    # Derived once, because the planner reads them about a dozen times per series.
    key: SeriesKey = field(init=False, repr=False, compare=False)
    # Among conflicting planned occurrences the lowest rank wins: the older series.
    rank: tuple[datetime, str, int] = field(init=False, repr=False, compare=False)
    end_time: time = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", SeriesKey(self.kind, self.id))
        object.__setattr__(self, "rank", (self.created_at, self.kind.value, self.id))
        object.__setattr__(self, "end_time", add_minutes(self.start_time, self.duration_minutes))
