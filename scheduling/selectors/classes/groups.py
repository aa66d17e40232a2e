"""Stored classes of a series, grouped if they are alike."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, time
from functools import lru_cache

from django.db import connection
from django.utils.dateparse import parse_time

from scheduling.domain.existing_classes import ClassAttributes, ClassGroup
from scheduling.domain.series import SeriesKind
from scheduling.domain.windows import LAST_DATE

from .manual_edits import UNMARKED_SQL
from .sql import classes_of, list_param

# Weeks are numbered from Monday 0001-01-01, as in Python.
_WEEK_NUMBER = {
    "postgresql": "(c.week - DATE '0001-01-01') / 7",
    "sqlite": "CAST((julianday(c.week) - 1721425.5) / 7 AS INTEGER)",
}
# date_part, because extract computes numeric values, which takes several times as long.
_EPOCH = {
    "postgresql": "date_part('epoch', c.{0})::bigint",
    "sqlite": "CAST(strftime('%%s', c.{0}) AS INTEGER)",
}
_ISO_WEEKDAY = {
    "postgresql": "(c.date - DATE '0001-01-01') %% 7 + 1",
    "sqlite": "(CAST(strftime('%%w', c.date) AS INTEGER) + 6) %% 7 + 1",
}
# Both as text: see _in_order.
_LIST = {"postgresql": "array_agg({0})::text", "sqlite": "group_concat({0})"}

_PLAIN = f"c.status = 'scheduled' AND {UNMARKED_SQL} AND c.occurrence_date = c.date"


def stored_groups(
    kind: SeriesKind, ids: list[int], since: date, until: date | None = None
) -> dict[int, list[ClassGroup]]:
    """Return the groups of classes of these series from the week of ``since`` to that of ``until``.

    Both are Mondays; without ``until`` there is no upper bound. The result has a row per group
    instead of per class, which keeps a run without changes fast.
    """
    vendor = connection.vendor
    source = f"{kind.value}_id"
    week, starts = _WEEK_NUMBER[vendor], _EPOCH[vendor].format("starts_at")
    sql = f"""
        SELECT c.{source}, {_PLAIN}, {_ISO_WEEKDAY[vendor]}, c.start_time, c.end_time,
               {_EPOCH[vendor].format("ends_at")} - {starts},
               c.time_zone, c.teacher_id, c.student_id, c.subject, c.is_shared, c.room_id,
               {_LIST[vendor].format(week)}, {_LIST[vendor].format(starts)}
        FROM {classes_of(source, "c.week BETWEEN %s AND %s")}
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
    """
    groups: defaultdict[int, list[ClassGroup]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list_param(ids), since, until or LAST_DATE])
        for series_id, is_plain, *values, weeks, start_times in cursor:
            values[1:3] = map(_time, values[1:3])
            values[-2] = bool(values[-2])
            attributes = ClassAttributes._make(values)
            group = ClassGroup(bool(is_plain), attributes, *_in_order(weeks, start_times))
            groups[series_id].append(group)
    return groups


# Series of one weekday, time and zone have the same lists, so few are parsed and sorted.
@lru_cache(maxsize=1 << 12)
def _in_order(weeks: str, starts: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return week numbers and starts as parallel tuples, ordered by week."""
    pairs = sorted(zip(_numbers(weeks), _numbers(starts), strict=True))
    return tuple(week for week, _ in pairs), tuple(start for _, start in pairs)


def _numbers(listed: str) -> Iterable[int]:
    return map(int, listed.strip("{}").split(","))


def _time(value: time | str) -> time:
    if isinstance(value, time):
        return value
    parsed = parse_time(value)
    assert parsed is not None
    return parsed
