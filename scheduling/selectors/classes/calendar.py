"""What a calendar shows: columns of many classes, days in numbers, closures. No model instances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Left

from scheduling.domain.wallclock import clock_hours, clocks_change, is_zone
from scheduling.models import Closure, ScheduledClass, Student, Teacher

# The longest class there can be, and a little: an index by starts finds what is still going on.
LONGEST = timedelta(hours=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFilter:
    """Whose classes, and which; None and empty: all of them."""

    teacher_id: int | None = None
    student_id: int | None = None
    statuses: tuple[str, ...] = ()

    def of(self, rows: QuerySet[ScheduledClass]) -> QuerySet[ScheduledClass]:
        """Those of ``rows`` that are asked for."""
        if self.teacher_id is not None:
            rows = rows.filter(teacher_id=self.teacher_id)
        if self.student_id is not None:
            rows = rows.filter(student_id=self.student_id)
        if self.statuses:
            rows = rows.filter(status__in=self.statuses)
        return rows


def between(
    rows: QuerySet[ScheduledClass], start: datetime, end: datetime
) -> QuerySet[ScheduledClass]:
    """The classes of which some part is in the half-open range of instants."""
    return rows.filter(starts_at__lt=end, starts_at__gt=start - LONGEST, ends_at__gt=start)


def on_dates(rows: QuerySet[ScheduledClass], first: date, end: date) -> QuerySet[ScheduledClass]:
    """The classes whose own, local date is in the half-open range."""
    return rows.filter(date__gte=first, date__lt=end)


def instants(rows: QuerySet[ScheduledClass]) -> list[tuple[Any, ...]]:
    """``(id, start, end, …)`` of these classes; start and end as "2026-01-05 10:00" in UTC.

    Texts made by the database: parsing a hundred thousand instants takes longer than the query.
    """
    return list(rows.order_by().values_list("id", _minute("starts_at"), _minute("ends_at"), *REST))


def wall_clock(rows: QuerySet[ScheduledClass]) -> list[tuple[Any, ...]]:
    """``(id, date, start, end, …)`` of these classes by the clocks in their own zones, as texts."""
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
    """Start and end of those that the nominal times may be wrong for: the clocks change then."""
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
    # 1 or 0: SQLite has no booleans, and making some of its numbers takes a call for each.
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
)


def day_counts(rows: QuerySet[ScheduledClass]) -> list[tuple[date, str, int]]:
    """``(date, status, how many)`` by the classes' own dates."""
    return list(
        rows.order_by("date", "status").values_list("date", "status").annotate(n=Count("id"))
    )


def closures_between(
    first: date, end: date, *, teacher_id: int | None = None, student_id: int | None = None
) -> list[tuple[Any, ...]]:
    """``(id, name, first, last, teacher_id, teacher, student_id, first name, last name)``.

    Everyone's always; a teacher's and a student's of those named, or all where nobody is.
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
    """``(id, name, active)``, the active ones first."""
    rows = Teacher.objects.order_by("-is_active", "name", "id")
    return list(rows.values_list("id", "name", "is_active"))


def active_zones() -> list[str]:
    """The zones of the active teachers."""
    rows = Teacher.objects.filter(is_active=True).order_by("time_zone")
    return list(rows.values_list("time_zone", flat=True).distinct())


def students_named(
    words: Iterable[str], most: int, *, teacher_id: int | None = None
) -> list[tuple[int, str, str, str]]:
    """``(id, first name, last name, email)`` of at most ``most`` students with all these words.

    With a teacher: of those who have, or have had, a class with that one.
    """
    rows = Student.objects.all()
    for word in words:
        rows = rows.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
    if teacher_id is not None:
        taught = ScheduledClass.objects.filter(teacher_id=teacher_id).values("student_id")
        rows = rows.filter(id__in=taught)
    rows = rows.order_by("-is_active", "first_name", "last_name", "id")
    return list(rows.values_list("id", "first_name", "last_name", "email")[:most])
