"""One date of a teacher: the hours, and what takes time from them."""

from collections.abc import Iterator, Mapping
from datetime import date, time

from scheduling.domain.closures import covering
from scheduling.domain.existing_classes import Booking
from scheduling.domain.wallclock import (
    MINUTES_A_DAY,
    clocks_change,
    epoch,
    from_epoch,
    minute_of,
    zone_of,
)
from scheduling.domain.working_hours import Hours, is_within, time_of

from .minutes import every, listed, minutes_in, starts_in
from .opening import Obstacle
from .question import DAY_SECONDS, Attendee, Diary, Host, Question


class Day:
    """What is free on a date, and why the rest is not.

    Starts are sets of minutes. Where the clocks change, ``is_plain`` is False and each start is
    tested by its instant. ``keys`` has the student's classes of the date by their local times: no
    two of them may be equal.
    """

    def __init__(
        self,
        day: date,
        question: Question,
        host: Host,
        attendee: Attendee | None = None,
        keys: Mapping[Hours, Booking] | None = None,
    ) -> None:
        self.day, self.question, self.zone = day, question, host.zone
        self.hours = host.hours.on(day) if host.hours.is_known else [host.unknown_hours]
        self.obstacle = _obstacle(day, host, attendee)
        self.midnight = epoch(day, time(), host.zone)
        self.is_plain = not clocks_change(host.zone, day)
        self._teacher = host.diary
        self._student = attendee.diary if attendee else None
        self._keys = keys or {}
        # The minutes within the hours in which the teacher has no class.
        self.free = minutes_in(self.hours) & ~host.diary.taken(self.midnight)
        self._teacher_fits = starts_in(self.free, question.minutes)

    def starts(self) -> int:
        """Return the starts to be tested: the steps within the hours, and the ends of lessons."""
        question, found = self.question, 0
        ends = minutes_in((end, end + 1) for end in self._lesson_ends())
        for opens, closes in self.hours:
            first = max(opens, question.earliest)
            end = min(closes, question.latest) - question.minutes + 1
            if first < end:
                steps = -((opens - first) // question.step)
                found |= every(question.step, opens + steps * question.step, end)
                found |= ends & minutes_in([(first, end)])
        return found

    def _lesson_ends(self) -> Iterator[int]:
        """Yield the local minutes of this day at which the teacher's lessons end."""
        if self.is_plain:
            for booking in self._teacher.between(self.midnight, self.midnight + DAY_SECONDS):
                minute = (booking.ends - self.midnight) // 60
                if minute < MINUTES_A_DAY:
                    yield minute
            return
        zone = zone_of(self.zone)
        # The day may be 25 hours long.
        for booking in self._teacher.between(self.midnight, self.midnight + DAY_SECONDS + 2 * 3600):
            end = from_epoch(booking.ends).astimezone(zone)
            if end.date() == self.day:
                yield minute_of(end.time())

    def short_gaps(self) -> int:
        """Return the starts that leave the teacher a gap which is shorter than the lesson.

        Where the clocks change, there is no answer: none.
        """
        if not self.is_plain:
            return 0
        length, fits = self.question.minutes, self._teacher_fits
        before = self.free << 1 & ~(fits << length)
        return before | (self.free & ~fits) >> length

    def begun(self) -> int:
        """Return the minutes that do not begin after ``now``."""
        now = self.question.now
        if now < self.midnight:
            return 0
        if self.is_plain:
            passed = min((now - self.midnight) // 60 + 1, MINUTES_A_DAY)
            return minutes_in([(0, passed)])
        begun = (minute for minute in range(MINUTES_A_DAY) if self._instant(minute) <= now)
        return sum(1 << minute for minute in begun)

    def free_starts(self, starts: int, room: Diary) -> int:
        """Return those of ``starts`` at which a lesson in this room is possible."""
        if self.obstacle is not None:
            return 0
        if self.is_plain:
            return starts & self._teacher_fits & self._others_fit(room)
        free = (start for start in listed(starts) if self.obstacle_at(start, room) is None)
        return sum(1 << start for start in free)

    def _others_fit(self, room: Diary) -> int:
        """Return the starts that are free for the student and the room, where no clocks change."""
        minutes = self.question.minutes
        fits = room.free_starts(self.midnight, minutes)
        if self._student is not None:
            fits &= self._student.free_starts(self.midnight, minutes)
        for start, end in self._keys:
            if end == (start + minutes) % MINUTES_A_DAY:
                fits &= ~(1 << start)
        return fits

    def free_minutes(self) -> int:
        """Return the minutes within the hours in which the teacher has no class.

        Where the clocks change, those that have passed are left out.
        """
        if self.is_plain:
            return self.free
        return minutes_in(
            (minute, minute + 1)
            for start, end in self.hours
            for minute in range(start, end)
            if self._is_free_at(self._instant(minute))
        )

    def _is_free_at(self, instant: int) -> bool:
        is_ahead = instant > self.question.now
        return is_ahead and not self._teacher.between(instant, instant + 60)

    def obstacle_at(self, start: int, room: Diary) -> Obstacle | None:
        """Return the first reason why there can be no lesson at this time in this room."""
        if self.obstacle is not None:
            return self.obstacle
        minutes = self.question.minutes
        if not is_within(self.hours, start, start + minutes):
            return Obstacle(self.day, "outside_hours")
        starts = self._instant(start)
        for diary in (self._teacher, self._student, room):
            if diary is not None and (busy := diary.between(starts, starts + 60 * minutes)):
                return Obstacle(self.day, diary.code, busy[0])
        same = self._keys.get((start, (start + minutes) % MINUTES_A_DAY))
        return None if same is None else Obstacle(self.day, "same_key", same)

    def _instant(self, minute: int) -> int:
        """Return the epoch seconds of a local minute, as a class at that time has them."""
        if self.is_plain:
            return self.midnight + 60 * minute
        return epoch(self.day, time_of(minute), self.zone)


def _obstacle(day: date, host: Host, attendee: Attendee | None) -> Obstacle | None:
    """Return what prevents every lesson on ``day``."""
    if attendee and attendee.first and day < attendee.first:
        return Obstacle(day, "student_starts", bound=attendee.first)
    if attendee and attendee.last and day > attendee.last:
        return Obstacle(day, "student_ends", bound=attendee.last)
    closure = covering(host.closures, day)
    return None if closure is None else Obstacle(day, "closed", closure=closure)
