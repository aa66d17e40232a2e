"""The lessons ahead of a family, stored and planned, and the days without lessons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import is_zone, zone_of
from scheduling.domain.windows import horizon_window
from scheduling.models import CancelledBy, ClassStatus, Closure, ScheduledClass, Student
from scheduling.selectors.classes import series_key
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.classes.occurrences import PlannedOccurrence, planned


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyLesson:
    """A lesson that is not over. Instants are in UTC; ``zone`` is the one in which it takes place.

    ``ref`` identifies it, before and after a run stores it. ``day`` is the date that its series
    ``key`` gives it; both are None for a one-off. ``class_id`` is None while it is planned.
    ``moved_from`` is the date and the time that the series gives it, if it takes place at another.
    ``make_up_for`` is the date of the lost lesson of a make-up.
    """

    ref: str
    student: Student
    starts_at: datetime
    ends_at: datetime
    zone: str
    subject: str
    teacher: str
    room: str
    is_shared: bool
    key: SeriesKey | None = None
    day: date | None = None
    class_id: int | None = None
    is_cancelled: bool = False
    cancelled_by: str = ""
    moved_from: tuple[date, time] | None = None
    make_up_for: date | None = None

    @property
    def local_start(self) -> datetime:
        """The start in the zone of the lesson."""
        return self.starts_at.astimezone(zone_or_studios(self.zone))

    @property
    def local_end(self) -> datetime:
        """The end in the zone of the lesson."""
        return self.ends_at.astimezone(zone_or_studios(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyClosure:
    """Days without lessons: of the studio, of a teacher, of a student or of a student's lesson.

    ``name`` is given for the studio only: other names are reasons, which may be private.
    """

    first: date
    last: date
    name: str = ""
    teacher: str = ""
    student: str = ""
    subject: str = ""
    is_of_one_series: bool = False


@dataclass(frozen=True, slots=True)
class FamilyCalendar:
    """The lessons of a family in order of start, and the closures of the horizon."""

    lessons: list[FamilyLesson]
    closures: list[FamilyClosure]

    def find(self, ref: str) -> FamilyLesson | None:
        """Return the lesson that ``ref`` identifies."""
        return next((lesson for lesson in self.lessons if lesson.ref == ref), None)


def zone_or_studios(name: str) -> ZoneInfo:
    """Return the zone ``name``, or the studio's for a name that the IANA database doesn't know."""
    return zone_of(name) if is_zone(name) else studio().zone


def family_calendar(students: Sequence[Student], now: datetime) -> FamilyCalendar:
    """Return what the page of these students shows. A constant number of queries."""
    if not students:
        return FamilyCalendar([], [])
    by_id = {student.pk: student for student in students}
    window = horizon_window(studio_day(now), settings.HORIZON_WEEKS)
    rows = list(_rows(by_id, now))
    occurrences = planned(window.start, window.last, student_ids=list(by_id), now=now)
    lessons = [_of_row(row, by_id) for row in rows if row.cancelled_by != CancelledBy.CLOSURE]
    lessons += [
        _of_occurrence(occurrence, by_id)
        for occurrence in occurrences
        if occurrence.outcome is Outcome.CREATED and occurrence.ends_at > now
    ]
    lessons.sort(key=lambda lesson: (lesson.starts_at, lesson.student.first_name, lesson.ref))
    teacher_ids = {row.teacher_id for row in rows}
    teacher_ids |= {occurrence.teacher_id for occurrence in occurrences}
    teacher_ids -= {None}
    return FamilyCalendar(lessons, _closures(window.start, window.last, by_id, teacher_ids))


def lessons_of(rows: Iterable[ScheduledClass], students: Sequence[Student]) -> list[FamilyLesson]:
    """Return stored classes of these students as their page shows them."""
    by_id = {student.pk: student for student in students}
    return [_of_row(row, by_id) for row in rows]


def _rows(student_ids: Iterable[int], now: datetime) -> Iterable[ScheduledClass]:
    rows = ScheduledClass.objects.filter(student__among=student_ids, ends_at__gt=now)
    related = ("teacher", "room", "fixed_schedule", "recurring_slot", "make_up_for")
    # The notes are not read.
    return rows.select_related(*related).defer("notes", "cancel_reason")


def _ref(key: SeriesKey, week: date) -> str:
    return f"{'schedule' if key.kind is SeriesKind.FIXED_SCHEDULE else 'slot'}-{key.id}-{week}"


def _of_row(row: ScheduledClass, students: dict[int, Student]) -> FamilyLesson:
    key = series_key(row.fixed_schedule_id, row.recurring_slot_id)
    return FamilyLesson(
        ref=_ref(key, row.week) if key is not None and row.week else f"class-{row.pk}",
        student=students[row.student_id],
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=row.time_zone,
        subject=row.subject,
        teacher=str(row.teacher or ""),
        room=str(row.room or ""),
        is_shared=row.is_shared,
        key=key,
        day=row.occurrence_date,
        class_id=row.pk,
        is_cancelled=row.status == ClassStatus.CANCELLED,
        cancelled_by=row.cancelled_by,
        moved_from=_moved_from(row),
        make_up_for=row.make_up_for.date if row.make_up_for else None,
    )


def _moved_from(row: ScheduledClass) -> tuple[date, time] | None:
    series = row.fixed_schedule or row.recurring_slot
    if series is None or row.occurrence_date is None or row.edited_at is None:
        return None
    usual = (row.occurrence_date, series.start_time)
    return None if usual == (row.date, row.start_time) else usual


def _of_occurrence(occurrence: PlannedOccurrence, students: dict[int, Student]) -> FamilyLesson:
    return FamilyLesson(
        ref=_ref(occurrence.key, occurrence.week),
        student=students[occurrence.student_id],
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        zone=occurrence.zone,
        subject=occurrence.subject,
        teacher=occurrence.teacher,
        room=occurrence.room,
        is_shared=occurrence.is_shared,
        key=occurrence.key,
        day=occurrence.day,
    )


def _closures(
    first: date, last: date, students: dict[int, Student], teacher_ids: Iterable[int | None]
) -> list[FamilyClosure]:
    rows = Closure.objects.filter(
        Q(teacher__isnull=True, student__isnull=True)
        | Q(teacher__among=teacher_ids)
        | Q(student__among=students),
        first_date__lte=last,
        last_date__gte=first,
    )
    rows = rows.select_related("teacher", "fixed_schedule", "recurring_slot")
    found = []
    for row in rows.order_by("first_date", "id"):
        series = row.fixed_schedule or row.recurring_slot
        found.append(
            FamilyClosure(
                first=row.first_date,
                last=row.last_date,
                name="" if row.teacher_id or row.student_id else row.name,
                teacher=str(row.teacher or ""),
                student=students[row.student_id].first_name if row.student_id else "",
                subject=series.subject if series is not None else "",
                is_of_one_series=series is not None,
            )
        )
    return found
