"""The students of the demo studio: who they are, when they come, what they take."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum

from scheduling.domain.wallclock import add_minutes
from scheduling.models import Closure, FixedSchedule, RecurringSlot, SlotStatus, Student

from . import names
from .stable_random import StableRandom
from .teachers import MINUTES, DemoTeacher
from .timetable_grid import Cell, StudentPlacement, days_away

_MOST_STUDENTS_START = time(15)


class Absence(IntEnum):
    """Why a student takes no lessons at present."""

    NONE = -1
    PAUSED = 0
    ENDED = 1
    NOT_STARTED = 2


@dataclass(slots=True)
class Enrolment:
    """The rows of one student, not saved yet; they lack the student's id."""

    student: Student
    meetings: list[FixedSchedule]
    slot: RecurringSlot
    pause: Closure | None


def absence(index: int) -> Absence:
    """About one student in fifty; all three kinds are among the first fifty."""
    early = {7: Absence.PAUSED, 27: Absence.ENDED, 47: Absence.NOT_STARTED}
    if index >= 150 and index % 50 == 7:
        return Absence(index // 50 % 3)
    return early.get(index, Absence.NONE)


def key_prefix(seed: int) -> str:
    """What the keys of all rules of a studio begin with."""
    return f"demo:{seed}:"


def rule_key(seed: int, index: int, part: str = "") -> str:
    """Says on a rule whose it is, so that loading again finds it whatever was edited since."""
    return f"{key_prefix(seed)}{index}:{part}"


class StudentFactory:
    """Enrols the students of one studio. ``now`` is the real clock, ``today`` the studio's."""

    def __init__(self, seed: int, now: datetime, today: date) -> None:
        self._seed = seed
        self._now = now
        self._today = today

    def enrol(
        self, index: int, teacher_id: int, teacher: DemoTeacher, bundle: StudentPlacement
    ) -> Enrolment:
        """The student number ``index``, from 0, with this teacher at these places."""
        chance = StableRandom("student", self._seed, index)
        away = absence(index)
        start, end = self._dates(chance, away)
        student = self._student(chance, index, start, end)
        # Those of a group come and go at the same times.
        minutes = 60 if bundle.is_group else chance.pick(MINUTES)
        slot = RecurringSlot(
            teacher_id=teacher_id,
            weekday=bundle.slot.weekday,
            start_time=_start(chance, bundle.slot, minutes),
            duration_minutes=minutes,
            interval_weeks=2 if not bundle.is_group and chance.below(12) == 0 else 1,
            subject=teacher.subject,
            is_shared=bundle.is_group,
            status=_slot_status(away),
            valid_from=start,
            valid_until=end,
            booked_at=self._now,
            created_at=self._now,
            import_key=rule_key(self._seed, index),
        )
        if bundle.meetings:
            meetings = [
                self._meeting(
                    teacher_id,
                    cell.weekday,
                    _start(chance, cell, minutes),
                    minutes,
                    teacher.subject,
                    bundle.is_group,
                )
                for cell in bundle.meetings
            ]
        else:
            meetings = self._studio_meetings(chance, bundle.slot.weekday, teacher.meeting)
        for number, meeting in enumerate(meetings):
            meeting.import_key = rule_key(self._seed, index, str(number))
        return Enrolment(student, meetings, slot, self._pause(away))

    def _dates(self, chance: StableRandom, away: Absence) -> tuple[date, date | None]:
        """The first day, and the last one where it is known."""
        if away is Absence.NOT_STARTED:
            return self._today + timedelta(days=8 + chance.below(40)), None
        start = self._today - timedelta(days=70 + chance.below(300))
        if away is Absence.ENDED:
            return start, self._today - timedelta(days=8 + chance.below(50))
        return start, None

    def _student(self, chance: StableRandom, index: int, start: date, end: date | None) -> Student:
        culture = chance.pick(names.STUDENTS)
        first, last = culture.name(chance)
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

    def _studio_meetings(
        self, chance: StableRandom, slot_day: int, subject: str
    ) -> list[FixedSchedule]:
        """One or two meetings without a teacher, in the afternoon, away from the slot's day."""
        days = chance.shuffled(days_away(slot_day))[: 1 + (chance.below(3) == 0)]
        start = add_minutes(_MOST_STUDENTS_START, 30 * chance.below(9))
        minutes = chance.pick((45, 60, 90))
        return [
            self._meeting(None, day, start, minutes, subject, is_shared=False)
            for day in sorted(days)
        ]

    def _meeting(
        self,
        teacher_id: int | None,
        weekday: int,
        start: time,
        minutes: int,
        subject: str,
        is_shared: bool,
    ) -> FixedSchedule:
        return FixedSchedule(
            teacher_id=teacher_id,
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
    # A slot that stays active without its student would be an orphan.
    return SlotStatus.CANCELLED if away is Absence.ENDED else SlotStatus.ACTIVE


def _start(chance: StableRandom, cell: Cell, minutes: int) -> time:
    """A quarter at which a lesson of ``minutes`` stays within its hour."""
    quarters = (60 - minutes) // 15 + 1
    return time(cell.hour, 15 * chance.below(quarters))
