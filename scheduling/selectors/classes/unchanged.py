"""Series whose stored classes all stand as their rules say, those that plan alike together.

The database compares every column of every class to the rule that it came from; nothing is
trusted that is not looked at. What comes back is not a row a class, nor one a series, but one for
each kind of week: the planner is asked about a single series of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db import connection

from scheduling.domain.series import SeriesKind
from scheduling.domain.utc_offsets import OffsetTransitions
from scheduling.domain.wallclock import MINUTES_A_DAY
from scheduling.domain.windows import WEEK, Window, monday_of, week_number
from scheduling.selectors.studio import studio

from .sql import list_param
from .unchanged_sql import TURNS, statement

# Weeks are told as the bits of one number.
MOST_WEEKS = 62
_FAR = datetime.fromisoformat("9999-12-31")
SECONDS_A_DAY = 60 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class UnchangedGroup:
    """Series of one weekday, zone and rhythm, with classes in the same ``weeks`` (numbers).

    All are active and valid throughout the window; no closure of a single person's concerns them.
    ``ids``, ``student_ids`` and ``teacher_ids`` (0: none) are in parallel.
    """

    ids: list[int]
    student_ids: list[int]
    teacher_ids: list[int]
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ComparedWeeks:
    """Which classes count: all from the week of ``since``, a Monday, on.

    A series is left out where it has one before ``told`` or after it.
    """

    since: date
    window: Window
    told: Window

    @classmethod
    def of(cls, since: date, window: Window) -> "ComparedWeeks | None":
        """None where ``window`` has more weeks than can be told."""
        start = max(since, monday_of(window.start) - WEEK)
        told = Window(start, start + MOST_WEEKS * WEEK)
        return cls(since, window, told) if window.end <= told.end else None


def unchanged_groups(
    kind: SeriesKind,
    teacher_ids: list[int],
    student_ids: list[int],
    span: ComparedWeeks,
    zones: Mapping[str, OffsetTransitions],
) -> list[UnchangedGroup]:
    """Of these teachers, and of these students where they have no teacher.

    Series of a zone that is not among ``zones`` are left out, as is all that differs in whatever
    way. ``zones`` know the offsets of ``span.told``.
    """
    usable = {name: turns for name, turns in zones.items() if len(turns.at) <= TURNS}
    if not usable:
        return []
    found = _query(kind, True, teacher_ids, span, usable) if teacher_ids else []
    if student_ids and kind is SeriesKind.FIXED_SCHEDULE and studio().time_zone in usable:
        found += _query(kind, False, student_ids, span, usable)
    return found


def _query(
    kind: SeriesKind,
    taught: bool,
    owners: Iterable[int],
    span: ComparedWeeks,
    zones: Mapping[str, OffsetTransitions],
) -> list[UnchangedGroup]:
    params: dict[str, Any] = {
        "owners": list_param(owners),
        "since": str(span.since),
        "start": str(span.told.start),
        "end": str(span.told.end),
        "last": str(span.window.last),
        "studio": studio().time_zone,
    }
    values = [
        _zone_values(number, name, turns, params)
        for number, (name, turns) in enumerate(zones.items())
    ]
    sql = statement(kind, taught, ", ".join(values))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    first = week_number(span.told.start)
    return [
        UnchangedGroup(_ids(row[5]), _ids(row[6]), _ids(row[7]), _weeks(row[4], first))
        for row in rows
    ]


def _zone_values(number: int, name: str, turns: OffsetTransitions, params: dict[str, Any]) -> str:
    """A row of VALUES: in turn what to add to a local time of the zone, and until when."""
    postgresql = connection.vendor == "postgresql"
    until: list[Any] = [str(turn) if postgresql else _julian_day(turn) for turn in turns.at]
    until += [str(_FAR) if postgresql else _julian_day(_FAR)] * (TURNS - len(until))
    shifts: list[Any] = [
        f"{-offset:+d} seconds" if postgresql else -offset / SECONDS_A_DAY
        for offset in turns.offsets
    ]
    shifts += shifts[-1:] * (TURNS + 1 - len(shifts))
    row = [name, *chain(*zip(shifts, until, strict=False)), shifts[-1]]
    names = [f"z{number}_{column}" for column in range(len(row))]
    params |= dict(zip(names, row, strict=True))
    marks = [f"%({each})s" for each in names]
    if postgresql:
        types = ["text", *(["interval", "timestamp"] * TURNS), "interval"]
        marks = [f"{mark}::{type}" for mark, type in zip(marks, types, strict=True)]
    return f"({', '.join(marks)})"


def _julian_day(local: datetime) -> float:
    """As SQLite counts days; a little early, so that no rounding puts a local time before it."""
    seconds = 3600 * local.hour + 60 * local.minute + local.second
    return 1721424.5 + local.toordinal() + seconds / SECONDS_A_DAY - 1e-6


def _ids(listed: str) -> list[int]:
    return [int(id) for id in listed.strip("{}").split(",")]


def _weeks(bits: int, first: int) -> tuple[int, ...]:
    return tuple(first + n for n in range(MOST_WEEKS) if bits >> n & 1)
