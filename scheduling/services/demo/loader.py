"""Loads the demo studio: creates the missing rows only.

A student's timetable depends on the seed, the number of teachers and the student's number only. The
same seed with more students adds the new ones, with fewer it changes nothing; another number of
teachers is refused. People of different seeds are different rows and never conflict.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.db.advisory_locks import wait_for_other_loads
from scheduling.db.bulk_insert import in_batches, insert
from scheduling.models import (
    FixedSchedule,
    LessonDuration,
    LessonSettings,
    RecurringSlot,
    Studio,
    Teacher,
    WorkingHours,
)
from scheduling.models.studio import first_values
from scheduling.selectors.studio import studio, studio_day

from . import teachers
from .rooms import load_rooms
from .students import Enrolment, StudentFactory, key_prefix
from .substitute import add_substitute
from .teachers import DemoTeacher
from .timetable_grid import TeacherGrid

_BATCH_SIZE = 2_000


class DemoError(Exception):
    """The studio can't be loaded; the message says why and what to do."""


@dataclass(slots=True)
class LoadReport:
    """The numbers of created rows."""

    teachers: int = 0
    students: int = 0
    fixed_schedules: int = 0
    recurring_slots: int = 0
    rooms: int = 0

    def __bool__(self) -> bool:
        return bool(self.teachers or self.students or self.rooms)


def load_demo(students: int, teacher_count: int, seed: int, now: datetime) -> LoadReport:
    """Create the missing rows of the studio ``seed``; start dates are relative to ``now``.

    ``students`` from 0, ``teacher_count`` from 1. Raises DemoError.
    """
    report = LoadReport()
    today = studio_day(now)
    factory = StudentFactory(seed, now, today)
    with transaction.atomic():
        wait_for_other_loads()
        teacher_ids = _teachers(seed, teacher_count, now, report)
        rooms, report.rooms = load_rooms(seed, range(teacher_count))
        existing = _existing_students(seed)
        enrolments = _enrolments(factory, seed, students, teacher_ids, rooms, existing)
        for batch in in_batches(enrolments, _BATCH_SIZE):
            _insert_students(batch, report)
        _name_studio(seed)
    return report


def substitute_in_demo(seed: int, now: datetime) -> bool:
    """Give a coming class of the studio ``seed`` to a substitute; return whether there is one."""
    return add_substitute(_existing_teachers(seed).values(), now)


def _name_studio(seed: int) -> None:
    """Set the name and addresses of the studio, and open families' pages, unless it has a name."""
    if studio().name:
        return
    row = Studio.objects.filter(pk=1).first() or Studio(**first_values())
    row.name, row.phone = "Cadenza", "+34 910 000 000"
    row.reply_to = f"studio@{teachers.domain(seed)}"
    row.family_pages = row.family_cancel = row.family_makeups = True
    row.save()


def _teachers(seed: int, count: int, now: datetime, report: LoadReport) -> list[int]:
    """Return the ids of the teachers by number; create them if the studio is new."""
    existing = _existing_teachers(seed)
    if not existing and not _existing_students(seed):
        return _insert_teachers(
            [teachers.teacher(seed, index) for index in range(count)], now, report
        )
    if existing.keys() != set(range(count)):
        had = ngettext("%(n)d teacher", "%(n)d teachers", len(existing)) % {"n": len(existing)}
        raise DemoError(
            _(
                "The studio of seed %(seed)d already exists, with %(had)s, and its timetables "
                "are made for that number. Use --teachers %(count)d, or another --seed."
            )
            % {"seed": seed, "had": had, "count": max(len(existing), 1)}
        )
    return [existing[index] for index in range(count)]


def _existing_teachers(seed: int) -> dict[int, int]:
    """Return the ids by number, which is part of the e-mail address."""
    ending = f"@{teachers.domain(seed)}"
    rows = Teacher.objects.filter(email__endswith=ending).values_list("email", "id")
    found: dict[int, int] = {}
    for email, teacher_id in rows:
        number = email.removesuffix(ending).rpartition(".")[2].removeprefix("t")
        if number.isdecimal():
            found[int(number)] = teacher_id
    return found


def _existing_students(seed: int) -> set[int]:
    """Return the numbers of the students who have rules."""
    found: set[int] = set()
    for table in (RecurringSlot, FixedSchedule):
        keys = table._default_manager.filter(import_key__startswith=key_prefix(seed)).order_by()
        for key in keys.values_list("import_key", flat=True).iterator():
            found.add(int(str(key).split(":")[2]))
    return found


def _insert_teachers(people: list[DemoTeacher], now: datetime, report: LoadReport) -> list[int]:
    rows = insert(
        [
            Teacher(
                name=person.name,
                email=person.email,
                time_zone=person.zone,
                subjects="\n".join(person.subjects),
                is_active=True,
                created_at=now,
            )
            for person in people
        ]
    )
    insert(
        [
            WorkingHours(teacher=row, weekday=weekday, start_time=start, end_time=end)
            for person, row in zip(people, rows, strict=True)
            for weekday, start, end in person.hours
        ]
    )
    priced = [(person, row) for person, row in zip(people, rows, strict=True) if person.prices]
    settings = insert(
        [
            LessonSettings(teacher=row, advance_booking_days=person.advance_booking_days)
            for person, row in priced
        ]
    )
    insert(
        [
            LessonDuration(settings=row, minutes=minutes, price=price)
            for (person, _teacher), row in zip(priced, settings, strict=True)
            for minutes, price in person.prices
        ]
    )
    report.teachers = len(rows)
    return [row.pk for row in rows]


def _enrolments(
    factory: StudentFactory,
    seed: int,
    count: int,
    teacher_ids: list[int],
    rooms: dict[int, int],
    existing: set[int],
) -> Iterator[Enrolment]:
    """Yield the missing students, grouped by teacher so that each grid is computed once."""
    for number, teacher_id in enumerate(teacher_ids[:count]):
        person = teachers.teacher(seed, number)
        grid = TeacherGrid(seed, number)
        for position, index in enumerate(range(number, count, len(teacher_ids))):
            if index not in existing:
                placement = grid.placement(position)
                yield factory.enrol(index, teacher_id, rooms.get(number), person, placement)


def _insert_students(batch: Iterable[Enrolment], report: LoadReport) -> None:
    batch = list(batch)
    insert([enrolment.student for enrolment in batch])
    for enrolment in batch:
        dependent = [*enrolment.meetings, enrolment.slot, enrolment.pause, enrolment.guardian]
        for row in dependent:
            if row is not None:
                row.student_id = enrolment.student.pk
    insert([meeting for enrolment in batch for meeting in enrolment.meetings])
    insert([enrolment.slot for enrolment in batch])
    insert([enrolment.pause for enrolment in batch if enrolment.pause])
    guardians = [enrolment.guardian for enrolment in batch if enrolment.guardian]
    insert([row.guardian for row in guardians])
    for row in guardians:
        row.guardian_id = row.guardian.pk
    insert(guardians)
    report.students += len(batch)
    report.recurring_slots += len(batch)
    report.fixed_schedules += sum(len(enrolment.meetings) for enrolment in batch)
