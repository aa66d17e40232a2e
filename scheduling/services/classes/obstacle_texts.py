"""What prevents a lesson at a time, in words."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from django.utils.translation import gettext as _

from scheduling.domain.existing_classes import Booking
from scheduling.domain.openings import Diary, Obstacle
from scheduling.domain.planning.occupancy import is_same_session
from scheduling.jobs.runs.result_lines import PersonNames
from scheduling.text.dates import full_day
from scheduling.text.reasons import reason_text


class ObstacleTexts:
    """The obstacles in words, with the names of the people in them.

    ``diaries`` have the time of each teacher that is taken. ``rooms`` are the names of the rooms
    that were asked for.
    """

    def __init__(
        self,
        diaries: Mapping[int, Diary],
        obstacles: Iterable[Obstacle],
        rooms: Mapping[int, str] | None = None,
    ) -> None:
        self._diaries, self._rooms = diaries, rooms or {}
        self._bookings = [each.booking for each in obstacles if each.booking is not None]

    @cached_property
    def _names(self) -> PersonNames:
        return PersonNames(
            {booking.student_id for booking in self._bookings},
            {booking.teacher_id for booking in self._bookings},
        )

    def text(self, obstacle: Obstacle) -> str:
        """Return the reason in the current language, such as “Clara teaches Iker”."""
        if obstacle.closure is not None:
            return reason_text("closed", {"closure": obstacle.closure.name})
        if obstacle.bound is not None:
            return reason_text(obstacle.code, {"date": full_day(obstacle.bound)})
        booking = obstacle.booking
        if booking is None:
            return _("outside the working hours")
        names = {
            "student": self._names.student(booking.student_id),
            "teacher": self._names.teacher(booking.teacher_id),
        }
        if self._clashes(booking):
            return _("a lesson of %(student)s that clashes is due then") % names
        if obstacle.code == "room_busy" and len(self._rooms) == 1:
            return _("%(student)s has a class in this room") % names
        if obstacle.code == "room_busy" and booking.room_id is not None:
            room = self._rooms[booking.room_id]
            return _("%(student)s has a class in %(room)s") % {**names, "room": room}
        if obstacle.code == "teacher_busy":
            return _("%(teacher)s teaches %(student)s") % names
        if booking.teacher_id is None:
            return _("%(student)s has another class") % names
        return _("%(student)s has a class with %(teacher)s") % names

    def _clashes(self, booking: Booking) -> bool:
        """Return whether a lesson that is not stored yet is in another one's way."""
        diary = self._diaries.get(booking.teacher_id or 0)
        if booking.class_id is not None or diary is None:
            return False
        others = diary.between(booking.starts, booking.ends)
        return any(
            other.student_id != booking.student_id and not is_same_session(booking, other)
            for other in others
        )
