"""Inserts new classes: with COPY on PostgreSQL, with executemany on SQLite."""

from collections.abc import Iterable, Iterator
from datetime import date, time
from functools import lru_cache
from typing import Any

from django.db import connection

from scheduling.db.connection import copying
from scheduling.domain.planning import PlannedClass
from scheduling.domain.series import Series, SeriesKind
from scheduling.domain.wallclock import from_epoch
from scheduling.domain.windows import monday_of

_COLUMNS = (
    "student_id, teacher_id, room_id, fixed_schedule_id, recurring_slot_id, week, "
    "occurrence_date, date, start_time, end_time, time_zone, starts_at, ends_at, subject, "
    "is_shared, created_by_run_id"
)
# Lines sent at once: few calls, bounded memory.
_LINES_A_BUFFER = 2_000
_NULL = r"\N"


def insert_classes(planned_classes: Iterable[PlannedClass], run_id: int | None) -> None:
    """Insert ``planned_classes`` in their order, as created by the run ``run_id``.

    Raises IntegrityError if a constraint is violated.
    """
    if connection.vendor == "postgresql":
        _copy(planned_classes, run_id)
    else:
        _executemany(planned_classes, run_id)


def _copy(planned_classes: Iterable[PlannedClass], run_id: int | None) -> None:
    with copying("classes", _COLUMNS) as copy:
        for buffer in _buffers(_lines(planned_classes, run_id)):
            copy.write(buffer)


def _buffers(lines: Iterator[str]) -> Iterator[str]:
    buffer: list[str] = []
    for line in lines:
        buffer.append(line)
        if len(buffer) >= _LINES_A_BUFFER:
            yield "".join(buffer)
            buffer.clear()
    yield "".join(buffer)


def _lines(planned_classes: Iterable[PlannedClass], run_id: int | None) -> Iterator[str]:
    """Yield lines in COPY's text format: tabs between columns, ``\\N`` for NULL, escapes."""
    run = _NULL if run_id is None else str(run_id)
    shared: dict[int, tuple[str, str, str]] = {}  # the parts that all lines of a series share
    for planned in planned_classes:
        series = planned.series
        parts = shared.get(id(series))
        if parts is None:
            parts = shared[id(series)] = _shared_text(series, run)
        head, middle, tail = parts
        starts, ends = _instant_text(planned.starts), _instant_text(planned.ends)
        yield f"{head}{_date_text(planned.day)}{middle}{starts}+00\t{ends}+00{tail}"


def _shared_text(series: Series, run: str) -> tuple[str, str, str]:
    teacher = _NULL if series.teacher_id is None else str(series.teacher_id)
    room = _NULL if series.room_id is None else str(series.room_id)
    sources = f"{series.id}\t{_NULL}"
    if series.kind is SeriesKind.RECURRING_SLOT:
        sources = f"{_NULL}\t{series.id}"
    return (
        f"{series.student_id}\t{teacher}\t{room}\t{sources}\t",
        f"\t{series.start_time}\t{series.end_time}\t{series.zone}\t",
        f"\t{_escaped(series.subject)}\t{'t' if series.is_shared else 'f'}\t{run}\n",
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


@lru_cache(maxsize=4096)
def _date_text(day: date) -> str:
    return f"{monday_of(day)}\t{day}\t{day}"


@lru_cache(maxsize=1 << 14)
def _instant_text(seconds: int) -> str:
    """Return an instant in UTC in the format of both databases, without offset."""
    return f"{from_epoch(seconds):%Y-%m-%d %H:%M:%S}"


def _executemany(planned_classes: Iterable[PlannedClass], run_id: int | None) -> None:
    marks = ", ".join(["%s"] * (_COLUMNS.count(",") + 1))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO classes ({_COLUMNS}) VALUES ({marks})",
            list(_rows(planned_classes, run_id)),
        )


def _rows(planned_classes: Iterable[PlannedClass], run_id: int | None) -> Iterator[tuple[Any, ...]]:
    shared: dict[int, tuple[tuple[Any, ...], ...]] = {}  # the parts that all rows of a series share
    for planned in planned_classes:
        series = planned.series
        parts = shared.get(id(series))
        if parts is None:
            parts = shared[id(series)] = _shared_values(series, run_id)
        head, middle, tail = parts
        instants = (_instant_text(planned.starts), _instant_text(planned.ends))
        yield (*head, *_date_values(planned.day), *middle, *instants, *tail)


def _shared_values(series: Series, run_id: int | None) -> tuple[tuple[Any, ...], ...]:
    slot = series.kind is SeriesKind.RECURRING_SLOT
    sources = (None, series.id) if slot else (series.id, None)
    return (
        (series.student_id, series.teacher_id, series.room_id, *sources),
        (_time_text(series.start_time), _time_text(series.end_time), series.zone),
        (series.subject, series.is_shared, run_id),
    )


@lru_cache(maxsize=4096)
def _date_values(day: date) -> tuple[str, str, str]:
    return str(monday_of(day)), str(day), str(day)


@lru_cache(maxsize=2048)
def _time_text(value: time) -> str:
    return str(value)
