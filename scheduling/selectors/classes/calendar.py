"""Data of the calendar as plain tuples: classes, counts by day, closures, people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Left

from scheduling.domain.wallclock import clock_hours, clocks_change, is_zone
from scheduling.models import Closure, ScheduledClass, Student, Teacher

# More than the longest class, so that an index on starts finds classes in progress.
LONGEST = timedelta(hours=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFilter:
    """The people, the room and the statuses to show; None and empty mean all."""

    teacher_id: int | None = None
    room_id: int | None = None
    student_id: int | None = None
    statuses: tuple[str, ...] = ()

    def of(self, rows: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
        """Return ``rows`` filtered."""
        if self.teacher_id is not None:
            rows = rows.filter(teacher_id=self.teacher_id)
        if self.room_id is not None:
            rows = rows.filter(room_id=self.room_id)
        if self.student_id is not None:
            rows = rows.filter(student_id=self.student_id)
        if self.statuses:
            rows = rows.filter(status__in=self.statuses)
        return rows


def between(
    rows: QuerySet[ScheduledClass], start: datetime, end: datetime
) -> QuerySet[ScheduledClass]:
    """Return the classes that overlap the half-open range of instants."""
    return rows.filter(starts_at__lt=end, starts_at__gt=start - LONGEST, ends_at__gt=start)


def on_dates(rows: QuerySet[ScheduledClass], first: date, end: date) -> QuerySet[ScheduledClass]:
    """Return the classes whose local date is in the half-open range."""
    return rows.filter(date__gte=first, date__lt=end)


def instants(rows: QuerySet[ScheduledClass]) -> list[tuple[Any, ...]]:
    """Return ``(id, start, end, …)``, with start and end as "2026-01-05 10:00" in UTC.

    The database formats them: parsing a hundred thousand instants takes longer than the query.
    """
    return list(rows.order_by().values_list("id", _minute("starts_at"), _minute("ends_at"), *REST))


def wall_clock(rows: QuerySet[ScheduledClass]) -> list[tuple[Any, ...]]:
    """Return ``(id, date, start, end, …)`` as texts, in the local time of each class."""
    changed = _across_changes(rows)
    found = list(
        rows.order_by().values_list(
            "id",
            Left(Cast("date", TextField()), 10),
            Left(Cast("start_time", TextField()), 5),
            Left(Cast("end_time", TextField()), 5),
            *REST,
        )
    )
    if not changed:
        return found
    return [(row[0], row[1], *changed.get(row[0], row[2:4]), *row[4:]) for row in found]


def _across_changes(rows: QuerySet[ScheduledClass]) -> dict[int, list[str]]:
    """Return the local start and end of classes on days with a clock change, by id."""
    days = rows.order_by().values_list("time_zone", "date").distinct()
    concerned = Q()
    for zone, day in days:
        if is_zone(zone) and clocks_change(zone, day):
            concerned |= Q(time_zone=zone, date=day)
    if not concerned:
        return {}
    found = rows.filter(concerned).order_by()
    rows_found = found.values_list("id", "starts_at", "ends_at", "time_zone")
    return {pk: clock_hours(start, end, zone).split("–") for pk, start, end, zone in rows_found}


def _minute(column: str) -> Left:
    # The session's zone is UTC on PostgreSQL, and SQLite stores UTC.
    return Left(Cast(column, TextField()), 16)


def _whether(**condition: Any) -> Case:
    # 1 or 0: SQLite has no booleans, and Django would convert each value with a function call.
    return Case(When(**condition, then=Value(1)), default=0, output_field=IntegerField())


REST = (
    "student_id",
    "teacher_id",
    "status",
    "subject",
    _whether(is_shared=True),
    _whether(edited_at__isnull=False),
    _whether(week__isnull=True),
    "attendance",
    "room_id",
)


def day_counts(rows: QuerySet[ScheduledClass]) -> list[tuple[date, str, int]]:
    """Return ``(date, status, count)`` by local date."""
    return list(
        rows.order_by("date", "status").values_list("date", "status").annotate(n=Count("id"))
    )


def closures_between(
    first: date, end: date, *, teacher_id: int | None = None, student_id: int | None = None
) -> list[tuple[Any, ...]]:
    """``(id, name, first, last, teacher_id, teacher, student_id, first name, last name)``.

    Global closures are always included; with a teacher or student, only theirs besides.
    """
    rows = Closure.objects.filter(first_date__lt=end, last_date__gte=first)
    everyone = Q(teacher__isnull=True, student__isnull=True)
    concerned = Q()
    if teacher_id is not None:
        concerned |= Q(teacher_id=teacher_id)
    if student_id is not None:
        concerned |= Q(student_id=student_id)
    if concerned:
        rows = rows.filter(everyone | concerned)
    return list(
        rows.order_by("first_date", "id").values_list(
            "id",
            "name",
            "first_date",
            "last_date",
            "teacher_id",
            "teacher__name",
            "student_id",
            "student__first_name",
            "student__last_name",
        )
    )


def teachers_to_choose() -> list[tuple[int, str, bool]]:
    """Return ``(id, name, active)`` of the teachers, active ones first."""
    rows = Teacher.objects.order_by("-is_active", "name", "id")
    return list(rows.values_list("id", "name", "is_active"))


def active_zones() -> list[str]:
    """Return the distinct zones of the active teachers."""
    rows = Teacher.objects.filter(is_active=True).order_by("time_zone")
    return list(rows.values_list("time_zone", flat=True).distinct())


def students_named(
    words: Iterable[str], most: int, *, teacher_id: int | None = None
) -> list[tuple[int, str, str, str]]:
    """Return ``(id, first name, last name, email)`` of students whose names contain all ``words``.

    At most ``most`` rows; with a teacher, only students who have or had a class with that teacher.
    """
    rows = Student.objects.all()
    for word in words:
        rows = rows.filter(Q(first_name__contains_plain=word) | Q(last_name__contains_plain=word))
    if teacher_id is not None:
        taught = ScheduledClass.objects.filter(teacher_id=teacher_id).values("student_id")
        rows = rows.filter(id__in=taught)
    rows = rows.order_by("-is_active", "first_name", "last_name", "id")
    return list(rows.values_list("id", "first_name", "last_name", "email")[:most])
