"""Writes the missing people and rules of a matched timetable, people first."""

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Model

from scheduling.db.bulk_insert import among, in_batches, insert
from scheduling.domain.wallclock import add_minutes
from scheduling.domain.windows import DAY
from scheduling.models import (
    FixedSchedule,
    Guardian,
    RecurringSlot,
    Room,
    Student,
    StudentGuardian,
    Teacher,
    audit,
)
from scheduling.services.schedule_changes import ChangeContext, EndSeries, ReplaceFromDate
from scheduling.services.timetable_import.matching.existing import TABLES, ExistingRule
from scheduling.services.timetable_import.matching.guardians import NewGuardian
from scheduling.services.timetable_import.matching.match import MatchResult
from scheduling.services.timetable_import.reading.imported_rule import ImportedRule, StudentName

from .timetable import Timetable

Row = TypeVar("Row", bound=Model)

_MICROSECOND = timedelta(microseconds=1)
# Limits the memory for model instances.
_BATCH_SIZE = 5_000


def apply(timetable: Timetable, matching: MatchResult, now: datetime, today: date) -> None:
    """Write the timetable, in the caller's transaction.

    In a conflict the older rule wins; created_at values a microsecond apart keep the order of the
    file across both tables.
    """
    teachers = matching.teachers | _insert_teachers(timetable, matching, now)
    rooms = matching.rooms | _insert_rooms(timetable, matching, now)
    students = matching.students | _insert_students(timetable, matching, now)
    _insert_guardians(matching, students, now)
    _set_start_dates(matching)
    _end_and_replace(matching, teachers, rooms, ChangeContext(today, now, ""))
    _give_rooms(matching, rooms)
    rules = enumerate(matching.new_rules)
    for batch in in_batches(rules, _BATCH_SIZE):
        fixed: list[FixedSchedule] = []
        slots: list[RecurringSlot] = []
        for position, (rule, key) in batch:
            created_at = now + position * _MICROSECOND
            student_id = students[rule.student]
            room = Room(pk=rooms[rule.room_key], name=rule.room) if rule.room else None
            if rule.identity.teacher:
                teacher_id = teachers[rule.identity.teacher]
                slots.append(_slot(rule, key, student_id, teacher_id, room, created_at, today))
            else:
                fixed.append(_fixed_schedule(rule, key, student_id, room, created_at, today))
        _insert(fixed)
        _insert(slots)
    _set_import_keys(matching)


def _insert_teachers(timetable: Timetable, matching: MatchResult, now: datetime) -> dict[str, int]:
    rows = _insert(
        [
            Teacher(name=name, time_zone=entry.zone, is_active=True, created_at=now)
            for name, entry in timetable.teachers.items()
            if name not in matching.teachers
        ]
    )
    return {row.name: row.pk for row in rows}


def _insert_rooms(timetable: Timetable, matching: MatchResult, now: datetime) -> dict[str, int]:
    rows = _insert(
        [
            Room(name=entry.name, name_key=key, is_active=True, created_at=now)
            for key, entry in timetable.rooms.items()
            if key not in matching.rooms
        ]
    )
    return {row.name_key: row.pk for row in rows}


def _insert_students(
    timetable: Timetable, matching: MatchResult, now: datetime
) -> dict[StudentName, int]:
    ids: dict[StudentName, int] = {}
    missing = (name for name in timetable.students if name not in matching.students)
    for names in in_batches(missing, _BATCH_SIZE):
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


def _insert_guardians(
    matching: MatchResult, students: dict[StudentName, int], now: datetime
) -> None:
    match = matching.guardians
    rows = []
    for new in match.new:
        email, name = new.guardian
        first_name, _space, last_name = name.partition(" ")
        rows.append(
            Guardian(first_name=first_name, last_name=last_name, email=email, created_at=now)
        )
    created = {new: row.pk for new, row in zip(match.new, _insert(rows), strict=True)}
    links = []
    for student, guardian in match.links:
        pk = match.ids.get(guardian) or created[NewGuardian.of(student, guardian)]
        links.append(
            StudentGuardian(
                student=_with_name(student, students[student]),
                guardian=Guardian(pk=pk, first_name=guardian.name),
            )
        )
    _insert(links)


def _insert(rows: Sequence[Row]) -> Sequence[Row]:
    """Insert rows of one model, with their audit log entries."""
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
    rule: ImportedRule,
    key: str,
    student_id: int,
    room: Room | None,
    created_at: datetime,
    today: date,
) -> FixedSchedule:
    return FixedSchedule(
        student=_with_name(rule.student, student_id),
        end_time=add_minutes(rule.identity.start_time, rule.duration_minutes),
        **_shared_columns(rule, key, room, created_at, today),
    )


def _slot(
    rule: ImportedRule,
    key: str,
    student_id: int,
    teacher_id: int,
    room: Room | None,
    created_at: datetime,
    today: date,
) -> RecurringSlot:
    return RecurringSlot(
        student=_with_name(rule.student, student_id),
        teacher=Teacher(pk=teacher_id, name=rule.identity.teacher),
        duration_minutes=rule.duration_minutes,
        booked_at=created_at,
        **_shared_columns(rule, key, room, created_at, today),
    )


def _with_name(name: StudentName, student_id: int) -> Student:
    """Return an unsaved student with the name for the audit log, which saves a query."""
    return Student(pk=student_id, first_name=name.first_name, last_name=name.last_name)


def _shared_columns(
    rule: ImportedRule, key: str, room: Room | None, created_at: datetime, today: date
) -> dict[str, object]:
    return {
        "room": room,
        "import_room": rule.room_key,
        "weekday": rule.identity.weekday,
        "start_time": rule.identity.start_time,
        "interval_weeks": rule.interval_weeks,
        "subject": rule.subject,
        "is_shared": rule.is_shared,
        "valid_from": rule.valid_from or today,
        "valid_until": rule.valid_until,
        "import_key": key,
        "import_until": rule.valid_until,
        "created_at": created_at,
    }


def _end_and_replace(
    matching: MatchResult,
    teachers: dict[str, int],
    rooms: dict[str, int],
    context: ChangeContext,
) -> None:
    """End and replace rules as a manual change does; the next run updates their classes."""
    for ending in matching.ended:
        day = ending.rule.valid_until
        assert day is not None
        EndSeries(ending.existing.series, day).write(context)
        _update(ending.existing, import_key=ending.key, import_until=day)
    for change in matching.replaced:
        day = change.rule.valid_from
        assert day is not None
        values = _values(change.rule, change.key, teachers, rooms)
        ReplaceFromDate(change.existing.series, day, values).write(context)
        if change.keeps_existing:
            old_key = {"import_key": change.old_key} if change.old_key else {}
            _update(change.existing, import_until=day - DAY, **old_key)


def _give_rooms(matching: MatchResult, rooms: dict[str, int]) -> None:
    """Give stored rules their first room; the next run updates their classes."""
    for change in matching.roomed:
        row: Any = change.existing.table._default_manager.get(pk=change.existing.id)
        row.room_id = rooms[change.rule.room_key]
        row.import_room, row.import_key = change.rule.room_key, change.key
        row.save()


def _update(existing: ExistingRule, **values: Any) -> None:
    existing.table._default_manager.filter(pk=existing.id).update(**values)


def _values(
    rule: ImportedRule, key: str, teachers: dict[str, int], rooms: dict[str, int]
) -> dict[str, Any]:
    """Return the values of a row by the columns of its table."""
    start = rule.identity.start_time
    values: dict[str, Any] = {
        "weekday": rule.identity.weekday,
        "start_time": start,
        "interval_weeks": rule.interval_weeks,
        "subject": rule.subject,
        "is_shared": rule.is_shared,
        "valid_until": rule.valid_until,
        "import_key": key,
        "import_until": rule.valid_until,
    }
    if rule.room is not None:
        values |= {"room_id": rooms.get(rule.room_key), "import_room": rule.room_key}
    if rule.identity.teacher:
        return values | {
            "teacher_id": teachers[rule.identity.teacher],
            "duration_minutes": rule.duration_minutes,
        }
    return values | {"end_time": add_minutes(start, rule.duration_minutes)}


def _set_import_keys(matching: MatchResult) -> None:
    """Give rules created by hand the file's keys, so that a later import detects edits."""
    for table in TABLES:
        rows: list[Any] = [
            table(
                pk=rule.id,
                import_key=key,
                import_until=rule.rule.valid_until,
                import_room=rule.rule.room_key,
            )
            for rule, key in matching.adopted
            if rule.table is table and rule.import_key != key
        ]
        fields = ["import_key", "import_until", "import_room"]
        table._default_manager.bulk_update(rows, fields, batch_size=500)
