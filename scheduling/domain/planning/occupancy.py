"""The occupied times of people and rooms, and the search for conflicts."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from typing import NamedTuple

from scheduling.domain.existing_classes import Booking
from scheduling.domain.series import SeriesKey

DAY_SECONDS = 86_400

# The classes of one person or room by the UTC day of their start.
Diary = dict[int, list[Booking]]


class Clash(NamedTuple):
    """The conflicting booking; ``code`` is same_key, student_busy, teacher_busy or room_busy."""

    code: str
    booking: Booking


class Occupancy:
    """Active classes by teacher, student, room and compound key.

    Intervals are half-open: back-to-back classes don't overlap. No class is longer than a day, so
    a class that overlaps an interval starts on one of its days or on the day before.
    """

    def __init__(self, bookings: Iterable[Booking] = ()) -> None:
        self._teachers: dict[int, Diary] = {}
        self._students: dict[int, Diary] = {}
        self._rooms: dict[int, Diary] = {}
        self._keys: dict[tuple[int, date, time, time], Booking] = {}
        for booking in bookings:
            self.add(booking)

    def add(self, booking: Booking) -> None:
        """Mark the time of ``booking`` as occupied."""
        day = booking.starts // DAY_SECONDS
        student, teacher = booking.student_id, booking.teacher_id
        self._keys.setdefault((student, booking.day, booking.start_time, booking.end_time), booking)
        self._students.setdefault(student, {}).setdefault(day, []).append(booking)
        if teacher is not None:
            _add_once(self._teachers.setdefault(teacher, {}).setdefault(day, []), booking)
        if booking.room_id is not None:
            _add_once(self._rooms.setdefault(booking.room_id, {}).setdefault(day, []), booking)

    def same_key(self, wanted: Booking) -> Booking | None:
        """Return the active class of the same student with the same date, start and end."""
        return self._keys.get(_key(wanted))

    def clash(self, wanted: Booking, ignore: int | None = None) -> Clash | None:
        """Return the first conflict of ``wanted`` with a class other than ``ignore``, or None."""
        student, teacher = wanted.student_id, wanted.teacher_id
        if student in self._students:
            booking = self.same_key(wanted)
            if booking is not None and (ignore is None or booking.class_id != ignore):
                return Clash("same_key", booking)
            for booking in _overlapping(self._students[student], wanted):
                if ignore is None or booking.class_id != ignore:
                    return Clash("student_busy", booking)
        if teacher is not None and teacher in self._teachers:
            for booking in _overlapping(self._teachers[teacher], wanted):
                if wanted.is_shared and is_same_session(wanted, booking):
                    continue
                if ignore is None or booking.class_id != ignore:
                    return Clash("teacher_busy", booking)
        if wanted.room_id is not None and wanted.room_id in self._rooms:
            for booking in _overlapping(self._rooms[wanted.room_id], wanted):
                if wanted.is_shared and is_same_session(wanted, booking):
                    continue
                if ignore is None or booking.class_id != ignore:
                    return Clash("room_busy", booking)
        return None

    def is_free(self, room: int, wanted: Booking) -> bool:
        """Return whether ``room`` is free at the time of ``wanted``, or has that class alone."""
        return all(
            wanted.class_id is not None and booking.class_id == wanted.class_id
            for booking in _overlapping(self._rooms.get(room, {}), wanted)
        )


def _add_once(same_day: list[Booking], booking: Booking) -> None:
    """Add ``booking`` to the classes of a person or room on one day.

    Two bookings represent a whole group, whatever its size. Two, because a class that moves ignores
    its own booking, but not the group that it leaves.
    """
    if booking.is_shared and sum(is_same_session(booking, other) for other in same_day) > 1:
        return
    same_day.append(booking)


def _overlapping(diary: Diary, wanted: Booking) -> Iterator[Booking]:
    starts, ends = wanted.starts, wanted.ends
    for day in range(starts // DAY_SECONDS - 1, (ends - 1) // DAY_SECONDS + 1):
        for booking in diary.get(day, ()):
            if booking.starts < ends and starts < booking.ends:
                yield booking


def series_in_the_way(wanted: Iterable[Booking], busy: Iterable[Booking]) -> set[SeriesKey]:
    """Return the series of all stored classes in ``busy`` that conflict with one of ``wanted``.

    ``clash`` returns only the first conflict; a place is free when all these classes have moved.
    """
    days: dict[tuple[str, int, int], list[Booking]] = {}
    for booking in busy:
        if booking.series is None or booking.class_id is None:
            continue
        for bucket in range(booking.starts // DAY_SECONDS, (booking.ends - 1) // DAY_SECONDS + 1):
            days.setdefault(("student", booking.student_id, bucket), []).append(booking)
            if booking.teacher_id is not None:
                days.setdefault(("teacher", booking.teacher_id, bucket), []).append(booking)
            if booking.room_id is not None:
                days.setdefault(("room", booking.room_id, bucket), []).append(booking)
    found: set[SeriesKey] = set()
    for planned in wanted:
        for bucket in range(
            planned.starts // DAY_SECONDS - 2, (planned.ends - 1) // DAY_SECONDS + 3
        ):
            nearby = days.get(("student", planned.student_id, bucket), [])
            if planned.teacher_id is not None:
                nearby = nearby + days.get(("teacher", planned.teacher_id, bucket), [])
            if planned.room_id is not None:
                nearby = nearby + days.get(("room", planned.room_id, bucket), [])
            found.update(
                booking.series
                for booking in nearby
                if booking.series is not None
                and (
                    (booking.starts < planned.ends and planned.starts < booking.ends)
                    or _key(booking) == _key(planned)
                )
            )
    return found


def _key(booking: Booking) -> tuple[int, date, time, time]:
    return (booking.student_id, booking.day, booking.start_time, booking.end_time)


def is_same_session(booking: Booking, other: Booking) -> bool:
    """Return whether two classes of one teacher, or of one room, belong to one group lesson."""
    return (
        booking.is_shared
        and other.is_shared
        and booking.teacher_id == other.teacher_id
        and booking.starts == other.starts
        and booking.ends == other.ends
    )
