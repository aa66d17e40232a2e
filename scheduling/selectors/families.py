"""Who is written to about a student's lessons."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet

from scheduling.models import Guardian, Student, StudentGuardian


def guardians_with_address() -> QuerySet[StudentGuardian]:
    """Return the guardians that the student of an outer query is represented by in e-mails."""
    return StudentGuardian.objects.filter(student=OuterRef("student")).exclude(guardian__email="")


def notice_readers(student_ids: Iterable[int]) -> dict[int, list[Student | Guardian]]:
    """Return who gets notices about each student: guardians, or the student without any.

    Guardians without an address don't count. The list is empty if nobody has an address, and absent
    if the guardians do not want notices.
    """
    ids = set(student_ids)
    readers: dict[int, list[Student | Guardian]] = defaultdict(list)
    has_guardian: set[int] = set()
    links = StudentGuardian.objects.filter(student__among=ids).exclude(guardian__email="")
    for link in links.select_related("guardian").order_by("guardian_id"):
        has_guardian.add(link.student_id)
        if link.guardian.notices:
            readers[link.student_id].append(link.guardian)
    for student in Student.objects.filter(id__among=ids - has_guardian):
        readers[student.pk] = [student] if student.email else []
    return dict(readers)


def siblings(student: Student) -> QuerySet[Student]:
    """Return the other students of the guardians of ``student``."""
    return Student.objects.filter(guardians__students=student).exclude(pk=student.pk).distinct()


def students_at_address(student: Student) -> QuerySet[Student]:
    """Return the other students with the e-mail address of ``student``."""
    if not student.email:
        return Student.objects.none()
    return Student.objects.filter(email__iexact=student.email).exclude(pk=student.pk)
