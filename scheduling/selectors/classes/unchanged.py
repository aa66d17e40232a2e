"""Series whose stored classes all match their rules, grouped by what the planner would do.

The database compares every column of every class with its rule. The result has a row per group of
series rather than per class, and the planner examines a single series of each group.
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
from .unchanged_sql import MAX_TRANSITIONS, statement

# Weeks are the bits of a number.
MAX_WEEKS = 62
_FAR = datetime.fromisoformat("9999-12-31")
SECONDS_A_DAY = 60 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class UnchangedGroup:
    """Series of one weekday, zone and interval, with classes in the same ``weeks`` (week numbers).

    All are active and valid throughout the window, and no closure of one person affects them.
    ``ids``, ``student_ids`` and ``teacher_ids`` (0 for none) are parallel lists.
    """

    ids: list[int]
    student_ids: list[int]
    teacher_ids: list[int]
    weeks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ComparedWeeks:
    """The classes that are compared: those from the week of ``since``, a Monday, on.

    A series with a class outside of ``compared`` is omitted.
    """

    since: date
    window: Window
    compared: Window

    @classmethod
    def of(cls, since: date, window: Window) -> "ComparedWeeks | None":
        """Return the weeks to compare, or None if ``window`` has too many."""
        start = max(since, monday_of(window.start) - WEEK)
        compared = Window(start, start + MAX_WEEKS * WEEK)
        return cls(since, window, compared) if window.end <= compared.end else None


def unchanged_groups(
    kind: SeriesKind,
    teacher_ids: list[int],
    student_ids: list[int],
    span: ComparedWeeks,
    zones: Mapping[str, OffsetTransitions],
) -> list[UnchangedGroup]:
    """Return the unchanged series of these teachers, and of these students without a teacher.

    Series that differ in any way, or whose zone is not in ``zones``, are omitted. ``zones``
    contains the offsets during ``span.compared``.
    """
    usable = {
        name: transitions
        for name, transitions in zones.items()
        if len(transitions.at) <= MAX_TRANSITIONS
    }
    if not usable:
        return []
    groups = _query(kind, True, teacher_ids, span, usable) if teacher_ids else []
    if student_ids and kind is SeriesKind.FIXED_SCHEDULE and studio().time_zone in usable:
        groups += _query(kind, False, student_ids, span, usable)
    return groups


def _query(
    kind: SeriesKind,
    with_teacher: bool,
    owners: Iterable[int],
    span: ComparedWeeks,
    zones: Mapping[str, OffsetTransitions],
) -> list[UnchangedGroup]:
    params: dict[str, Any] = {
        "owners": list_param(owners),
        "since": str(span.since),
        "start": str(span.compared.start),
        "end": str(span.compared.end),
        "last": str(span.window.last),
        "studio": studio().time_zone,
    }
    values = [
        _zone_values(number, name, transitions, params)
        for number, (name, transitions) in enumerate(zones.items())
    ]
    sql = statement(kind, with_teacher, ", ".join(values))
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    first = week_number(span.compared.start)
    return [
        UnchangedGroup(_ids(row[5]), _ids(row[6]), _ids(row[7]), _weeks(row[4], first))
        for row in rows
    ]


def _zone_values(
    number: int, name: str, transitions: OffsetTransitions, params: dict[str, Any]
) -> str:
    """Return a row of VALUES: shifts from local time to UTC, alternating with their ends."""
    postgresql = connection.vendor == "postgresql"
    until: list[Any] = [
        str(transition) if postgresql else _julian_day(transition) for transition in transitions.at
    ]
    until += [str(_FAR) if postgresql else _julian_day(_FAR)] * (MAX_TRANSITIONS - len(until))
    shifts: list[Any] = [
        f"{-offset:+d} seconds" if postgresql else -offset / SECONDS_A_DAY
        for offset in transitions.offsets
    ]
    shifts += shifts[-1:] * (MAX_TRANSITIONS + 1 - len(shifts))
    row = [name, *chain(*zip(shifts, until, strict=False)), shifts[-1]]
    names = [f"z{number}_{index}" for index in range(len(row))]
    params |= dict(zip(names, row, strict=True))
    marks = [f"%({column})s" for column in names]
    if postgresql:
        types = ["text", *(["interval", "timestamp"] * MAX_TRANSITIONS), "interval"]
        marks = [f"{mark}::{type}" for mark, type in zip(marks, types, strict=True)]
    return f"({', '.join(marks)})"


def _julian_day(local: datetime) -> float:
    """Return the Julian day of ``local``, slightly early, so that rounding can't exceed it."""
    seconds = 3600 * local.hour + 60 * local.minute + local.second
    return 1721424.5 + local.toordinal() + seconds / SECONDS_A_DAY - 1e-6


def _ids(listed: str) -> list[int]:
    return [int(id) for id in listed.strip("{}").split(",")]


def _weeks(bits: int, first: int) -> tuple[int, ...]:
    return tuple(first + n for n in range(MAX_WEEKS) if bits >> n & 1)
