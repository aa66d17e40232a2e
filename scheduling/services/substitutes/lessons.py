"""Lessons that a substitute may give: stored classes, and occurrences without a class."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q, QuerySet

from scheduling.domain.closures import covering
from scheduling.domain.existing_classes import Booking
from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.domain.wallclock import clock_hours, to_epoch
from scheduling.models import CancelledBy, ClassStatus, ScheduledClass, Teacher
from scheduling.selectors.classes import CANCELLED, CANCELLED_FOR_TEACHER, series_key
from scheduling.selectors.schedules.closures import load_calendar
from scheduling.selectors.schedules.series import load_by_key
from scheduling.services.classes.occurrences import PlannedOccurrence, planned

# “17”, the id of a class, or “recurring_slot-5-2026-12-07”, an occurrence.
REFERENCE = r"[0-9]{1,18}|(?:fixed_schedule|recurring_slot)-[0-9]{1,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson by its ``reference``. Date and times are local to ``zone``.

    ``class_id`` is None for an occurrence without a class, ``series`` for a one-off.
    ``is_cancelled``: it was cancelled for its teacher and takes place with a substitute.
    """

    reference: str
    class_id: int | None
    series: SeriesKey | None
    student_id: int
    student: str
    teacher_id: int | None
    original_teacher_id: int | None
    day: date
    start_time: time
    end_time: time
    zone: str
    starts_at: datetime
    ends_at: datetime
    subject: str
    is_shared: bool
    room_id: int | None
    is_cancelled: bool

    @property
    def hours(self) -> str:
        """“10:00–11:00”, local to ``zone``."""
        return clock_hours(self.starts_at, self.ends_at, self.zone)

    def booking(self, teacher_id: int) -> Booking:
        """Return the time that the lesson takes with this teacher."""
        return Booking(
            class_id=self.class_id,
            series=self.series,
            student_id=self.student_id,
            teacher_id=teacher_id,
            starts=to_epoch(self.starts_at),
            ends=to_epoch(self.ends_at),
            is_shared=self.is_shared,
            day=self.day,
            start_time=self.start_time,
            end_time=self.end_time,
            zone=self.zone,
            room_id=self.room_id,
        )


def may_be_handed_over(row: ScheduledClass) -> bool:
    """Return whether a substitute may give the class: it takes place, or its teacher is absent."""
    if row.teacher_id is None or row.status != ClassStatus.CANCELLED:
        return row.teacher_id is not None
    if row.cancelled_by == CancelledBy.CLOSURE:
        return row.closure is not None and row.closure.teacher_id is not None
    return row.cancelled_by == CancelledBy.TEACHER


def lesson_of(row: ScheduledClass) -> Lesson:
    """Return a stored class as a lesson."""
    return Lesson(
        reference=str(row.pk),
        class_id=row.pk,
        series=series_key(row.fixed_schedule_id, row.recurring_slot_id),
        student_id=row.student_id,
        student=str(row.student),
        teacher_id=row.teacher_id,
        original_teacher_id=row.original_teacher_id,
        day=row.date,
        start_time=row.start_time,
        end_time=row.end_time,
        zone=row.time_zone,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        subject=row.subject,
        is_shared=row.is_shared,
        room_id=row.room_id,
        is_cancelled=row.status == ClassStatus.CANCELLED,
    )


def _of_occurrence(occurrence: PlannedOccurrence) -> Lesson:
    key = occurrence.key
    return Lesson(
        reference=reference_of(key, occurrence.day),
        class_id=None,
        series=key,
        student_id=occurrence.student_id,
        student=occurrence.student,
        teacher_id=occurrence.teacher_id,
        original_teacher_id=None,
        day=occurrence.day,
        start_time=occurrence.start_time,
        end_time=occurrence.end_time,
        zone=occurrence.zone,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        subject=occurrence.subject,
        is_shared=occurrence.is_shared,
        room_id=occurrence.room_id,
        is_cancelled=occurrence.outcome is Outcome.CLOSED,
    )


def reference_of(key: SeriesKey, day: date) -> str:
    """Return the reference of an occurrence."""
    return f"{key.kind.value}-{key.id}-{day}"


def parse_reference(reference: str) -> int | tuple[SeriesKey, date]:
    """Return the id of a class, or an occurrence by its series and date. Raises ValueError."""
    if not re.fullmatch(REFERENCE, reference):
        raise ValueError(reference)
    if reference.isdigit():
        return int(reference)
    kind, number, day = reference.split("-", 2)
    return SeriesKey(SeriesKind(kind), int(number)), date.fromisoformat(day)


def lessons_of(teacher: Teacher, first: date, last: date, now: datetime) -> list[Lesson]:
    """Return the lessons ahead of ``teacher`` on these days that a substitute may give, in order.

    They include those that an absence of the teacher has cancelled.
    """
    rows = _takes_place(
        ScheduledClass.objects.filter(
            teacher=teacher, date__gte=first, date__lte=last, starts_at__gt=now
        )
    )
    found = [lesson_of(row) for row in rows.filter(status__in=_AHEAD)]
    found += _planned(planned(first, last, teacher_ids=[teacher.pk], now=now))
    return sorted(found, key=_order)


def find_lessons(references: Iterable[str], now: datetime) -> list[Lesson]:
    """Return the lessons of these references with their groups, in order.

    Left out are unknown ones, lessons without a teacher, and those that do not take place for
    another reason than the absence of their teacher.
    """
    ids: list[int] = []
    occurrences: list[tuple[SeriesKey, date]] = []
    for reference in references:
        try:
            parsed = parse_reference(reference)
        except ValueError:
            continue
        if isinstance(parsed, int):
            ids.append(parsed)
        else:
            occurrences.append(parsed)
    rows = list(_takes_place(ScheduledClass.objects.filter(pk__in=ids)))
    found = {row.pk: lesson_of(row) for row in [*rows, *_groups_of(rows)]}
    return sorted([*found.values(), *_find_planned(occurrences, now)], key=_order)


_AHEAD = (ClassStatus.SCHEDULED, ClassStatus.CANCELLED)


def _takes_place(rows: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
    active = ~CANCELLED | CANCELLED_FOR_TEACHER
    return rows.filter(active, teacher__isnull=False).select_related("student")


def _groups_of(rows: Iterable[ScheduledClass]) -> list[ScheduledClass]:
    """Return the other students of the group lessons among ``rows``."""
    same = Q()
    for row in rows:
        if row.is_shared and row.status != ClassStatus.CANCELLED:
            same |= Q(teacher=row.teacher_id, starts_at=row.starts_at, ends_at=row.ends_at)
    if not same:
        return []
    active = ScheduledClass.objects.exclude(status=ClassStatus.CANCELLED)
    return list(active.filter(same, is_shared=True).select_related("student"))


def _find_planned(wanted: Collection[tuple[SeriesKey, date]], now: datetime) -> list[Lesson]:
    taught = [s for s in load_by_key({key for key, _day in wanted}) if s.teacher_id is not None]
    if not taught:
        return []
    days = [day for _key, day in wanted]
    found = planned(
        min(days),
        max(days),
        student_ids={series.student_id for series in taught},
        teacher_ids={series.teacher_id for series in taught if series.teacher_id is not None},
        now=now,
    )
    return _planned(each for each in found if (each.key, each.day) in wanted)


def _planned(occurrences: Iterable[PlannedOccurrence]) -> list[Lesson]:
    """Return the occurrences that take place, or would if their teacher were not absent."""
    found = [
        each for each in occurrences if not each.begun and each.outcome is not Outcome.CONFLICT
    ]
    if not any(each.outcome is Outcome.CLOSED for each in found):
        return [_of_occurrence(each) for each in found]
    calendar = load_calendar(found[0].day, [], {each.student_id for each in found})
    return [
        _of_occurrence(each)
        for each in found
        if covering(calendar.concerning(None, each.student_id, each.key), each.day) is None
    ]


def _order(lesson: Lesson) -> tuple[datetime, str, str]:
    return lesson.starts_at, lesson.student, lesson.reference


def sessions(lessons: Iterable[Lesson]) -> list[Sequence[Lesson]]:
    """Return ``lessons`` in order, the stored students of a group lesson together."""
    found: dict[object, list[Lesson]] = {}
    for lesson in lessons:
        key: object = lesson.reference
        if lesson.is_shared and lesson.class_id is not None:
            key = (lesson.teacher_id, lesson.starts_at, lesson.ends_at)
        found.setdefault(key, []).append(lesson)
    return list(found.values())
