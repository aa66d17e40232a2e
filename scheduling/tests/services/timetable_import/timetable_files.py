"""Helpers that build and import timetable files."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher
from scheduling.services.timetable_import import Answers, ImportReport, import_timetable

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
COLUMNS = (
    "teacher",
    "teacher_time_zone",
    "student_first_name",
    "student_last_name",
    "student_email",
    "days",
    "start_time",
    "end_time",
    "duration_minutes",
    "subject",
    "valid_from",
    "valid_until",
    "is_shared",
    "interval_weeks",
)
ROW = {
    "teacher": "Clara",
    "teacher_time_zone": "Europe/Madrid",
    "student_first_name": "Ana",
    "student_last_name": "Pérez",
    "student_email": "ana@example.com",
    "days": "1",
    "start_time": "17:00",
    "end_time": "18:00",
    "subject": "Piano",
    "valid_from": "2026-01-05",
}
NO_TEACHER = {"teacher": "", "teacher_time_zone": ""}
ANSWERS = {"dates", "times", "people"}
TABLES = (Teacher, Student, FixedSchedule, RecurringSlot)


def row(**changes: str) -> dict[str, str]:
    """Return a valid row with some cells changed."""
    return ROW | changes


def csv_bytes(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> bytes:
    if any("replaces" in line for line in rows):
        columns = (*columns, "replaces")
    if any("room" in line for line in rows):
        columns = (*columns, "room")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def imported(data: bytes | dict[str, str], *more: dict[str, str], **options: Any) -> ImportReport:
    """Import a file, given as bytes or rows; return the report."""
    if isinstance(data, dict):
        data = csv_bytes(data, *more)
    answers = Answers(**{name: options.pop(name) for name in ANSWERS & options.keys()})
    return import_timetable(io.BytesIO(data), **({"now": NOW, "answers": answers} | options))


def places(report: ImportReport) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.column) for fault in report.faults]


def everything() -> list[Any]:
    """Return all rows of the four tables, to check that nothing was changed."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def nothing_stored() -> bool:
    return not any(table.objects.exists() for table in TABLES)
