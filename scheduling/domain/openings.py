"""Openings: the times at which a teacher is free for a weekly lesson, or for a single one.

Pure, over busy intervals: a ``Diary`` holds the bookings of a teacher, a student or whatever else a
lesson needs. Dates and minutes are local to the teacher's zone; bookings and ``now`` are in epoch
seconds. No opening crosses midnight.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from .closures import Closure, covering
from .existing_classes import Booking
from .recurrence import days_between
from .wallclock import MINUTES_A_DAY, clocks_change, epoch, from_epoch, minute_of, zone_of
from .windows import DAY, WEEK, week_number
from .working_hours import Hours, WorkingHours, is_within, time_of

DAY_SECONDS = 60 * MINUTES_A_DAY
ALL_WEEKDAYS = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: lessons of ``minutes`` between ``earliest`` and ``latest``.

    Weekly: on the dates of a weekday in every ``interval_weeks``-th of ``weeks`` weeks from
    ``first`` on. With ``last``, single lessons from ``first`` to ``last``, both included. Without a
    bound of the day the working hours alone count. ``now``: no opening begins before it.
    """

    minutes: int
    first: date
    now: int
    weeks: int = 1
    interval_weeks: int = 1
    last: date | None = None
    weekdays: frozenset[int] = ALL_WEEKDAYS
    earliest: int = 0
    latest: int = MINUTES_A_DAY
    step: int = 15

    def dates(self) -> Iterator[tuple[date, ...]]:
        """Yield the dates that belong together: those of a weekday, or each single date."""
        if self.last is not None:
            for number in range((self.last - self.first).days + 1):
                day = self.first + number * DAY
                if day.isoweekday() in self.weekdays:
                    yield (day,)
            return
        for weekday in sorted(self.weekdays):
            start = self.first + timedelta(days=(weekday - self.first.isoweekday()) % 7)
            end = self.first + self.weeks * WEEK
            phase = week_number(start) % self.interval_weeks
            yield days_between(weekday, start, end, self.interval_weeks, phase)


class Diary:
    """Bookings in order, of which none is longer than a day.

    ``code`` is the reason that a booking gives: teacher_busy, student_busy or room_busy.
    """

    def __init__(self, code: str, bookings: Iterable[Booking]) -> None:
        self.code = code
        self.bookings = sorted(bookings, key=lambda booking: (booking.starts, booking.ends))
        self._starts = [booking.starts for booking in self.bookings]

    def between(self, starts: int, ends: int) -> list[Booking]:
        """Return the bookings that overlap ``[starts, ends)``."""
        first = bisect_left(self._starts, starts - DAY_SECONDS)
        found = self.bookings[first : bisect_left(self._starts, ends)]
        return [booking for booking in found if booking.ends > starts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """The student who is to have the lesson, from ``first`` to ``last``, both included."""

    diary: Diary
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The teacher: zone, working hours, bookings, and the closures that concern the lesson.

    Without known hours, ``unknown_hours`` are searched. ``room`` must be free, too.
    """

    zone: str
    hours: WorkingHours
    diary: Diary
    closures: Sequence[Closure] = ()
    unknown_hours: Hours = (0, MINUTES_A_DAY)
    room: Diary | None = None


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a date is not free: a booking, a closure, or a ``code`` alone.

    Codes: teacher_busy, student_busy, room_busy, same_key, closed, outside_hours; student_starts
    and student_ends, with the date as ``bound``.
    """

    day: date
    code: str
    booking: Booking | None = None
    closure: Closure | None = None
    bound: date | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """A start that is free on at least one of ``dates``; ``exceptions`` are the other dates.

    ``start`` and ``end`` are minutes since midnight. ``is_inside_hours`` is None if the working
    hours are unknown. ``leaves_gap``: on some date it leaves a gap before or after it that is too
    short for a lesson of the same length.
    """

    start: int
    end: int
    dates: tuple[date, ...]
    exceptions: tuple[Obstacle, ...] = ()
    is_inside_hours: bool | None = None
    leaves_gap: bool = False

    @property
    def weekday(self) -> int:
        """The ISO weekday."""
        return self.dates[0].isoweekday()

    @property
    def start_time(self) -> time:
        """The local start."""
        return time_of(self.start)

    @property
    def end_time(self) -> time:
        """The local end; 00:00 is midnight."""
        return time_of(self.end)

    @property
    def free(self) -> int:
        """The number of free dates."""
        return len(self.dates) - len(self.exceptions)

    @property
    def is_free(self) -> bool:
        """Whether all dates are free."""
        return not self.exceptions

    @property
    def rank(self) -> tuple[bool, int, bool, date, int]:
        """The order of answers: fully free first, then those that leave no short gap."""
        first = self.dates[0]
        return (not self.is_free, -self.free, self.leaves_gap, first, self.start)


class _Day:
    """One date of the teacher: its hours, and whatever takes time from them.

    Minutes of the local day are bits of an integer, so that all starts are tested at once. Where
    the clocks change, ``is_plain`` is False and each start is tested by its instant.
    """

    def __init__(self, day: date, search: "_Search") -> None:
        host = search.host
        self.day, self.zone = day, host.zone
        self.hours = host.hours.on(day) if host.hours.is_known else [host.unknown_hours]
        self.obstacle = search.obstacle(day)
        self.midnight = epoch(day, time(), host.zone)
        self.is_plain = not clocks_change(host.zone, day)
        # The day may be 25 hours long.
        span = self.midnight, self.midnight + DAY_SECONDS + 2 * 3600
        self.taught = host.diary.between(*span)
        self.busy = [(host.diary.code, booking) for booking in self.taught]
        self.keys = search.keys.get(day, {})
        for diary in (search.attendee.diary if search.attendee else None, host.room):
            if diary is not None:
                self.busy += [(diary.code, booking) for booking in diary.between(*span)]
        minutes = search.question.minutes
        self.free = _bits(self.hours) & ~_bits(map(self._minutes, self.taught))
        self.teacher_fits = _eroded(self.free, minutes)
        taken = _bits(self._minutes(booking) for _code, booking in self.busy)
        self.fits = 0 if self.obstacle else _eroded(self.free & ~taken, minutes)
        for start, end in self.keys:
            if end == (start + minutes) % MINUTES_A_DAY:
                self.fits &= ~(1 << start)

    def free_minutes(self, now: int) -> int:
        """Return a bit for each local minute that is free.

        Where the clocks change, those that have passed by ``now`` are left out.
        """
        if self.is_plain:
            return self.free
        return _bits(
            (minute, minute + 1)
            for start, end in self.hours
            for minute in range(start, end)
            if self._is_free_at(self.instant(minute), now)
        )

    def _is_free_at(self, instant: int, now: int) -> bool:
        return instant > now and not any(
            booking.starts < instant + 60 and instant < booking.ends for booking in self.taught
        )

    def instant(self, minute: int) -> int:
        """Return the epoch seconds of a local minute, as a class at that time has them."""
        if self.is_plain:
            return self.midnight + 60 * minute
        return epoch(self.day, time_of(minute), self.zone)

    def is_free(self, start: int, end: int) -> bool:
        """Return whether a lesson fits at this time."""
        if self.is_plain:
            return bool(self.fits >> start & 1)
        return self.obstacle_at(start, end) is None

    def leaves_gap(self, start: int, end: int) -> bool:
        """Return whether a lesson leaves a gap in the teacher's hours that is shorter than itself.

        Where the clocks change, there is no answer, and it is False.
        """
        if not self.is_plain:
            return False
        length = end - start
        before = start > 0 and self.free >> (start - 1) & 1
        fits_before = start >= length and self.teacher_fits >> (start - length) & 1
        after = self.free >> end & 1
        return bool((before and not fits_before) or (after and not self.teacher_fits >> end & 1))

    def obstacle_at(self, start: int, end: int) -> Obstacle | None:
        """Return the first reason why there can be no lesson at this time."""
        if self.obstacle is not None:
            return self.obstacle
        if not is_within(self.hours, start, end):
            return Obstacle(self.day, "outside_hours")
        starts = self.instant(start)
        ends = starts + 60 * (end - start)
        for code, booking in self.busy:
            if booking.starts < ends and starts < booking.ends:
                return Obstacle(self.day, code, booking)
        same = self.keys.get((start, end % MINUTES_A_DAY))
        return None if same is None else Obstacle(self.day, "same_key", same)

    def ends(self) -> Iterator[int]:
        """Yield the local minutes of this day at which the teacher's lessons end."""
        zone = zone_of(self.zone)
        for booking in self.taught:
            end = from_epoch(booking.ends).astimezone(zone)
            if end.date() == self.day:
                yield minute_of(end.time())

    def _minutes(self, booking: Booking) -> Hours:
        """Return the minutes of this day that a booking takes, as far as they are whole."""
        start = (booking.starts - self.midnight) // 60
        end = -((self.midnight - booking.ends) // 60)
        return max(0, start), max(0, min(end, MINUTES_A_DAY))


def _bits(intervals: Iterable[Hours]) -> int:
    """Return an integer with a bit for each minute of ``intervals``."""
    bits = 0
    for start, end in intervals:
        if start < end:
            bits |= (1 << end) - (1 << start)
    return bits


def _eroded(bits: int, length: int) -> int:
    """Return the bits at which ``length`` bits in a row are set."""
    done = 1
    while done < length:
        shift = min(done, length - done)
        bits &= bits >> shift
        done += shift
    return bits


def find_openings(
    question: Question, host: Host, attendee: Attendee | None = None
) -> list[Opening]:
    """Return the openings of one teacher in the order of their ranks.

    Complete: every start that is a multiple of the step from the beginning of a working interval,
    or the end of one of the teacher's lessons, and is free on one of its dates. Raises
    UnknownZoneError.
    """
    search = _Search(question, host, attendee)
    found: list[Opening] = []
    for dates in question.dates():
        found += search.openings(dates, has_begun=False)
        if question.last is None and search.may_have_begun(dates[0]):
            # A start that has passed on the first date is searched from the next week on.
            later = tuple(day + WEEK for day in dates)
            found += search.openings(later, has_begun=True)
    return sorted(found, key=lambda opening: opening.rank)


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time of a teacher on one date, in minutes since local midnight."""

    day: date
    start: int
    end: int


def find_gaps(question: Question, host: Host) -> list[Gap]:
    """Return the free time of one teacher within the working hours, in order.

    For a question about single dates; gaps shorter than its ``minutes``, and time that has passed,
    are left out. Raises UnknownZoneError.
    """
    search = _Search(question, host, None)
    found: list[Gap] = []
    for dates in question.dates():
        day = search.day(dates[0])
        if day.obstacle is None:
            passed = -((day.midnight - question.now - 1) // (60 * question.step)) * question.step
            for start, end in _runs(day.free_minutes(question.now)):
                start = max(start, passed if day.is_plain else 0)
                if end - start >= question.minutes:
                    found.append(Gap(day.day, start, end))
    return found


def _runs(bits: int) -> Iterator[Hours]:
    """Yield the intervals of bits that are set."""
    start = 0
    while bits >> start:
        start += (bits >> start & -(bits >> start)).bit_length() - 1
        rest = ~(bits >> start)
        end = start + (rest & -rest).bit_length() - 1
        yield start, end
        start = end


class _Search:
    def __init__(self, question: Question, host: Host, attendee: Attendee | None) -> None:
        self.question = question
        self.host = host
        self.attendee = attendee
        # The local times of the student's classes by date: no two of them may be equal.
        self.keys: dict[date, dict[Hours, Booking]] = {}
        for booking in attendee.diary.bookings if attendee else ():
            times = minute_of(booking.start_time), minute_of(booking.end_time)
            self.keys.setdefault(booking.day, {})[times] = booking
        self._days: dict[date, _Day] = {}

    def may_have_begun(self, day: date) -> bool:
        """Return whether any minute of the local date is in the past."""
        return self.day(day).instant(0) <= self.question.now

    def openings(self, dates: tuple[date, ...], *, has_begun: bool) -> list[Opening]:
        """Return the openings on ``dates``.

        With ``has_begun``, those that a week before the first date are in the past; else those
        that are not in the past on the first date.
        """
        days = [self.day(day) for day in dates]
        first = self.day(dates[0] - WEEK) if has_begun else days[0]
        found = []
        for start in {start for day in days for start in self._starts(day)}:
            if (first.instant(start) <= self.question.now) is has_begun:
                opening = self._opening(days, dates, start)
                if opening is not None:
                    found.append(opening)
        return found

    def obstacle(self, day: date) -> Obstacle | None:
        """Return what prevents every lesson on ``day``."""
        attendee = self.attendee
        if attendee and attendee.first and day < attendee.first:
            return Obstacle(day, "student_starts", bound=attendee.first)
        if attendee and attendee.last and day > attendee.last:
            return Obstacle(day, "student_ends", bound=attendee.last)
        closure = covering(list(self.host.closures), day)
        return None if closure is None else Obstacle(day, "closed", closure=closure)

    def day(self, day: date) -> _Day:
        """Return what is known of a date."""
        if day not in self._days:
            self._days[day] = _Day(day, self)
        return self._days[day]

    def _starts(self, day: _Day) -> Iterator[int]:
        question = self.question
        for opens, closes in day.hours:
            last = min(closes, question.latest) - question.minutes
            steps = max(0, -((opens - question.earliest) // question.step))
            yield from range(opens + steps * question.step, last + 1, question.step)
            first = max(opens, question.earliest)
            yield from (end for end in day.ends() if first <= end <= last)

    def _opening(self, days: list[_Day], dates: tuple[date, ...], start: int) -> Opening | None:
        """Return the opening at ``start``, or None if it is free on no date."""
        end = start + self.question.minutes
        free = [day for day in days if day.is_free(start, end)]
        if not free:
            return None
        exceptions = (
            tuple(obstacle for day in days if (obstacle := day.obstacle_at(start, end)) is not None)
            if len(free) < len(days)
            else ()
        )
        inside = None
        if self.host.hours.is_known:
            inside = not any(obstacle.code == "outside_hours" for obstacle in exceptions)
        gap = any(day.leaves_gap(start, end) for day in free)
        return Opening(start, end, dates, exceptions, inside, gap)
