"""Loads the demo studio: what is missing of it, and nothing else.

A student's place depends on the seed, the number of teachers and the student's own number alone,
not on how many there are. So the same seed with more students adds the new ones beside those
that are there, with fewer it changes nothing, and another number of teachers is refused. The
people of different seeds are different rows, and never in each other's way.
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
)
from scheduling.models.studio import first_values
from scheduling.selectors.studio import studio, studio_day

from . import teachers
from .students import Enrolment, StudentFactory, key_prefix
from .teachers import DemoTeacher
from .timetable_grid import TeacherGrid

_STUDENTS_A_BATCH = 2_000


class DemoError(Exception):
    """Why the studio can't be loaded, and what to do; a sentence for people."""


@dataclass(slots=True)
class LoadReport:
    """What was created."""

    teachers: int = 0
    students: int = 0
    fixed_schedules: int = 0
    recurring_slots: int = 0

    def __bool__(self) -> bool:
        return bool(self.teachers or self.students)


def load_demo(students: int, teacher_count: int, seed: int, now: datetime) -> LoadReport:
    """Create what is missing of the studio ``seed``; start dates are relative to ``now``.

    ``students`` from 0, ``teacher_count`` from 1. Raises DemoError.
    """
    loaded = LoadReport()
    today = studio_day(now)
    registrar = StudentFactory(seed, now, today)
    with transaction.atomic():
        wait_for_other_loads()
        teacher_ids = _teachers(seed, teacher_count, now, loaded)
        present = _students_there(seed)
        enrolments = _enrolments(registrar, seed, students, teacher_ids, present)
        for batch in in_batches(enrolments, _STUDENTS_A_BATCH):
            _insert_students(batch, loaded)
        _name_studio(seed)
    return loaded


def _name_studio(seed: int) -> None:
    """Give the studio a name, unless it has one."""
    if studio().name:
        return
    row = Studio.objects.filter(pk=1).first() or Studio(**first_values())
    row.name, row.phone = "Cadenza", "+34 910 000 000"
    row.reply_to = f"studio@{teachers.domain(seed)}"
    row.save()


def _teachers(seed: int, count: int, now: datetime, loaded: LoadReport) -> list[int]:
    """The ids of the teachers by number, made now where there are none."""
    there = _teachers_there(seed)
    if not there and not _students_there(seed):
        return _insert_teachers(
            [teachers.teacher(seed, index) for index in range(count)], now, loaded
        )
    if there.keys() != set(range(count)):
        had = ngettext("%(n)d teacher", "%(n)d teachers", len(there)) % {"n": len(there)}
        raise DemoError(
            _(
                "The studio of seed %(seed)d is there already, with %(had)s, and their timetables "
                "are made for that number. Use --teachers %(count)d, or another --seed."
            )
            % {"seed": seed, "had": had, "count": max(len(there), 1)}
        )
    return [there[index] for index in range(count)]


def _teachers_there(seed: int) -> dict[int, int]:
    """Ids by number, which the e-mail address tells."""
    ending = f"@{teachers.domain(seed)}"
    rows = Teacher.objects.filter(email__endswith=ending).values_list("email", "id")
    found: dict[int, int] = {}
    for email, teacher_id in rows:
        number = email.removesuffix(ending).rpartition(".")[2].removeprefix("t")
        if number.isdecimal():
            found[int(number)] = teacher_id
    return found


def _students_there(seed: int) -> set[int]:
    """The numbers of the students who have rules."""
    found: set[int] = set()
    for table in (RecurringSlot, FixedSchedule):
        keys = table._default_manager.filter(import_key__startswith=key_prefix(seed)).order_by()
        for key in keys.values_list("import_key", flat=True).iterator():
            found.add(int(str(key).split(":")[2]))
    return found


def _insert_teachers(people: list[DemoTeacher], now: datetime, loaded: LoadReport) -> list[int]:
    rows = insert(
        [
            Teacher(
                name=person.name,
                email=person.email,
                time_zone=person.zone,
                is_active=True,
                created_at=now,
            )
            for person in people
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
            LessonDuration(settings=own, minutes=minutes, price=price)
            for (person, _row), own in zip(priced, settings, strict=True)
            for minutes, price in person.prices
        ]
    )
    loaded.teachers = len(rows)
    return [row.pk for row in rows]


def _enrolments(
    registrar: StudentFactory, seed: int, count: int, teacher_ids: list[int], present: set[int]
) -> Iterator[Enrolment]:
    """The missing students, teacher by teacher: each timetable is drawn up once."""
    for number, teacher_id in enumerate(teacher_ids[:count]):
        person = teachers.teacher(seed, number)
        week = TeacherGrid(seed, number)
        for turn, index in enumerate(range(number, count, len(teacher_ids))):
            if index not in present:
                yield registrar.enrol(index, teacher_id, person, week.bundle(turn))


def _insert_students(batch: Iterable[Enrolment], loaded: LoadReport) -> None:
    batch = list(batch)
    insert([enrolment.student for enrolment in batch])
    for enrolment in batch:
        dependent = [*enrolment.meetings, enrolment.slot, enrolment.pause]
        for row in dependent:
            if row is not None:
                row.student_id = enrolment.student.pk
    insert([meeting for enrolment in batch for meeting in enrolment.meetings])
    insert([enrolment.slot for enrolment in batch])
    insert([enrolment.pause for enrolment in batch if enrolment.pause])
    loaded.students += len(batch)
    loaded.recurring_slots += len(batch)
    loaded.fixed_schedules += sum(len(enrolment.meetings) for enrolment in batch)
