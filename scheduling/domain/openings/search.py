"""The search for openings of one teacher."""

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import and_, or_

from scheduling.domain.existing_classes import Booking
from scheduling.domain.wallclock import minute_of
from scheduling.domain.windows import WEEK
from scheduling.domain.working_hours import Hours

from .day import Day
from .minutes import listed
from .opening import Opening
from .question import Attendee, Host, Question


def find_openings(
    question: Question, host: Host, attendee: Attendee | None = None
) -> list[Opening]:
    """Return the openings of one teacher in the order of their ranks.

    Complete: every start that is a multiple of the step from the beginning of a working interval,
    or the end of one of the teacher's lessons, and is free on one of its dates. A lesson keeps its
    room: of several, those count that are free on the most dates. Raises UnknownZoneError.
    """
    search = _Search(question, host, attendee)
    found: list[Opening] = []
    for dates in question.dates():
        begun = search.day(dates[0]).begun()
        found += search.openings(dates, ~begun)
        if question.last is None and begun:
            # A start that has passed on the first date is searched from the next week on.
            found += search.openings(tuple(day + WEEK for day in dates), begun)
    return sorted(found, key=lambda opening: opening.rank)


class _Search:
    def __init__(self, question: Question, host: Host, attendee: Attendee | None) -> None:
        self.question = question
        self.host = host
        self.attendee = attendee
        self.keys: dict[date, dict[Hours, Booking]] = {}
        for booking in attendee.diary.bookings if attendee else ():
            times = minute_of(booking.start_time), minute_of(booking.end_time)
            self.keys.setdefault(booking.day, {})[times] = booking
        self._days: dict[date, Day] = {}

    def day(self, day: date) -> Day:
        """Return what is known of a date."""
        if day not in self._days:
            keys = self.keys.get(day)
            self._days[day] = Day(day, self.question, self.host, self.attendee, keys)
        return self._days[day]

    def openings(self, dates: tuple[date, ...], starts: int) -> list[Opening]:
        """Return the openings on ``dates`` that begin at one of the minutes ``starts``."""
        days = [self.day(day) for day in dates]
        starts &= reduce(or_, (day.starts() for day in days))
        free = {
            room: [day.free_starts(starts, diary) for day in days]
            for room, diary in self.host.rooms.items()
        }
        always = {room: reduce(and_, minutes) for room, minutes in free.items()}
        short_gaps = [day.short_gaps() for day in days]
        any_gap = reduce(or_, short_gaps)
        length, inside = self.question.minutes, True if self.host.hours.is_known else None
        found = []
        for start in listed(reduce(or_, (bits for each in free.values() for bits in each), 0)):
            rooms = [room for room, minutes in always.items() if minutes >> start & 1]
            if rooms:
                gap = bool(any_gap >> start & 1)
                known = _known(rooms)
                found.append(Opening(start, start + length, dates, (), inside, gap, known))
            else:
                found.append(self._partly_free(days, dates, start, free, short_gaps))
        return found

    def _partly_free(
        self,
        days: Sequence[Day],
        dates: tuple[date, ...],
        start: int,
        free: dict[int | None, list[int]],
        short_gaps: list[int],
    ) -> Opening:
        """Return the opening at ``start``, which no room has on all dates."""
        on = {room: [bits >> start & 1 for bits in minutes] for room, minutes in free.items()}
        best = max(on, key=lambda room: sum(on[room]))
        exceptions = tuple(
            obstacle
            for day, is_free in zip(days, on[best], strict=True)
            if not is_free
            and (obstacle := day.obstacle_at(start, self.host.rooms[best])) is not None
        )
        inside = None
        if self.host.hours.is_known:
            inside = not any(obstacle.code == "outside_hours" for obstacle in exceptions)
        gap = any(
            is_free and gaps >> start & 1
            for gaps, is_free in zip(short_gaps, on[best], strict=True)
        )
        rooms = _known([room for room, dates_of_it in on.items() if dates_of_it == on[best]])
        end = start + self.question.minutes
        return Opening(start, end, dates, exceptions, inside, gap, rooms)


def _known(rooms: list[int | None]) -> tuple[int, ...]:
    """Return the rooms without the one that is none."""
    return tuple(room for room in rooms if room is not None)
