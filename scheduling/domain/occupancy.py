"""Who is where when: finds the class that stands in the way of another."""

from collections.abc import Iterable
from datetime import date, time
from typing import NamedTuple

from .stored import Holder

DAY_SECONDS = 86_400

Buckets = dict[tuple[int, int], list[Holder]]


class Clash(NamedTuple):
    """What stands in the way: ``code`` is same_key, student_busy or teacher_busy."""

    code: str
    holder: Holder


class Occupancy:
    """Active classes by teacher, student and compound key.

    Intervals are half-open: back to back is no overlap. No class is longer than a day, so that
    what may overlap an interval starts on one of the days that it touches or on the day before.
    """

    def __init__(self, holders: Iterable[Holder] = ()) -> None:
        self._teachers: Buckets = {}
        self._students: Buckets = {}
        self._keys: dict[tuple[int, date, time, time], Holder] = {}
        for holder in holders:
            self.add(holder)

    def add(self, holder: Holder) -> None:
        """Let ``holder`` hold its time."""
        bucket = holder.starts // DAY_SECONDS
        self._students.setdefault((holder.student_id, bucket), []).append(holder)
        key = (holder.student_id, holder.day, holder.start_time, holder.end_time)
        self._keys.setdefault(key, holder)
        if holder.teacher_id is None:
            return
        there = self._teachers.setdefault((holder.teacher_id, bucket), [])
        # Two of a group lesson's students stand for all: a thousand of them cost no more. Two, as
        # a class that looks for another place ignores itself, but not the group that it leaves.
        if holder.is_shared and sum(_same_session(holder, other) for other in there) > 1:
            return
        there.append(holder)

    def same_key(self, wanted: Holder) -> Holder | None:
        """The active class of the same student with the same date, start and end."""
        return self._keys.get((wanted.student_id, wanted.day, wanted.start_time, wanted.end_time))

    def clash(self, wanted: Holder, ignore: int | None = None) -> Clash | None:
        """What keeps ``wanted`` from its place, the class ``ignore`` aside; None if it is free."""
        holder = self.same_key(wanted)
        if holder is not None and (ignore is None or holder.class_id != ignore):
            return Clash("same_key", holder)
        starts, ends = wanted.starts, wanted.ends
        buckets = range(starts // DAY_SECONDS - 1, (ends - 1) // DAY_SECONDS + 1)
        students, student = self._students, wanted.student_id
        for bucket in buckets:
            for holder in students.get((student, bucket), ()):
                overlaps = holder.starts < ends and starts < holder.ends
                if overlaps and (ignore is None or holder.class_id != ignore):
                    return Clash("student_busy", holder)
        teacher = wanted.teacher_id
        if teacher is None:
            return None
        teachers, shared = self._teachers, wanted.is_shared
        for bucket in buckets:
            for holder in teachers.get((teacher, bucket), ()):
                if holder.starts < ends and starts < holder.ends:
                    if shared and _same_session(wanted, holder):
                        continue
                    if ignore is None or holder.class_id != ignore:
                        return Clash("teacher_busy", holder)
        return None


def _same_session(one: Holder, other: Holder) -> bool:
    """Whether two classes of a teacher are one group lesson."""
    return (
        one.is_shared and other.is_shared and one.starts == other.starts and one.ends == other.ends
    )
