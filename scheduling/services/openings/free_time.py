"""The free time of teachers in the calendar."""

from collections.abc import Iterable
from datetime import date, datetime

from scheduling.domain.existing_classes import Booking
from scheduling.domain.openings import Diary, Gap, Host, find_gaps
from scheduling.domain.windows import DAY
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.taken_times import taken_times

from .query import OpeningsQuery, teachers_of

# Minutes; free time that is shorter is not shown.
SHORTEST_GAP = 30


def free_time(
    teacher_ids: Iterable[int], first: date, last: date, now: datetime
) -> dict[int, list[Gap]]:
    """Return the free time within the working hours of each teacher for whom these are known.

    A constant number of queries. Raises ValidationError as ``openings`` does.
    """
    today = studio_day(now)
    query = OpeningsQuery(
        minutes=SHORTEST_GAP,
        first=max(first, today - DAY),
        last=max(last, today),
        teacher_ids=tuple(teacher_ids),
    )
    hours = working_hours(query.teacher_ids)
    teachers = [teacher for teacher in teachers_of(query, now) if teacher.pk in hours]
    if not teachers:
        return {}
    taught: dict[int | None, list[Booking]] = {}
    for booking in taken_times(query.window, list(hours), now):
        taught.setdefault(booking.teacher_id, []).append(booking)
    closures = load_calendar(query.window.start, list(hours), [])
    return {
        teacher.pk: find_gaps(
            query.question(now),
            Host(
                zone=teacher.time_zone,
                hours=hours[teacher.pk],
                diary=Diary("teacher_busy", taught.get(teacher.pk, ())),
                closures=closures.concerning(teacher.pk, None),
            ),
        )
        for teacher in teachers
    }
