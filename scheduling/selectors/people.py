"""Names of people, for what is said about them."""

from collections.abc import Iterable

from scheduling.models import Student, Teacher


def student_names(ids: Iterable[int]) -> dict[int, str]:
    """First and last names of these students, by id."""
    rows = Student.objects.filter(id__among=ids).order_by()
    return {
        pk: f"{first} {last}".strip()
        for pk, first, last in rows.values_list("id", "first_name", "last_name")
    }


def teacher_names(ids: Iterable[int]) -> dict[int, str]:
    """Names of these teachers, by id."""
    return dict(Teacher.objects.filter(id__among=ids).order_by().values_list("id", "name"))
