"""What the table ``classes`` holds, as values of the domain."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.dateparse import parse_time

from scheduling.domain.draft import Want
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.stored import Attributes, Group, Holder, Stored
from scheduling.domain.wallclock import from_epoch, to_epoch
from scheduling.domain.windows import WEEK, week_number
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass

# How Python and SQL number the weeks: from Monday 0001-01-01.
_WEEK_NUMBER = {
    "postgresql": "(c.week - DATE '0001-01-01') / 7",
    "sqlite": "CAST((julianday(c.week) - 1721425.5) / 7 AS INTEGER)",
}
# date_part, as extract works in numeric, at several times the cost.
_EPOCH = {
    "postgresql": "date_part('epoch', c.{0})::bigint",
    "sqlite": "CAST(strftime('%%s', c.{0}) AS INTEGER)",
}
_ISO_WEEKDAY = {
    "postgresql": "(c.date - DATE '0001-01-01') %% 7 + 1",
    "sqlite": "(CAST(strftime('%%w', c.date) AS INTEGER) + 6) %% 7 + 1",
}
# As text, both of them: see _in_order.
_LIST = {"postgresql": "array_agg({0})::text", "sqlite": "group_concat({0})"}

# No person acted on the class; the same in SQL (below) and as a condition of the ORM.
UNTOUCHED = (
    Q(edited_at__isnull=True, attendance="", notes="")
    & ~Q(status=ClassStatus.COMPLETED)
    & (~Q(status=ClassStatus.CANCELLED) | Q(cancelled_by=CancelledBy.CLOSURE))
)

_PLAIN = """c.status = 'scheduled' AND c.edited_at IS NULL AND c.attendance = '' AND c.notes = ''
            AND c.occurrence_date = c.date"""


def stored_groups(kind: SeriesKind, ids: list[int], since: date) -> dict[int, list[Group]]:
    """Classes of these series from the week of ``since`` on, alike ones in one group.

    One row for each group instead of one for each class: that is what makes a run with nothing
    to do quick. ``since`` is a Monday.
    """
    vendor = connection.vendor
    source = f"{kind.value}_id"
    week, starts = _WEEK_NUMBER[vendor], _EPOCH[vendor].format("starts_at")
    sql = f"""
        SELECT c.{source}, {_PLAIN}, {_ISO_WEEKDAY[vendor]}, c.start_time, c.end_time,
               {_EPOCH[vendor].format("ends_at")} - {starts},
               c.time_zone, c.teacher_id, c.student_id, c.subject, c.is_shared,
               {_LIST[vendor].format(week)}, {_LIST[vendor].format(starts)}
        FROM {_classes_of(source, "c.week >= %s")}
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    """
    groups: defaultdict[int, list[Group]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_list_param(ids), since])
        for row in cursor:
            groups[row[0]].append(_group(row))
    return groups


def _classes_of(column: str, condition: str) -> str:
    """FROM: the classes ``c`` that meet ``condition``, looked up for each number of a list.

    One by one through an index that begins with ``column``, whatever the planner thinks. Right
    after a great many inserts PostgreSQL has no statistics of the table yet, and would sooner
    read all of it for every chunk: the time of a first run grew with the square of the studio.
    """
    if connection.vendor == "sqlite":
        return f"""json_each(%s) AS listed
            CROSS JOIN classes AS c ON c.{column} = listed.value AND {condition}"""
    return f"""unnest(%s::bigint[]) AS listed (value) CROSS JOIN LATERAL (
            SELECT * FROM classes AS c WHERE c.{column} = listed.value AND {condition} OFFSET 0
        ) AS c"""


def _list_param(ids: Iterable[int]) -> str:
    # Of PostgreSQL as well the text: psycopg takes longer over a list than the server does.
    text = ",".join(map(str, ids))
    return f"{{{text}}}" if connection.vendor == "postgresql" else f"[{text}]"


def _group(row: Sequence[Any]) -> Group:
    return Group(
        bool(row[1]),
        Attributes(
            row[2],
            _time(row[3]),
            _time(row[4]),
            row[5],
            row[6],
            row[7],
            row[8],
            row[9],
            bool(row[10]),
        ),
        *_in_order(row[11], row[12]),
    )


# Series of one weekday, time and zone have the same lists: few of them are read and sorted.
@lru_cache(maxsize=1 << 12)
def _in_order(weeks: str, starts: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Week numbers and starts in parallel, by week, from what the database lists."""
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


_COLUMNS = (
    "id",
    "fixed_schedule_id",
    "recurring_slot_id",
    "student_id",
    "teacher_id",
    "starts_at",
    "ends_at",
    "is_shared",
    "date",
    "start_time",
    "end_time",
    "time_zone",
)


def stored_rows(
    keys: Iterable[SeriesKey], since: date, until: date | None = None
) -> dict[SeriesKey, list[Stored]]:
    """Every class of these series from the week of ``since`` on, in full.

    To the week of ``until``, included, where that is given; both are Mondays.
    """
    ids: dict[SeriesKind, list[int]] = {kind: [] for kind in SeriesKind}
    for key in keys:
        ids[key.kind].append(key.id)
    found: defaultdict[SeriesKey, list[Stored]] = defaultdict(list)
    if not any(ids.values()):
        return found
    classes = ScheduledClass.objects.filter(
        Q(fixed_schedule_id__among=ids[SeriesKind.FIXED_SCHEDULE])
        | Q(recurring_slot_id__among=ids[SeriesKind.RECURRING_SLOT]),
        week__gte=since,
    )
    if until is not None:
        classes = classes.filter(week__lte=until)
    rows = classes.order_by("week", "id").values_list(
        *_COLUMNS,
        "week",
        "occurrence_date",
        "subject",
        "status",
        "closure_id",
        "cancelled_by",
        "attendance",
        "notes",
        "edited_at",
    )
    for row in rows:
        stored = _stored(row)
        found[stored.series].append(stored)
    return found


def _stored(row: Sequence[Any]) -> Stored:
    key = _series_key(row[1], row[2])
    assert key is not None
    return Stored(
        id=row[0],
        series=key,
        week=week_number(row[12]),
        occurrence_date=row[13],
        date=row[8],
        start_time=row[9],
        end_time=row[10],
        zone=row[11],
        starts=to_epoch(row[5]),
        ends=_epoch_up(row[6]),
        student_id=row[3],
        teacher_id=row[4],
        subject=row[14],
        is_shared=row[7],
        is_cancelled=row[15] == ClassStatus.CANCELLED,
        closure_id=row[16],
        edit=_edit(row),
    )


def _edit(row: Sequence[Any]) -> str:
    return edit_code(
        status=row[15],
        cancelled_by=row[17],
        attendance=row[18],
        notes=row[19],
        edited_at=row[20],
        is_elsewhere=row[8] != row[13],
    )


def edit_code(
    *,
    status: str,
    cancelled_by: str,
    attendance: str,
    notes: str,
    edited_at: datetime | None,
    is_elsewhere: bool,
) -> str:
    """What a person did to a class, as the code of a reason; empty while untouched.

    The same as ``UNTOUCHED``. ``is_elsewhere``: it is not on the date that its series gave it.
    """
    if status == ClassStatus.CANCELLED and cancelled_by != CancelledBy.CLOSURE:
        return "cancelled_by_hand"
    if status == ClassStatus.COMPLETED:
        return "completed"
    if attendance:
        return "attended"
    if edited_at is not None:
        return "moved_by_hand" if is_elsewhere else "edited_by_hand"
    return "noted" if notes else ""


def _series_key(fixed_schedule: int | None, recurring_slot: int | None) -> SeriesKey | None:
    if fixed_schedule is not None:
        return SeriesKey(SeriesKind.FIXED_SCHEDULE, fixed_schedule)
    if recurring_slot is not None:
        return SeriesKey(SeriesKind.RECURRING_SLOT, recurring_slot)
    return None


def _epoch_up(moment: datetime) -> int:
    return to_epoch(moment) + (1 if moment.microsecond else 0)


_ACTIVE = "c.status <> 'cancelled' AND c.starts_at >= %s AND c.starts_at < %s"


def busy_holders(wants: Sequence[Want]) -> list[Holder]:
    """The stored classes that may stand in the way of ``wants``.

    Active ones of the people concerned, from two days before the first to two days after the
    last: a class is at most one day long, and the compound key compares local dates, which lie
    up to 26 hours apart between zones.
    """
    if not wants:
        return []
    margin = WEEK / 7 * 2
    adapt = connection.ops.adapt_datetimefield_value
    span = [
        adapt(from_epoch(min(want.starts for want in wants)) - margin),
        adapt(from_epoch(max(want.ends for want in wants)) + margin),
    ]
    students = _list_param({want.series.student_id for want in wants})
    teachers = _list_param({id for want in wants if (id := want.series.teacher_id) is not None})
    columns = ", ".join(f"c.{name}" for name in _COLUMNS)
    sql = f"""
        SELECT {columns} FROM {_classes_of("teacher_id", _ACTIVE)}
        UNION ALL
        SELECT {columns} FROM {_classes_of("student_id", _ACTIVE)}
    """
    found: dict[int, Holder] = {}  # a class may be both a teacher's and a student's
    with connection.cursor() as cursor:
        cursor.execute(sql, [teachers, *span, students, *span])
        for row in cursor:
            if row[0] not in found:
                found[row[0]] = _holder(row)
    return list(found.values())


def _holder(row: Sequence[Any]) -> Holder:
    return Holder(
        row[0],
        _series_key(row[1], row[2]),
        row[3],
        row[4],
        to_epoch(_aware(row[5])),
        _epoch_up(_aware(row[6])),
        bool(row[7]),
        row[8],
        row[9],
        row[10],
        row[11],
    )


def _aware(moment: datetime) -> datetime:
    """SQLite keeps instants in UTC and doesn't say so."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
