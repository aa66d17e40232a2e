"""Search of people, and of classes by the names of their people and rooms.

Accents and case are ignored.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from scheduling.models import Guardian, Room, ScheduledClass, Student, Teacher

# Enough people for any useful search.
MOST_PEOPLE = 1_000
# Each word reads whole tables.
MOST_WORDS = 5
# A class takes at most a day, so that a class that has not ended began after this long ago.
LONGEST_CLASS = timedelta(days=2)


def matches_all_words(text: str, *columns: str) -> Q:
    """Return a condition: every word of ``text`` occurs in one of ``columns``."""
    condition = Q()
    for word in text.split():
        in_any_column = Q()
        for column in columns:
            in_any_column |= Q(**{f"{column}__contains_plain": word})
        condition &= in_any_column
    return condition


def students_matching(text: str, taught_by: Teacher | None = None) -> QuerySet[Student]:
    """Return the students with each word of ``text`` in their name or e-mail address.

    ``taught_by``: only by name, and only students who have or had a class with that teacher.
    """
    columns = ("first_name", "last_name") if taught_by else ("first_name", "last_name", "email")
    rows = Student.objects.filter(matches_all_words(_shortened(text), *columns))
    if taught_by is not None:
        classes = ScheduledClass.objects.filter(teacher=taught_by)
        rows = rows.filter(id__in=classes.values("student_id"))
    return rows.order_by("-is_active", "last_name", "first_name", "id")


def teachers_matching(text: str) -> QuerySet[Teacher]:
    """Return the teachers with each word of ``text`` in their name or e-mail address."""
    condition = matches_all_words(_shortened(text), "name", "email")
    return Teacher.objects.filter(condition).order_by("-is_active", "name", "id")


def guardians_matching(text: str) -> QuerySet[Guardian]:
    """Return the guardians with each word of ``text`` in name, e-mail address or phone number."""
    condition = matches_all_words(_shortened(text), "first_name", "last_name", "email", "phone")
    return Guardian.objects.filter(condition).prefetch_related("students")


def classes_matching(
    classes: QuerySet[ScheduledClass], text: str, day: date | None, now: datetime
) -> QuerySet[ScheduledClass]:
    """Return those of ``classes`` on ``day``, or without it the coming ones, that match ``text``.

    Each word of ``text`` occurs in the name of the people or the room.
    """
    if day is not None:
        rows = classes.filter(date=day)
    else:
        rows = classes.filter(ends_at__gt=now, starts_at__gte=now - LONGEST_CLASS)
    named = classes_named(rows, text)
    return named.select_related("student", "teacher", "room").order_by("starts_at", "id")


def classes_named(classes: QuerySet[ScheduledClass], text: str) -> QuerySet[ScheduledClass]:
    """Filter ``classes`` to those with each word of ``text`` in the name of its people or room.

    Names are searched first, as comparing the names of every class would read the whole table.
    """
    for word in text.split()[:MOST_WORDS]:
        students = Student.objects.filter(matches_all_words(word, "first_name", "last_name"))
        teachers = Teacher.objects.filter(matches_all_words(word, "name"))
        found = Q(student_id__among=_ids(students)) | Q(teacher_id__among=_ids(teachers))
        if rooms := _ids(Room.objects.filter(matches_all_words(word, "name"))):
            found |= Q(room_id__among=rooms)
        classes = classes.filter(found)
    return classes


def _shortened(text: str) -> str:
    return " ".join(text.split()[:MOST_WORDS])


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("id").values_list("id", flat=True)[:MOST_PEOPLE])
