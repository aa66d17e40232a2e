"""Columns of the lists of people, with a constant number of queries per page."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from scheduling.models import (
    ClassStatus,
    Closure,
    FixedSchedule,
    RecurringSlot,
    Room,
    ScheduledClass,
    SlotStatus,
    Student,
    Teacher,
)

Counts = dict[int, int]


def not_ended(today: date) -> Q:
    """Return the condition for rules that have not ended."""
    return Q(valid_until__isnull=True) | Q(valid_until__gte=today)


def active_slots(today: date) -> QuerySet[RecurringSlot]:
    """Return slots that are active and have not ended; their people may be inactive."""
    return RecurringSlot.objects.filter(not_ended(today), status=SlotStatus.ACTIVE)


def weekly_meetings(whose: str, ids: Iterable[int], today: date) -> Counts:
    """Count the current weekly rules of both kinds of each student, teacher or room (``whose``)."""
    total: Counter[int] = Counter()
    listed = list(ids)
    for rows in (FixedSchedule.objects.filter(not_ended(today)), active_slots(today)):
        of = rows.filter(**{f"{whose}_id__among": listed}).order_by()
        total.update(dict(of.values_list(f"{whose}_id").annotate(n=Count("id"))))
    return dict(total)


def next_classes(whose: str, ids: Iterable[int], now: datetime) -> dict[int, ScheduledClass]:
    """Return the next class after ``now``, not cancelled, of each student, teacher or room."""
    listed = list(ids)
    of_one = (
        ScheduledClass.objects.filter(**{f"{whose}_id": OuterRef("pk")}, starts_at__gt=now)
        .exclude(status=ClassStatus.CANCELLED)
        .order_by("starts_at", "id")
    )
    model: Any = {"student": Student, "teacher": Teacher, "room": Room}[whose]
    people = model.objects.filter(id__among=listed).order_by()
    found = dict(people.annotate(next=Subquery(of_one.values("id")[:1])).values_list("id", "next"))
    classes = ScheduledClass.objects.select_related("student", "teacher").in_bulk(
        [number for number in found.values() if number is not None]
    )
    return {person: classes[number] for person, number in found.items() if number in classes}


def has_classes_ahead(whose: str, person: Student | Teacher, now: datetime) -> bool:
    """Return True if a student or teacher (``whose``) has a scheduled class after ``now``."""
    ahead = ScheduledClass.objects.filter(starts_at__gt=now, status=ClassStatus.SCHEDULED)
    return ahead.filter(**{whose: person}).exists()


def classes_on(teachers: Iterable[int], days: Iterable[date]) -> dict[tuple[int, date], int]:
    """Count each teacher's classes on each of ``days``, except cancelled ones."""
    rows = ScheduledClass.objects.filter(date__in=set(days), teacher_id__among=list(teachers))
    rows = rows.exclude(status=ClassStatus.CANCELLED).order_by()
    counted = rows.values_list("teacher_id", "date").annotate(n=Count("id"))
    return {(teacher, day): n for teacher, day, n in counted}


def paused_people(whose: str, today: date) -> Q:
    """Return the condition for people with a closure of their own today.

    A pause of a single schedule does not count.
    """
    own = Closure.objects.filter(
        **{f"{whose}_id": OuterRef("pk")},
        first_date__lte=today,
        last_date__gte=today,
        fixed_schedule__isnull=True,
        recurring_slot__isnull=True,
    )
    return Q(Exists(own))


def subjects_taught(today: date) -> dict[int, list[str]]:
    """Return the subjects of each active teacher by id: the own list, or that of the lessons.

    Where a teacher has no list, these are the subjects of the weekly rules that have not ended.
    Three queries.
    """
    teachers = Teacher.objects.filter(is_active=True).order_by("name", "id").only("subjects")
    found = {teacher.pk: teacher.subject_list for teacher in teachers}
    without = {pk for pk, subjects in found.items() if not subjects}
    for rows in (FixedSchedule.objects.filter(not_ended(today)), active_slots(today)):
        of = rows.filter(teacher_id__among=without).exclude(subject="").order_by("subject")
        for teacher_id, subject in of.values_list("teacher_id", "subject").distinct():
            if subject not in found[teacher_id]:
                found[teacher_id].append(subject)
    return found
