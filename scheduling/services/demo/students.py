"""The students of the demo studio, with their schedules, slots and pauses."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from scheduling.domain.wallclock import add_minutes
from scheduling.models import (
    Closure,
    FixedSchedule,
    Guardian,
    RecurringSlot,
    SlotStatus,
    Student,
    StudentGuardian,
)

from . import names
from .stable_random import StableRandom
from .teachers import MINUTES, DemoTeacher
from .timetable_grid import Cell, StudentPlacement, days_away

_FIRST_AFTERNOON_START = time(15)


class Absence(IntEnum):
    """The reason that a student has no lessons now."""

    NONE = -1
    PAUSED = 0
    ENDED = 1
    NOT_STARTED = 2


@dataclass(slots=True)
class Enrolment:
    """The unsaved rows of one student, still without the student's id."""

    student: Student
    meetings: list[FixedSchedule]
    slot: RecurringSlot
    pause: Closure | None
    guardian: StudentGuardian | None


def absence(index: int) -> Absence:
    """Return a reason for about one student in fifty; the first fifty include all three."""
    early = {7: Absence.PAUSED, 27: Absence.ENDED, 47: Absence.NOT_STARTED}
    if index >= 150 and index % 50 == 7:
        return Absence(index // 50 % 3)
    return early.get(index, Absence.NONE)


def key_prefix(seed: int) -> str:
    """Return the prefix of the keys of all rules of a studio."""
    return f"demo:{seed}:"


def rule_key(seed: int, index: int, part: str = "") -> str:
    """Return the key of a rule, by which a later load finds it even if it was edited."""
    return f"{key_prefix(seed)}{index}:{part}"


class StudentFactory:
    """Creates the students of one studio. ``today`` is the studio's date."""

    def __init__(self, seed: int, now: datetime, today: date) -> None:
        self._seed = seed
        self._now = now
        self._today = today

    def enrol(
        self,
        index: int,
        teacher_id: int,
        room_id: int | None,
        teacher: DemoTeacher,
        placement: StudentPlacement,
    ) -> Enrolment:
        """Return the student number ``index``, from 0, with this teacher at these times."""
        random = StableRandom("student", self._seed, index)
        away = absence(index)
        start, end = self._dates(random, away)
        culture = random.pick(names.STUDENTS)
        student = self._student(random, culture, index, start, end)
        # The lessons of a group have the same start and end.
        minutes = 60 if placement.is_group else random.pick(MINUTES)
        slot = RecurringSlot(
            teacher_id=teacher_id,
            room_id=room_id,
            weekday=placement.slot.weekday,
            start_time=_start(random, placement.slot, minutes),
            duration_minutes=minutes,
            interval_weeks=2 if not placement.is_group and random.below(12) == 0 else 1,
            subject=teacher.subject,
            is_shared=placement.is_group,
            status=_slot_status(away),
            valid_from=start,
            valid_until=end,
            booked_at=self._now,
            created_at=self._now,
            import_key=rule_key(self._seed, index),
        )
        if placement.meetings:
            meetings = [
                self._meeting(
                    teacher_id,
                    room_id,
                    cell.weekday,
                    _start(random, cell, minutes),
                    minutes,
                    teacher.subject,
                    placement.is_group,
                )
                for cell in placement.meetings
            ]
        else:
            meetings = self._studio_meetings(random, placement.slot.weekday, teacher.meeting)
        for number, meeting in enumerate(meetings):
            meeting.import_key = rule_key(self._seed, index, str(number))
        guardian = self._guardian(culture, index, student)
        return Enrolment(student, meetings, slot, self._pause(away), guardian)

    def _dates(self, random: StableRandom, away: Absence) -> tuple[date, date | None]:
        """Return the first date, and the last date or None."""
        if away is Absence.NOT_STARTED:
            return self._today + timedelta(days=8 + random.below(40)), None
        start = self._today - timedelta(days=70 + random.below(300))
        if away is Absence.ENDED:
            return start, self._today - timedelta(days=8 + random.below(50))
        return start, None

    def _student(
        self,
        random: StableRandom,
        culture: names.Culture,
        index: int,
        start: date,
        end: date | None,
    ) -> Student:
        first, last = culture.name(random)
        return Student(
            first_name=first,
            last_name=last,
            email=names.address(f"{first} {last}", str(index), f"demo{self._seed}.example.com"),
            start_date=start,
            end_date=end,
            language=culture.language,
            is_active=True,
            created_at=self._now,
        )

    def _guardian(
        self, culture: names.Culture, index: int, student: Student
    ) -> StudentGuardian | None:
        """Return a guardian with the student's last name, for two students in three."""
        random = StableRandom("guardian", self._seed, index)
        if random.below(3) == 0:
            return None
        first, _last = culture.name(random)
        guardian = Guardian(
            first_name=first,
            last_name=student.last_name,
            email=names.address(
                f"{first} {student.last_name}", f"g{index}", f"demo{self._seed}.example.com"
            ),
            language=student.language,
            created_at=self._now,
        )
        return StudentGuardian(guardian=guardian, is_payer=True)

    def _studio_meetings(
        self, random: StableRandom, slot_day: int, subject: str
    ) -> list[FixedSchedule]:
        """Return one or two afternoon meetings without a teacher, away from the slot's day."""
        days = random.shuffled(days_away(slot_day))[: 1 + (random.below(3) == 0)]
        start = add_minutes(_FIRST_AFTERNOON_START, 30 * random.below(9))
        minutes = random.pick((45, 60, 90))
        return [
            self._meeting(None, None, day, start, minutes, subject, is_shared=False)
            for day in sorted(days)
        ]

    def _meeting(
        self,
        teacher_id: int | None,
        room_id: int | None,
        weekday: int,
        start: time,
        minutes: int,
        subject: str,
        is_shared: bool,
    ) -> FixedSchedule:
        return FixedSchedule(
            teacher_id=teacher_id,
            room_id=room_id,
            weekday=weekday,
            start_time=start,
            end_time=add_minutes(start, minutes),
            interval_weeks=1,
            subject=subject,
            is_shared=is_shared,
            created_at=self._now,
        )

    def _pause(self, away: Absence) -> Closure | None:
        if away is not Absence.PAUSED:
            return None
        first, last = self._today - timedelta(days=10), self._today + timedelta(days=25)
        return Closure(name="Travelling", first_date=first, last_date=last)


def _slot_status(away: Absence) -> SlotStatus:
    if away is Absence.PAUSED:
        return SlotStatus.PAUSED
    # An active slot of a student who has left would be reported as orphaned.
    return SlotStatus.CANCELLED if away is Absence.ENDED else SlotStatus.ACTIVE


def _start(random: StableRandom, cell: Cell, minutes: int) -> time:
    """Return a quarter hour at which a lesson of ``minutes`` ends within the hour."""
    quarters = (60 - minutes) // 15 + 1
    return time(cell.hour, 15 * random.below(quarters))
