"""The free time of a teacher in the calendar."""

from datetime import date, datetime

from scheduling.domain.openings import Diary, Gap, Host, find_gaps
from scheduling.domain.windows import DAY
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.taken_times import taken_times

from .query import OpeningsQuery, teachers_of

# Minutes; free time that is shorter is not shown.
SHORTEST_GAP = 30


def free_time(teacher_id: int, first: date, last: date, now: datetime) -> list[Gap]:
    """Return the free time of a teacher within the working hours; none if these are unknown.

    Raises ValidationError as ``openings`` does.
    """
    today = studio_day(now)
    query = OpeningsQuery(
        minutes=SHORTEST_GAP,
        first=max(first, today - DAY),
        last=max(last, today),
        teacher_ids=(teacher_id,),
    )
    teachers = teachers_of(query, now)
    hours = working_hours([teacher_id])
    if not teachers or teacher_id not in hours:
        return []
    host = Host(
        zone=teachers[0].time_zone,
        hours=hours[teacher_id],
        diary=Diary("teacher_busy", taken_times(query.window, [teacher_id], now)),
        closures=load_calendar(query.window.start, [teacher_id], []).concerning(teacher_id, None),
    )
    return find_gaps(query.question(now), host)
