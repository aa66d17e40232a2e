"""The series of a run, and which of them must be planned together."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F, Min, Q
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


def series_of_several_owners(
    kinds: tuple[SeriesKind, ...], scope: Q, whose: str = "student"
) -> dict[int, list[Series]]:
    """Return the series of students, or rooms, with more than one owner among ``kinds``, by id."""
    found: defaultdict[int, list[Series]] = defaultdict(list)
    if several := _of_several_owners(whose, kinds, scope):
        for kind in kinds:
            for series in load_series(kind, scope & Q(**{f"{whose}_id__among": several})):
                found[getattr(series, f"{whose}_id")].append(series)
    return found


def in_several_chunks(scope: Q) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Return the students, teachers and rooms with several owners, or with both kinds of series."""
    kinds = tuple(SeriesKind)
    students = _of_several_owners("student", kinds, scope)
    teachers = [
        set(rows_of(kind).filter(scope).order_by().values_list("teacher_id", flat=True).distinct())
        for kind in SeriesKind
    ]
    rooms = _of_several_owners("room", kinds, scope)
    return frozenset(students), frozenset(set.intersection(*teachers) - {None}), frozenset(rooms)


def _of_several_owners(whose: str, kinds: tuple[SeriesKind, ...], scope: Q) -> list[int]:
    """Return ids of students or rooms. With several ``kinds``, one with two of them counts."""
    owners: defaultdict[int, int] = defaultdict(int)
    for kind in kinds:
        rows = (
            rows_of(kind)
            .filter(scope, **{f"{whose}__isnull": False})
            .order_by()
            .values_list(f"{whose}_id")
            .annotate(n=Count(Coalesce("teacher_id", -F("student_id")), distinct=True))
        )
        if len(kinds) == 1:
            rows = rows.filter(n__gt=1)
        for pk, count in rows:
            owners[pk] += count
    return [pk for pk, count in owners.items() if count > 1]


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
