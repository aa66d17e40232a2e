"""Names, zones and addresses of people, and people with similar names."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model

from scheduling.domain.typed_text import lookalike_key
from scheduling.models import Student, Teacher


def student_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the full names of these students by id."""
    rows = Student.objects.filter(id__among=ids).order_by()
    return {
        pk: f"{first} {last}".strip()
        for pk, first, last in rows.values_list("id", "first_name", "last_name")
    }


def teacher_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these teachers by id."""
    return dict(Teacher.objects.filter(id__among=ids).order_by().values_list("id", "name"))


def account_names(usernames: Iterable[str]) -> dict[str, str]:
    """Return the full names of these accounts by username; accounts without a name are omitted."""
    wanted = {name for name in usernames if name}
    if not wanted:
        return {}
    rows = get_user_model()._default_manager.filter(username__in=wanted)
    names = rows.values_list("username", "first_name", "last_name")
    found = {user: f"{first} {last}".strip() for user, first, last in names}
    return {user: name for user, name in found.items() if name}


def teacher_zones(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the time zones of these teachers by id."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    rows = Teacher.objects.filter(id__among=wanted).order_by()
    return dict(rows.values_list("id", "time_zone"))


def zones_in_use() -> list[str]:
    """Return the distinct time zones of all teachers."""
    return list(Teacher.objects.order_by().values_list("time_zone", flat=True).distinct())


def teachers_like(teacher: Teacher) -> list[Teacher]:
    """Return other teachers whose names differ at most in case, accents or punctuation."""
    key = lookalike_key(teacher.name)
    others = Teacher.objects.exclude(pk=teacher.pk).only("name")
    return [other for other in others if key and lookalike_key(other.name) == key]


def students_like(student: Student) -> list[Student]:
    """Return other students with the same e-mail address and a similar name."""
    key = lookalike_key(student.full_name)
    others = Student.objects.exclude(pk=student.pk).filter(email__iexact=student.email)
    if not key or not student.email:
        return []
    return [other for other in others if lookalike_key(other.full_name) == key]
