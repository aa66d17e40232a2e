"""What the calendar holds, as the planner sees it."""

from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from .series import Series, SeriesKey
from .windows import week_number


class ClassAttributes(NamedTuple):
    """All of an untouched class but its week and its instant, for comparing it with its rule."""

    weekday: int
    start_time: time
    end_time: time
    seconds: int
    zone: str
    teacher_id: int | None
    student_id: int
    subject: str
    is_shared: bool


def attributes_of(series: Series) -> ClassAttributes:
    """How a class of ``series`` looks when it is as the rule says."""
    return ClassAttributes(
        series.weekday,
        series.start_time,
        series.end_time,
        series.duration_minutes * 60,
        series.zone,
        series.teacher_id,
        series.student_id,
        series.subject,
        series.is_shared,
    )


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Stored classes of one series that are alike: their week numbers and starts, in parallel.

    ``plain``: scheduled, untouched, and on the very date that their identity names.
    """

    plain: bool
    attributes: ClassAttributes
    weeks: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClass:
    """One stored class of a series. ``starts`` and ``ends`` are epoch seconds.

    ``edit`` says what a person did to it: empty while no one has touched it.
    """

    id: int
    series: SeriesKey
    week: int
    occurrence_date: date
    date: date
    start_time: time
    end_time: time
    zone: str
    starts: int
    ends: int
    student_id: int
    teacher_id: int | None
    subject: str = ""
    is_shared: bool = False
    is_cancelled: bool = False
    closure_id: int | None = None
    edit: str = ""

    @property
    def is_in_its_week(self) -> bool:
        """Whether it takes place in the week that identifies it; plain SQL may have put it out."""
        return week_number(self.date) == self.week

    @property
    def is_only_noted(self) -> bool:
        """Whether a closure cancelled it, and a person then wrote something on it, no more."""
        return self.is_cancelled and self.edit in ("edited_by_hand", "noted")


class Booking(NamedTuple):
    """A class, stored (``class_id``) or planned, that holds its teacher's and student's time.

    A one-off has no ``series``.
    """

    class_id: int | None
    series: SeriesKey | None
    student_id: int
    teacher_id: int | None
    starts: int
    ends: int
    is_shared: bool
    day: date
    start_time: time
    end_time: time
    zone: str
