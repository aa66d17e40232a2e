"""A day of the calendar: a column for each teacher or room, or a list in the order of time.

The page works without a script. With one, the columns become a grid: each lesson has its place in
minutes since midnight, and its lane among those at the same time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.links import may_find_times
from scheduling.domain.openings import Gap
from scheduling.domain.wallclock import MINUTES_A_DAY, zone_of
from scheduling.domain.windows import DAY
from scheduling.selectors.classes.calendar import closures_between, teachers_to_choose
from scheduling.selectors.people import teacher_zones
from scheduling.selectors.rooms import rooms_to_choose
from scheduling.selectors.studio import studio
from scheduling.services.openings import SHORTEST_GAP, USUAL_HOURS, free_time

from .gaps import bounds_of, find_url, form_url, may_add_lessons
from .lines import Line, hue_of, initials, lines_of
from .list_view import address_of, today_in, zone_shown
from .query import CONFLICT, OWN, PLANNED, ROOM, TEACHER, CalendarQuery

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Block:
    """A lesson, or a group lesson with several students. Minutes are since midnight."""

    lines: list[Line]
    start: int
    end: int
    lane: int = 0
    lanes: int = 1

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def is_group(self) -> bool:
        return len(self.lines) > 1

    @property
    def title(self) -> str:
        """“Choir · 4 students”."""
        count = len(self.lines)
        number = ngettext("%(n)d student", "%(n)d students", count) % {"n": count}
        return " · ".join(filter(None, (self.first.subject, number)))


@dataclass(frozen=True, slots=True)
class Free:
    """Free time, and the page that a click opens."""

    start: int
    end: int
    url: str

    @property
    def hours(self) -> str:
        """“17:00–19:15”."""
        texts = (f"{minute // 60:02}:{minute % 60:02}" for minute in (self.start, self.end))
        return "–".join(texts)


@dataclass(slots=True)
class Column:
    """A teacher or a room, or the lessons without one.

    ``form`` opens the form of a new lesson; ``has_hours``: the free time is known.
    """

    pk: int | None
    name: str
    blocks: list[Block]
    free: list[Free] = field(default_factory=list)
    form: str = ""
    away: str = ""
    has_hours: bool = False
    hue: str = ""
    initials: str = ""


def day_of(
    request: HttpRequest, query: CalendarQuery, zone: str, day: date | None, by: str
) -> dict[str, Any]:
    """Return the context of ``day``, today by default. A constant number of queries."""
    name, zone_info = zone_shown(zone)
    today = today_in(zone_info)
    day = day or today
    lines = lines_of(request, query, day, day + DAY, None if zone == OWN else zone_info)
    closures = closures_between(
        day, day + DAY, teacher_id=query.teacher_id, student_id=query.student_id
    )
    context: dict[str, Any] = {
        "by": by,
        "day": day,
        "today": today,
        "zone_name": name,
        "counts": {
            "planned": sum(line.state in (PLANNED, "closed") for line in lines),
            "conflicts": sum(line.state == CONFLICT for line in lines),
        },
        "closures": [
            (_("{who} is away: {name}") if who else _("Closed: {name}")).format(who=who, name=name)
            for who, name, teacher_id in map(_closure, closures)
            if by != TEACHER or teacher_id is None
        ],
        "earlier": address_of(request, day - DAY),
        "later": address_of(request, day + DAY),
        "current": address_of(request, None),
        "may_open_forms": may_add_lessons(request.user),
    }
    now = timezone.now().astimezone(zone_info)
    minute = now.hour * 60 + now.minute if day == today else None
    # Time before this minute has passed.
    begin = MINUTES_A_DAY if day < today else -(-(minute or 0) // 15) * 15
    context["counts"]["stored"] = len(lines) - sum(context["counts"].values())
    if by == TEACHER:
        away = {pk: name for _who, name, pk in map(_closure, closures) if pk is not None}
        columns = _teachers(request, query, lines, day, zone, zone_info, away)
        is_open = all(pk is not None or who for who, _name, pk in map(_closure, closures))
        if is_open and replace(query, teacher_id=None) == CalendarQuery():
            _offer_unknown_hours(columns, query, day, None if zone == OWN else zone_info, begin)
    elif by == ROOM:
        begin = 0 if minute is None else -(-minute // 15) * 15
        columns = _rooms(request, query, lines, day, name, MINUTES_A_DAY if day < today else begin)
    else:
        columns = []
        context["blocks"] = list(_blocks(lines, day))
    first, end = _hours(columns)
    return context | {
        "columns": columns,
        "first": first,
        "end": end,
        "hours": range(first, end, 60),
        "now": minute,
        "opens_at": _opens_at(columns, minute, first),
    }


def _closure(row: tuple[Any, ...]) -> tuple[str, str, int | None]:
    """Return the person, the name and the teacher's id of a closure."""
    _pk, name, _first, _last, teacher_id, teacher, _student, given, family = row
    return teacher or f"{given or ''} {family or ''}".strip(), name, teacher_id


def _blocks(lines: Iterable[Line], day: date) -> list[Block]:
    """Return the lessons in order, each group lesson as one, in lanes side by side."""
    blocks = []
    for _key, group in groupby(sorted(lines, key=_order), _place):
        found = list(group)
        start, end = found[0].minutes(day)
        if start < end:
            blocks.append(Block(found, start, end))
    _put_in_lanes(blocks)
    return blocks


def _place(line: Line) -> tuple[Any, ...]:
    """Return a key that the students of a group lesson share."""
    alone = "" if line.is_shared and line.teacher_id is not None else line.url
    return (
        *(line.start, line.end, line.teacher, line.teacher_id or 0),
        *(line.room_id or 0, line.takes_place, alone),
    )


def _order(line: Line) -> tuple[Any, ...]:
    return (*_place(line), line.student)


def _put_in_lanes(blocks: list[Block]) -> None:
    """Give blocks that overlap, which are in the order of their start, lanes of the same width."""
    ends: list[int] = []
    cluster: list[Block] = []
    for block in blocks:
        if cluster and block.start >= max(ends):
            ends, cluster = [], []
        free = next((lane for lane, end in enumerate(ends) if end <= block.start), len(ends))
        ends[free : free + 1] = [block.end]
        block.lane = free
        cluster.append(block)
        for each in cluster:
            each.lanes = len(ends)


def _teachers(
    request: HttpRequest,
    query: CalendarQuery,
    lines: list[Line],
    day: date,
    zone: str,
    zone_info: ZoneInfo,
    away: dict[int, str],
) -> list[Column]:
    """Return a column for each teacher with lessons or working hours on the day.

    The chosen teacher is always among them, and all active ones if there would be none.
    """
    known = [row for row in teachers_to_choose() if query.teacher_id in (None, row[0])]
    taught = {pk: list(group) for pk, group in groupby(sorted(lines, key=_teacher), _teacher)}
    active = [pk for pk, _name, is_active in known if is_active]
    free = _free_time(request, active, day) if query.student_id is None else {}
    zones = teacher_zones(free)
    places = {
        pk: [
            place
            for gap in gaps
            if (place := _place_of_gap(gap, day, zones[pk], None if zone == OWN else zone_info))
        ]
        for pk, gaps in free.items()
    }
    wanted = {pk for pk in (*taught, *away, query.teacher_id) if pk}
    wanted |= {pk for pk, found in places.items() if found}
    may_add = may_add_lessons(request.user)
    columns = [
        Column(
            pk,
            name,
            _blocks(taught.get(pk, ()), day),
            [
                Free(start, end, _gap_url(gap, hours, pk, query, may_add))
                for start, end, gap, hours in places.get(pk, ())
            ],
            form=form_url(query, day, teacher_id=pk) if may_add and is_active else "",
            away=away.get(pk, ""),
            has_hours=pk in free,
            hue=hue_of(pk),
            initials=initials(name),
        )
        for pk, name, is_active in known
        if pk in wanted or (not wanted and is_active)
    ]
    if rest := taught.get(0):
        columns.append(Column(None, _("no teacher"), _blocks(rest, day)))
    return columns


def _offer_unknown_hours(
    columns: list[Column], query: CalendarQuery, day: date, zone: ZoneInfo | None, begin: int
) -> None:
    """Offer the time between the lessons of teachers whose hours are unknown, from ``begin`` on."""
    first, end = _hours(columns)
    unknown = [each for each in columns if each.form and not each.has_hours and not each.away]
    zones = teacher_zones(column.pk for column in unknown)
    for column in unknown:
        shift = 0
        if zone is not None:
            noon = datetime.combine(day, time(12), zone)
            theirs = noon.astimezone(zone_of(zones[column.pk or 0]))
            shift = int((theirs.replace(tzinfo=None) - noon.replace(tzinfo=None)) / MINUTE)
        for start, until in _between(column.blocks, max(first, begin), end):
            # The date of the form is the teacher's.
            hours = start + shift, until + shift
            if hours[0] >= 0 and hours[1] <= MINUTES_A_DAY:
                url = form_url(query, day, teacher_id=column.pk, hours=hours)
                column.free.append(Free(start, until, url))


def _teacher(line: Line) -> int:
    return line.teacher_id or 0


def _free_time(request: HttpRequest, teacher_ids: list[int], day: date) -> dict[int, list[Gap]]:
    """Return the free time around ``day`` of the teachers whose hours are known."""
    if not teacher_ids or not may_find_times(request.user):
        return {}
    try:
        return free_time(teacher_ids, day - DAY, day + DAY, timezone.now())
    except ValidationError:
        return {}  # too many teachers


Place = tuple[int, int, Gap, tuple[int, int]]


def _place_of_gap(gap: Gap, day: date, teacher_zone: str, zone: ZoneInfo | None) -> Place | None:
    """Return the part of ``gap`` on ``day``: its minutes in ``zone``, and the teacher's own."""
    start, end = gap.start, gap.end
    if zone is None:
        shift = (gap.day - day).days * MINUTES_A_DAY
    else:
        shown = bounds_of(gap, teacher_zone)[0].astimezone(zone)
        minute = (shown.date() - day).days * MINUTES_A_DAY + shown.hour * 60 + shown.minute
        shift = minute - start
    first, last = max(0, start + shift), min(MINUTES_A_DAY, end + shift)
    if last - first < SHORTEST_GAP:
        return None
    return first, last, gap, (first - shift, last - shift)


def _gap_url(
    gap: Gap, hours: tuple[int, int], teacher_id: int, query: CalendarQuery, may_add: bool
) -> str:
    if may_add:
        return form_url(query, gap.day, teacher_id=teacher_id, hours=hours)
    return find_url(gap, teacher_id, query)


def _rooms(
    request: HttpRequest,
    query: CalendarQuery,
    lines: list[Line],
    day: date,
    zone_name: str,
    begin: int,
) -> list[Column]:
    """Return a column for each room. One without lessons is shown if all of them are seen.

    Time before the minute ``begin`` has passed.
    """
    lines = [line for line in lines if line.takes_place]
    used = {pk: list(group) for pk, group in groupby(sorted(lines, key=_room), _room)}
    sees_all = query == CalendarQuery(room_id=query.room_id)
    may_add = may_add_lessons(request.user)
    columns = [
        Column(
            pk,
            name,
            _blocks(used.get(pk, ()), day),
            form=form_url(query, day, room_id=pk) if may_add and is_active else "",
            has_hours=sees_all and is_active,
        )
        for pk, name, is_active in rooms_to_choose()
        if query.room_id in (None, pk) and (pk in used or (is_active and sees_all))
    ]
    if 0 in used and columns and query.room_id is None:
        columns.append(Column(None, _("no room"), _blocks(used[0], day)))
    # The form is in the studio's zone as long as no teacher is chosen.
    if may_add and sees_all and zone_name == studio().time_zone:
        first, end = _hours(columns)
        for column in columns:
            column.free = [
                Free(*gap, form_url(query, day, room_id=column.pk, hours=gap))
                for gap in _between(column.blocks, max(first, begin), end)
                if column.form
            ]
    return columns


def _room(line: Line) -> int:
    return line.room_id or 0


def _between(blocks: list[Block], first: int, end: int) -> Iterable[tuple[int, int]]:
    """Yield the minutes from ``first`` to ``end`` that no block takes."""
    for block in blocks:
        if block.start - first >= SHORTEST_GAP:
            yield first, block.start
        first = max(first, block.end)
    if end - first >= SHORTEST_GAP:
        yield first, end


def _hours(columns: list[Column]) -> tuple[int, int]:
    """Return the whole hours in use, in minutes: those of lessons and of free time."""
    found = [each for column in columns for each in (*column.blocks, *column.free)]
    if not found:
        return USUAL_HOURS
    first, end = min(each.start for each in found), max(each.end for each in found)
    return first // 60 * 60, -(-end // 60) * 60


def _opens_at(columns: list[Column], now: int | None, first: int) -> int:
    """Return the minute that is shown first: the next lesson's, today, or the first one's."""
    starts = [
        block.start
        for column in columns
        for block in column.blocks
        if now is None or block.end > now
    ]
    return max(first, min(starts, default=first) - 15)
