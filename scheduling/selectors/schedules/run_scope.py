"""The series of a run, and which of them must be planned together."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Min, Q, Value
from django.db.models.functions import Coalesce

from scheduling.domain.series import Series, SeriesKind
from scheduling.models import FixedSchedule, RecurringSlot, Student

from .series import load_series, rows_of

# A teacher, or a student whose series have no teacher.
Owner = tuple[str, int]


def scope_condition(
    student_ids: Iterable[int], teacher_ids: Iterable[int], weekdays: Iterable[int] = ()
) -> Q:
    """Return the condition for series of these people and weekdays; an empty list means all."""
    condition = Q()
    if student_ids := list(student_ids):
        condition &= Q(student_id__among=student_ids)
    if teacher_ids := list(teacher_ids):
        condition &= Q(teacher_id__among=teacher_ids)
    if weekdays := list(weekdays):
        condition &= Q(weekday__in=weekdays)
    return condition


def owner_sizes(kinds: Iterable[SeriesKind], scope: Q) -> dict[Owner, int]:
    """Count the series of each owner: teachers first, then students, by id."""
    sizes: defaultdict[Owner, int] = defaultdict(int)
    for kind in kinds:
        rows = rows_of(kind).filter(scope).order_by()
        with_teacher = rows.filter(teacher__isnull=False)
        for teacher, count in with_teacher.values_list("teacher_id").annotate(n=Count("id")):
            sizes["teacher", teacher] += count
        if kind is SeriesKind.FIXED_SCHEDULE:
            without = rows.filter(teacher__isnull=True)
            for student, count in without.values_list("student_id").annotate(n=Count("id")):
                sizes["student", student] += count
    return dict(sorted(sizes.items(), key=lambda item: (item[0][0] != "teacher", item[0][1])))


def owner_of(series: Series) -> Owner:
    """Return the owner of a series."""
    if series.teacher_id is None:
        return ("student", series.student_id)
    return ("teacher", series.teacher_id)


def series_of_several_owners(kinds: tuple[SeriesKind, ...], scope: Q) -> dict[int, list[Series]]:
    """Return the series of students with more than one owner among ``kinds``, by student."""
    found: defaultdict[int, list[Series]] = defaultdict(list)
    if several := _students_of_several_owners(kinds, scope):
        for kind in kinds:
            for series in load_series(kind, scope & Q(student_id__among=several)):
                found[series.student_id].append(series)
    return found


def people_in_several_chunks(scope: Q) -> tuple[frozenset[int], frozenset[int]]:
    """Return students with several owners or both kinds of series, and teachers with both kinds."""
    students = _students_of_several_owners(tuple(SeriesKind), scope)
    teachers = [
        set(rows_of(kind).filter(scope).order_by().values_list("teacher_id", flat=True).distinct())
        for kind in SeriesKind
    ]
    return frozenset(students), frozenset(set.intersection(*teachers) - {None})


def _students_of_several_owners(kinds: tuple[SeriesKind, ...], scope: Q) -> list[int]:
    """Return student ids. With several ``kinds``, a student who has two of them always counts."""
    owners: defaultdict[int, int] = defaultdict(int)
    for kind in kinds:
        owner = Coalesce("teacher_id", Value(0))
        rows = (
            rows_of(kind)
            .filter(scope)
            .order_by()
            .values_list("student_id")
            .annotate(n=Count(owner, distinct=True))
        )
        if len(kinds) == 1:
            rows = rows.filter(n__gt=1)
        for student, count in rows:
            owners[student] += count
    return [student for student, count in owners.items() if count > 1]


def students_without_series(student_ids: Iterable[int]) -> list[int]:
    """Return the ids of active students who have neither a fixed schedule nor a slot.

    If ``student_ids`` is not empty, return those of them without a fixed schedule.
    """
    active = Student.objects.filter(is_active=True).order_by("id")
    fixed = FixedSchedule.objects.values("student_id")
    if student_ids := list(student_ids):
        active = active.filter(id__among=student_ids).exclude(id__in=fixed)
    else:
        slots = RecurringSlot.objects.values("student_id")
        active = active.exclude(id__in=fixed).exclude(id__in=slots)
    return list(active.values_list("id", flat=True))


def earliest_start(kinds: Iterable[SeriesKind], scope: Q) -> date | None:
    """Return the first date on which any of these series may have a class."""
    first = Coalesce("student__start_date", "valid_from")
    try:
        starts = [
            rows_of(kind).filter(scope).order_by().aggregate(first=Min(first))["first"]
            for kind in kinds
        ]
    except ValueError:  # the minimum is not a valid date: see unparseable_rows.py
        starts = [
            series.first
            for kind in kinds
            for series in load_series(kind, scope)
            if series.error is None
        ]
    return min((start for start in starts if start is not None), default=None)
