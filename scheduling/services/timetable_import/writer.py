"""Writes what a matching found missing: people first, then their rules."""

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from scheduling.db.bulk_insert import among, in_batches, insert
from scheduling.domain.wallclock import add_minutes
from scheduling.domain.windows import DAY
from scheduling.models import FixedSchedule, RecurringSlot, Student, Teacher, audit
from scheduling.services.schedule_changes import ChangeContext, EndSeries, ReplaceFromDate
from scheduling.services.timetable_import.matching.existing import TABLES, ExistingRule
from scheduling.services.timetable_import.matching.match import MatchResult
from scheduling.services.timetable_import.reading.imported_rule import ImportedRule, StudentName

from .timetable import Timetable

Row = TypeVar("Row", bound=Model)

_MICROSECOND = timedelta(microseconds=1)
# Objects of models are large: few of them exist at a time.
_ROWS_A_BATCH = 5_000


def apply(timetable: Timetable, matching: MatchResult, now: datetime, today: date) -> None:
    """Write it, in the caller's transaction.

    Among lessons that collide the older rule wins: a microsecond between them keeps the order
    of the file across both tables.
    """
    teachers = matching.teachers | _insert_teachers(timetable, matching, now)
    students = matching.students | _insert_students(timetable, matching, now)
    _set_start_dates(matching)
    _end_and_replace(matching, teachers, ChangeContext(today, now, ""))
    rules = enumerate(matching.new_rules)
    for batch in in_batches(rules, _ROWS_A_BATCH):
        fixed: list[FixedSchedule] = []
        slots: list[RecurringSlot] = []
        for position, (rule, key) in batch:
            made_at = now + position * _MICROSECOND
            student_id = students[rule.student]
            if rule.place.teacher:
                teacher_id = teachers[rule.place.teacher]
                slots.append(_slot(rule, key, student_id, teacher_id, made_at, today))
            else:
                fixed.append(_fixed_schedule(rule, key, student_id, made_at, today))
        _insert(fixed)
        _insert(slots)
    _adopt(matching)


def _insert_teachers(timetable: Timetable, matching: MatchResult, now: datetime) -> dict[str, int]:
    rows = _insert(
        [
            Teacher(name=name, time_zone=entry.zone, is_active=True, created_at=now)
            for name, entry in timetable.teachers.items()
            if name not in matching.teachers
        ]
    )
    return {row.name: row.pk for row in rows}


def _insert_students(
    timetable: Timetable, matching: MatchResult, now: datetime
) -> dict[StudentName, int]:
    ids: dict[StudentName, int] = {}
    missing = (name for name in timetable.students if name not in matching.students)
    for names in in_batches(missing, _ROWS_A_BATCH):
        rows = _insert(
            [
                Student(
                    email=name.email,
                    first_name=name.first_name,
                    last_name=name.last_name,
                    start_date=matching.start_dates[name],
                    is_active=True,
                    created_at=now,
                )
                for name in names
            ]
        )
        ids.update((name, row.pk) for name, row in zip(names, rows, strict=True))
    return ids


def _insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Insert rows of one model, each with an entry of the audit log."""
    inserted = insert(rows)
    insert(audit.entries((None, row) for row in inserted))
    return inserted


def _set_start_dates(matching: MatchResult) -> None:
    starts = {
        matching.students[name]: start
        for name, start in matching.start_dates.items()
        if name in matching.students
    }
    before = list(among(Student.objects.all(), "pk", starts))
    after = [copy(student) for student in before]
    for student in after:
        student.start_date = starts[student.pk]
    Student.objects.bulk_update(after, ["start_date"], batch_size=500)
    insert(audit.entries(zip(before, after, strict=True)))


def _fixed_schedule(
    rule: ImportedRule, key: str, student_id: int, made_at: datetime, today: date
) -> FixedSchedule:
    return FixedSchedule(
        student=_named_student(rule, student_id),
        end_time=add_minutes(rule.place.start_time, rule.duration_minutes),
        **_shared_columns(rule, key, made_at, today),
    )


def _slot(
    rule: ImportedRule, key: str, student_id: int, teacher_id: int, made_at: datetime, today: date
) -> RecurringSlot:
    return RecurringSlot(
        student=_named_student(rule, student_id),
        teacher=Teacher(pk=teacher_id, name=rule.place.teacher),
        duration_minutes=rule.duration_minutes,
        booked_at=made_at,
        **_shared_columns(rule, key, made_at, today),
    )


def _named_student(rule: ImportedRule, student_id: int) -> Student:
    """The student as the audit log names them, without a query for each."""
    name = rule.student
    return Student(pk=student_id, first_name=name.first_name, last_name=name.last_name)


def _shared_columns(
    rule: ImportedRule, key: str, made_at: datetime, today: date
) -> dict[str, object]:
    return {
        "weekday": rule.place.weekday,
        "start_time": rule.place.start_time,
        "interval_weeks": rule.interval_weeks,
        "subject": rule.subject,
        "is_shared": rule.is_shared,
        "valid_from": rule.valid_from or today,
        "valid_until": rule.valid_until,
        "import_key": key,
        "import_until": rule.valid_until,
        "created_at": made_at,
    }


def _end_and_replace(
    matching: MatchResult, teachers: dict[str, int], moment: ChangeContext
) -> None:
    """What goes on changes as it does by hand: its classes are as they are until the next run."""
    for ending in matching.ended:
        day = ending.rule.valid_until
        assert day is not None
        EndSeries(ending.stored.series, day).write(moment)
        _note(ending.stored, import_key=ending.key, import_until=day)
    for one in matching.replaced:
        day = one.rule.valid_from
        assert day is not None
        ReplaceFromDate(one.stored.series, day, _values(one.rule, one.key, teachers)).write(moment)
        if one.closes:
            named = {"import_key": one.old_key} if one.old_key else {}
            _note(one.stored, import_until=day - DAY, **named)


def _note(stored: ExistingRule, **values: Any) -> None:
    stored.table._default_manager.filter(pk=stored.id).update(**values)


def _values(rule: ImportedRule, key: str, teachers: dict[str, int]) -> dict[str, Any]:
    """All that a row says, as the columns of its table."""
    start = rule.place.start_time
    values: dict[str, Any] = {
        "weekday": rule.place.weekday,
        "start_time": start,
        "interval_weeks": rule.interval_weeks,
        "subject": rule.subject,
        "is_shared": rule.is_shared,
        "valid_until": rule.valid_until,
        "import_key": key,
        "import_until": rule.valid_until,
    }
    if rule.place.teacher:
        return values | {
            "teacher_id": teachers[rule.place.teacher],
            "duration_minutes": rule.duration_minutes,
        }
    return values | {"end_time": add_minutes(start, rule.duration_minutes)}


def _adopt(matching: MatchResult) -> None:
    """Leave the key on rules that a person made: from now on an edit of them is noticed."""
    for table in TABLES:
        rows: list[Any] = [
            table(pk=rule.id, import_key=key, import_until=rule.rule.valid_until)
            for rule, key in matching.adopted
            if rule.table is table and rule.import_key != key
        ]
        fields = ["import_key", "import_until"]
        table._default_manager.bulk_update(rows, fields, batch_size=500)
