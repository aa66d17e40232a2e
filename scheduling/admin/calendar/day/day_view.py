"""A day of the calendar: a column for each teacher or room, or a list in the order of time.

The page works without a script. With one, the columns become a grid: each lesson has its place in
minutes since midnight, and its lane among those at the same time.
"""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.calendar.lines import lines_of
from scheduling.admin.calendar.list_view import address_of, today_in, zone_shown
from scheduling.admin.calendar.query import CONFLICT, OWN, PLANNED, ROOM, TEACHER, CalendarQuery
from scheduling.domain.wallclock import MINUTES_A_DAY
from scheduling.domain.windows import DAY
from scheduling.selectors.classes.calendar import closures_between
from scheduling.selectors.rooms import has_rooms

from .blocks import blocks_of
from .columns import Column, columns_of_rooms, columns_of_teachers, hours_of, offer_unknown_hours

QUARTER = 15


class Closed(NamedTuple):
    """A closure of the day: of a teacher, of another person, or of everyone if nobody is named."""

    name: str
    person: str
    teacher_id: int | None

    def __str__(self) -> str:
        text = _("{who} is away: {name}") if self.person else _("Closed: {name}")
        return text.format(who=self.person, name=self.name)


def day_of(
    request: HttpRequest, query: CalendarQuery, zone: str, day: date | None, by: str
) -> dict[str, Any]:
    """Return the context of ``day``, today by default. A constant number of queries."""
    name, zone_info = zone_shown(zone)
    today = today_in(zone_info)
    day = day or today
    shown_in = None if zone == OWN else zone_info
    lines = lines_of(request, query, day, day + DAY, shown_in)
    closures = _closures(query, day)
    states = [line.state for line in lines]
    counts = {"planned": sum(state in (PLANNED, "closed") for state in states)}
    counts["conflicts"] = states.count(CONFLICT)
    counts["stored"] = len(states) - sum(counts.values())
    now = timezone.now().astimezone(zone_info)
    minute = now.hour * 60 + now.minute if day == today else None
    # Time before this minute has passed.
    begin = MINUTES_A_DAY if day < today else -(-(minute or 0) // QUARTER) * QUARTER
    context: dict[str, Any] = {}
    columns: list[Column] = []
    if by == TEACHER:
        away = {each.teacher_id: each.name for each in closures if each.teacher_id is not None}
        columns = columns_of_teachers(request, query, lines, day, shown_in, away)
        is_open = all(each.person for each in closures)
        if is_open and replace(query, teacher_id=None) == CalendarQuery():
            offer_unknown_hours(columns, query, day, shown_in, begin)
        closures = [each for each in closures if each.teacher_id is None]
    elif by == ROOM:
        columns = columns_of_rooms(request, query, lines, day, name, begin)
        context["has_rooms"] = has_rooms()
    else:
        context["blocks"] = blocks_of(lines, day)
    first, end = hours_of(columns)
    return context | {
        "by": by,
        "day": day,
        "today": today,
        "zone_name": name,
        "counts": counts,
        "closures": [str(each) for each in closures],
        "columns": columns,
        "first": first,
        "end": end,
        "hours": range(first, end, 60),
        "now": minute,
        "opens_at": _opens_at(columns, minute, first),
        "earlier": address_of(request, day - DAY),
        "later": address_of(request, day + DAY),
        "current": address_of(request, None),
    }


def _closures(query: CalendarQuery, day: date) -> list[Closed]:
    rows = closures_between(
        day, day + DAY, teacher_id=query.teacher_id, student_id=query.student_id
    )
    return [
        Closed(name, teacher or f"{given or ''} {family or ''}".strip(), teacher_id)
        for _pk, name, _first, _last, teacher_id, teacher, _student, given, family in rows
    ]


def _opens_at(columns: list[Column], now: int | None, first: int) -> int:
    """Return the minute that is shown first: the next lesson's, today, or the first one's."""
    starts = [
        block.start
        for column in columns
        for block in column.blocks
        if now is None or block.end > now
    ]
    return max(first, min(starts, default=first) - QUARTER)
