"""Free time in the calendar: links to the form of a weekly lesson, or to “Find a time”."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from scheduling.admin.core.display.links import CALENDAR_PARAM, find_time_url
from scheduling.domain.openings import Gap
from scheduling.domain.wallclock import instant
from scheduling.domain.working_hours import time_of

from .query import CalendarQuery

# The length that “Find a time” and the form of a lesson begin with.
USUAL_MINUTES = 60


def may_add_lessons(user: Any) -> bool:
    """Return whether ``user`` may add a weekly lesson."""
    return bool(user.has_perm("scheduling.add_recurringslot"))


def bounds_of(gap: Gap, zone: str) -> tuple[datetime, datetime]:
    """Return the first and the last instant of ``gap``, which is local to ``zone``."""
    starts_at = instant(gap.day, time_of(gap.start), zone)
    return starts_at, starts_at + timedelta(minutes=gap.end - gap.start)


def find_url(gap: Gap, teacher_id: int, query: CalendarQuery) -> str:
    """Return the address of “Find a time”, limited to ``gap``."""
    return find_time_url(
        teacher_id,
        min(gap.end - gap.start, USUAL_MINUTES),
        first=gap.day,
        days=[gap.day.isoweekday()],
        earliest=f"{time_of(gap.start):%H:%M}",
        latest=f"{time_of(gap.end):%H:%M}",
        **({"student": query.student_id} if query.student_id is not None else {}),
    )


def form_url(
    query: CalendarQuery,
    day: date,
    teacher_id: int | None = None,
    room_id: int | None = None,
    hours: tuple[int, int] | None = None,
) -> str:
    """Return the address of the filled-in form of a weekly lesson that begins on ``day``.

    ``hours`` are the free minutes of the day, local to the teacher's zone.
    """
    values: dict[str, Any] = {
        "teacher": teacher_id if teacher_id is not None else query.teacher_id,
        "student": query.student_id,
        "room": room_id if room_id is not None else query.room_id,
        "weekday": day.isoweekday(),
        "valid_from": day.isoformat(),
        CALENDAR_PARAM: day.isoformat(),
    }
    if hours is not None:
        start, end = hours
        values["start_time"] = f"{time_of(start):%H:%M}"
        values["duration_minutes"] = min(end - start, USUAL_MINUTES)
    given = {name: value for name, value in values.items() if value is not None}
    return f"{reverse('admin:scheduling_recurringslot_add')}?{urlencode(given)}"
