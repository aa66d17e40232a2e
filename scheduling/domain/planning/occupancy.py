"""Who is where when: finds the class that stands in the way of another."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import NamedTuple

from scheduling.domain.existing_classes import Booking
from scheduling.domain.series import SeriesKey

DAY_SECONDS = 86_400

# The classes of one person by the day, in UTC, on which they start.
Diary = dict[int, list[Booking]]


class Clash(NamedTuple):
    """What stands in the way: ``code`` is same_key, student_busy or teacher_busy."""

    code: str
    holder: Booking


class Occupancy:
    """Active classes by teacher, student and compound key.

    Intervals are half-open: back to back is no overlap. No class is longer than a day, so that
    what may overlap an interval starts on one of the days that it touches or on the day before.
    """

    def __init__(self, holders: Iterable[Booking] = ()) -> None:
        self._teachers: dict[int, Diary] = {}
        self._students: dict[int, Diary] = {}
        self._keys: dict[tuple[int, date, time, time], Booking] = {}
        for holder in holders:
            self.add(holder)

    def add(self, holder: Booking) -> None:
        """Let ``holder`` hold its time."""
        day = holder.starts // DAY_SECONDS
        student, teacher = holder.student_id, holder.teacher_id
        self._keys.setdefault((student, holder.day, holder.start_time, holder.end_time), holder)
        self._students.setdefault(student, {}).setdefault(day, []).append(holder)
        if teacher is None:
            return
        there = self._teachers.setdefault(teacher, {}).setdefault(day, [])
        # Two of a group lesson's students stand for all: a thousand of them cost no more. Two, as
        # a class that looks for another place ignores itself, but not the group that it leaves.
        if holder.is_shared and sum(_same_session(holder, other) for other in there) > 1:
            return
        there.append(holder)

    def same_key(self, wanted: Booking) -> Booking | None:
        """The active class of the same student with the same date, start and end."""
        return self._keys.get(_key(wanted))

    def clash(self, wanted: Booking, ignore: int | None = None) -> Clash | None:
        """What keeps ``wanted`` from its place, the class ``ignore`` aside; None if it is free."""
        student, teacher = wanted.student_id, wanted.teacher_id
        if student in self._students:
            holder = self.same_key(wanted)
            if holder is not None and (ignore is None or holder.class_id != ignore):
                return Clash("same_key", holder)
            for holder in _overlapping(self._students[student], wanted):
                if ignore is None or holder.class_id != ignore:
                    return Clash("student_busy", holder)
        if teacher is not None and teacher in self._teachers:
            for holder in _overlapping(self._teachers[teacher], wanted):
                if wanted.is_shared and _same_session(wanted, holder):
                    continue
                if ignore is None or holder.class_id != ignore:
                    return Clash("teacher_busy", holder)
        return None


def _overlapping(diary: Diary, wanted: Booking) -> Iterator[Booking]:
    starts, ends = wanted.starts, wanted.ends
    for day in range(starts // DAY_SECONDS - 1, (ends - 1) // DAY_SECONDS + 1):
        for holder in diary.get(day, ()):
            if holder.starts < ends and starts < holder.ends:
                yield holder


def series_in_the_way(wanted: Iterable[Booking], busy: Iterable[Booking]) -> set[SeriesKey]:
    """The series of all stored classes in ``busy`` that overlap one of ``wanted``, or have its key.

    ``clash`` names the first; for a place to be had, all of them have to leave it.
    """
    days: dict[tuple[str, int, int], list[Booking]] = {}
    for holder in busy:
        if holder.series is None or holder.class_id is None:
            continue
        for bucket in range(holder.starts // DAY_SECONDS, (holder.ends - 1) // DAY_SECONDS + 1):
            days.setdefault(("student", holder.student_id, bucket), []).append(holder)
            if holder.teacher_id is not None:
                days.setdefault(("teacher", holder.teacher_id, bucket), []).append(holder)
    found: set[SeriesKey] = set()
    for want in wanted:
        for bucket in range(want.starts // DAY_SECONDS - 2, (want.ends - 1) // DAY_SECONDS + 3):
            there = days.get(("student", want.student_id, bucket), [])
            if want.teacher_id is not None:
                there = there + days.get(("teacher", want.teacher_id, bucket), [])
            found.update(
                holder.series
                for holder in there
                if holder.series is not None
                and (
                    (holder.starts < want.ends and want.starts < holder.ends)
                    or _key(holder) == _key(want)
                )
            )
    return found


def _key(holder: Booking) -> tuple[int, date, time, time]:
    return (holder.student_id, holder.day, holder.start_time, holder.end_time)


def _same_session(one: Booking, other: Booking) -> bool:
    """Whether two classes of a teacher are one group lesson."""
    return (
        one.is_shared and other.is_shared and one.starts == other.starts and one.ends == other.ends
    )
