"""A studio of any size, created quickly and always the same for the same seed.

Every slot has its own student, and a teacher's slots do not overlap, except for a given number of
conflicts.
"""

from collections.abc import Iterator
from datetime import date, time
from random import Random

from scheduling.models import RecurringSlot, Student, Teacher

ZONES = (
    "Europe/Madrid",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Australia/Sydney",
)
FIRST = date(2020, 1, 6)
STARTS = [time(hour, minute) for hour in range(8, 20) for minute in (0, 30)]
MINUTES = 30
BATCH = 5_000


def build(slots: int, teachers: int, *, clashes: int = 0, groups: int = 0, seed: int = 1) -> None:
    """Store ``teachers`` with ``slots`` and additional slots that conflict with them.

    Half of the ``clashes`` are at a taken hour of a teacher, half at one of a student. ``groups``:
    shared lessons of three students each, without conflicts.
    """
    random = Random(seed)
    if slots > teachers * 7 * len(STARTS):
        raise ValueError(f"{teachers} teachers have no room for {slots} slots")
    teacher_rows = Teacher.objects.bulk_create(
        [Teacher(name=f"Teacher {n:05}", time_zone=ZONES[n % len(ZONES)]) for n in range(teachers)],
        batch_size=BATCH,
    )
    plain = list(_plain(teacher_rows, slots, random))
    extra = [_clash(random.choice(plain), teacher_rows, random, n % 2 == 0) for n in range(clashes)]
    # Early on Sundays: no other slot begins before eight.
    shared = [
        _slot(teacher, 7, time(6, 0), is_shared=True)
        for teacher in random.sample(teacher_rows, groups)
        for _ in range(3)
    ]
    everything = [*plain, *extra, *shared]
    new = {
        id(slot.student): slot.student for slot in everything if slot.student.pk is None
    }.values()
    Student.objects.bulk_create(new, batch_size=BATCH)
    for slot in everything:
        slot.student_id = slot.student.pk
    RecurringSlot.objects.bulk_create(everything, batch_size=BATCH)


def _plain(teacher_rows: list[Teacher], slots: int, random: Random) -> Iterator[RecurringSlot]:
    for number, teacher in enumerate(teacher_rows):
        count = slots // len(teacher_rows) + (number < slots % len(teacher_rows))
        for position in random.sample(range(7 * len(STARTS)), count):
            yield _slot(teacher, position // len(STARTS) + 1, STARTS[position % len(STARTS)])


def _clash(
    slot: RecurringSlot, teacher_rows: list[Teacher], random: Random, teacher_busy: bool
) -> RecurringSlot:
    if teacher_busy:
        return _slot(slot.teacher, slot.weekday, slot.start_time)
    zone = slot.teacher.time_zone
    others = [
        teacher
        for teacher in teacher_rows
        if teacher.time_zone == zone and teacher.pk != slot.teacher.pk
    ]
    teacher = random.choice(others)
    return _slot(teacher, slot.weekday, slot.start_time, student=slot.student)


def _slot(
    teacher: Teacher,
    weekday: int,
    start: time,
    *,
    student: Student | None = None,
    is_shared: bool = False,
) -> RecurringSlot:
    if student is None:
        student = Student(first_name="Ana", last_name=teacher.name, start_date=FIRST)
    return RecurringSlot(
        teacher=teacher,
        student=student,
        weekday=weekday,
        start_time=start,
        duration_minutes=MINUTES,
        subject="Piano",
        valid_from=FIRST,
        is_shared=is_shared,
    )
