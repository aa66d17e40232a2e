"""The columns of a day: teachers or rooms, with their lessons and their free time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from scheduling.admin.calendar.gaps import bounds_of, find_url, form_url, may_add_lessons
from scheduling.admin.calendar.lines import Line, hue_of, initials
from scheduling.admin.calendar.query import CalendarQuery
from scheduling.admin.core.display.links import may_find_times
from scheduling.domain.openings import Gap
from scheduling.domain.wallclock import MINUTES_A_DAY, zone_of
from scheduling.domain.windows import DAY
from scheduling.selectors.classes.calendar import teachers_to_choose
from scheduling.selectors.people import teacher_zones
from scheduling.selectors.rooms import rooms_to_choose
from scheduling.selectors.studio import studio
from scheduling.services.openings import SHORTEST_GAP, USUAL_HOURS, free_time

from .blocks import Block, blocks_of

MINUTE = timedelta(minutes=1)


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


def columns_of_teachers(
    request: HttpRequest,
    query: CalendarQuery,
    lines: list[Line],
    day: date,
    zone: ZoneInfo | None,
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
        pk: [place for gap in gaps if (place := _place_of_gap(gap, day, zones[pk], zone))]
        for pk, gaps in free.items()
    }
    wanted = {pk for pk in (*taught, *away, query.teacher_id) if pk}
    wanted |= {pk for pk, found in places.items() if found}
    may_add = may_add_lessons(request.user)
    columns = [
        Column(
            pk,
            name,
            blocks_of(taught.get(pk, ()), day),
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
        columns.append(Column(None, _("no teacher"), blocks_of(rest, day)))
    return columns


def offer_unknown_hours(
    columns: list[Column], query: CalendarQuery, day: date, zone: ZoneInfo | None, begin: int
) -> None:
    """Offer the time between the lessons of teachers whose hours are unknown, from ``begin`` on."""
    first, end = hours_of(columns)
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


def columns_of_rooms(
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
            blocks_of(used.get(pk, ()), day),
            form=form_url(query, day, room_id=pk) if may_add and is_active else "",
            has_hours=sees_all and is_active,
        )
        for pk, name, is_active in rooms_to_choose()
        if query.room_id in (None, pk) and (pk in used or (is_active and sees_all))
    ]
    if 0 in used and columns and query.room_id is None:
        columns.append(Column(None, _("no room"), blocks_of(used[0], day)))
    # The form is in the studio's zone as long as no teacher is chosen.
    if may_add and sees_all and zone_name == studio().time_zone:
        first, end = hours_of(columns)
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


def hours_of(columns: list[Column]) -> tuple[int, int]:
    """Return the whole hours in use, in minutes: those of lessons and of free time."""
    blocks = [(each.start, each.end) for column in columns for each in column.blocks]
    found = blocks + [(each.start, each.end) for column in columns for each in column.free]
    if not found:
        return USUAL_HOURS
    first, end = min(start for start, _end in found), max(end for _start, end in found)
    return first // 60 * 60, -(-end // 60) * 60
