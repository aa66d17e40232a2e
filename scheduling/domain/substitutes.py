"""Substitutes: whether a teacher can give a lesson of another teacher. Pure."""

from .closures import covering
from .existing_classes import Booking
from .openings import Host, Obstacle
from .planning.occupancy import is_same_session
from .wallclock import from_epoch, minute_of, zone_of


def obstacle_to(lesson: Booking, host: Host) -> Obstacle | None:
    """Return why the teacher cannot give ``lesson``: a closure, or a booking at that time.

    ``lesson`` has that teacher already. Its group, if it has one, is not in the way.
    """
    closure = covering(list(host.closures), lesson.day)
    if closure is not None:
        return Obstacle(lesson.day, "closed", closure=closure)
    for booking in host.diary.between(lesson.starts, lesson.ends):
        if not is_same_session(lesson, booking):
            return Obstacle(lesson.day, host.diary.code, booking)
    return None


def is_inside_hours(lesson: Booking, host: Host) -> bool | None:
    """Return whether ``lesson`` is within the teacher's working hours; None if these are unknown.

    Raises UnknownZoneError.
    """
    if not host.hours.is_known:
        return None
    start = from_epoch(lesson.starts).astimezone(zone_of(host.zone))
    minute = minute_of(start.time())
    return host.hours.contain(start.date(), minute, minute + (lesson.ends - lesson.starts) // 60)
