"""The teachers who may give lessons of another one, and what prevents them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from scheduling.domain.closures import ClosureCalendar
from scheduling.domain.openings import Diary, Host, Obstacle
from scheduling.domain.substitutes import is_inside_hours, obstacle_to
from scheduling.domain.typed_text import plain_letters
from scheduling.domain.wallclock import is_zone
from scheduling.domain.windows import DAY, Window
from scheduling.domain.working_hours import WorkingHours
from scheduling.models import Teacher
from scheduling.selectors.people_lists import subjects_taught
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.working_hours import working_hours
from scheduling.selectors.studio import studio_day
from scheduling.services.classes.obstacle_texts import ObstacleTexts
from scheduling.services.classes.taken_times import taken_times

from .lessons import Lesson

# Of a studio with more teachers, those who teach a subject of the lessons are looked at.
MAX_TEACHERS = 50
# Local dates of different zones differ by at most one, and a class may begin a day earlier.
MARGIN = 2 * DAY


@dataclass(frozen=True, slots=True)
class Candidate:
    """A teacher for a lesson. ``obstacle`` is why the teacher is not free.

    ``is_inside_hours`` is None if the working hours are unknown.
    """

    teacher: Teacher
    is_regular: bool
    teaches_subject: bool
    is_inside_hours: bool | None
    obstacle: Obstacle | None

    @property
    def is_free(self) -> bool:
        return self.obstacle is None

    @property
    def rank(self) -> tuple[bool, bool, bool, int, str, int]:
        """The order of an answer: free ones who teach the subject in their working hours first."""
        hours = {True: 0, None: 1, False: 2}[self.is_inside_hours]
        return (
            not self.is_free,
            not self.is_regular,
            not self.teaches_subject,
            hours,
            self.teacher.name,
            self.teacher.pk,
        )


class Availability:
    """Who can give ``lessons``, at ``now``. A constant number of queries.

    Limited to ``teacher_ids``, if there are any.
    """

    def __init__(
        self, lessons: Sequence[Lesson], now: datetime, teacher_ids: Collection[int] = ()
    ) -> None:
        self._subjects = {
            pk: {plain_letters(subject) for subject in subjects}
            for pk, subjects in subjects_taught(studio_day(now)).items()
        }
        self.teachers = self._teachers(lessons, teacher_ids) if lessons else []
        ids = [teacher.pk for teacher in self.teachers]
        self._hours: dict[int, WorkingHours] = {}
        self._diaries: dict[int, Diary] = {}
        self._closures = ClosureCalendar([])
        if ids:
            days = [lesson.day for lesson in lessons]
            self._read(ids, min(days), max(days), {lesson.student_id for lesson in lessons}, now)
        self._found: list[Obstacle] = []

    def _teachers(self, lessons: Sequence[Lesson], teacher_ids: Collection[int]) -> list[Teacher]:
        rows = Teacher.objects.filter(is_active=True).order_by("name", "id")
        if teacher_ids:
            rows = rows.filter(pk__in=teacher_ids)
        found = [teacher for teacher in rows if is_zone(teacher.time_zone)]
        if len(found) > MAX_TEACHERS:
            regular = {lesson.original_teacher_id for lesson in lessons}
            found = [
                teacher
                for teacher in found
                if teacher.pk in regular or any(self._teaches(teacher, each) for each in lessons)
            ]
        return found[:MAX_TEACHERS]

    def _read(
        self, ids: Sequence[int], first: date, last: date, student_ids: set[int], now: datetime
    ) -> None:
        self._hours = working_hours(ids)
        window = Window(first - MARGIN, last + DAY + MARGIN)
        bookings = taken_times(window, set(ids), now)
        self._diaries = {
            pk: Diary("teacher_busy", (each for each in bookings if each.teacher_id == pk))
            for pk in ids
        }
        self._closures = load_calendar(window.start, ids, student_ids)

    def _teaches(self, teacher: Teacher, lesson: Lesson) -> bool:
        subject = plain_letters(lesson.subject)
        return not subject or subject in self._subjects.get(teacher.pk, ())

    def of(self, lesson: Lesson) -> list[Candidate]:
        """Return the candidates for ``lesson``, those who are free first."""
        found = []
        for teacher in self.teachers:
            if teacher.pk == lesson.teacher_id:
                continue
            host = Host(
                zone=teacher.time_zone,
                hours=self._hours.get(teacher.pk, WorkingHours()),
                diary=self._diaries[teacher.pk],
                closures=self._closures.concerning(teacher.pk, lesson.student_id, lesson.series),
            )
            booking = lesson.booking(teacher.pk)
            obstacle = obstacle_to(booking, host)
            if obstacle is not None:
                self._found.append(obstacle)
            found.append(
                Candidate(
                    teacher,
                    teacher.pk == lesson.original_teacher_id,
                    self._teaches(teacher, lesson),
                    is_inside_hours(booking, host),
                    obstacle,
                )
            )
        return sorted(found, key=lambda candidate: candidate.rank)

    @cached_property
    def _texts(self) -> ObstacleTexts:
        return ObstacleTexts(self._diaries, self._found)

    def text(self, obstacle: Obstacle) -> str:
        """Return an obstacle in words, such as “Bea teaches Iker”.

        Reads the names of all candidates so far, once: call it after ``of`` for all lessons.
        """
        return self._texts.text(obstacle)
