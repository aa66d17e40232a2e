"""Stored classes as values for the planner."""

from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from .series import Series, SeriesKey
from .windows import week_number


class ClassAttributes(NamedTuple):
    """All attributes of an unedited class except its week and instant, to compare with a series."""

    weekday: int
    start_time: time
    end_time: time
    seconds: int
    zone: str
    teacher_id: int | None
    student_id: int
    subject: str
    is_shared: bool
    room_id: int | None = None

    def facts(self) -> tuple[object, ...]:
        """Return the values for a fingerprint: without a room those from before there were rooms.

        A plain tuple, which has a faster repr.
        """
        return tuple(self) if self.room_id is not None else tuple(self[:-1])


def attributes_of(series: Series) -> ClassAttributes:
    """Return the attributes of a class that matches ``series``."""
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
        series.room_id,
    )


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Stored classes of one series with equal attributes: week numbers and starts, in parallel.

    ``plain``: scheduled, not edited by hand, and on the date of their identity.
    """

    plain: bool
    attributes: ClassAttributes
    weeks: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClass:
    """One stored class of a series. ``starts`` and ``ends`` are epoch seconds.

    ``edit`` is the code of a manual edit, empty if there is none.
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
    room_id: int | None = None
    is_cancelled: bool = False
    closure_id: int | None = None
    edit: str = ""

    @property
    def is_in_its_week(self) -> bool:
        """Whether its date is in the week that identifies it; SQL may have changed the date."""
        return week_number(self.date) == self.week

    @property
    def is_only_noted(self) -> bool:
        """Whether a closure cancelled it and a person only added notes."""
        return self.is_cancelled and self.edit in ("edited_by_hand", "noted")


class Booking(NamedTuple):
    """A class that occupies its people and its room; ``class_id`` is None if planned.

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
    room_id: int | None = None
