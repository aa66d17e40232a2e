"""The guardians of students: who the payer is, and writing a guardian's students."""

from collections.abc import Iterable
from dataclasses import dataclass

from scheduling.models import Guardian, Student, StudentGuardian


@dataclass(frozen=True, slots=True)
class Ward:
    """A student whom a guardian looks after."""

    student: Student
    relation: str = ""
    is_payer: bool = False


def other_payer(student_id: int, guardian_id: int | None) -> Guardian | None:
    """Return the payer of a student, unless it is the guardian ``guardian_id``."""
    rows = StudentGuardian.objects.filter(student=student_id, is_payer=True)
    found = rows.exclude(guardian=guardian_id).select_related("guardian").first()
    return found.guardian if found else None


def write_wards(guardian: Guardian, wards: Iterable[Ward]) -> bool:
    """Replace the students of ``guardian`` and return whether anything changed.

    Each row is saved or deleted on its own, for the audit log. Raises IntegrityError if another
    guardian is the payer.
    """
    stored = {row.student_id: row for row in guardian.student_guardians.all()}
    has_changed = False
    for ward in wards:
        row = stored.pop(ward.student.pk, None) or StudentGuardian(
            student=ward.student, guardian=guardian
        )
        values = (ward.relation, ward.is_payer)
        if row.pk is None or (row.relation, row.is_payer) != values:
            row.relation, row.is_payer = values
            row.save()
            has_changed = True
    for row in stored.values():
        row.delete()
    return has_changed or bool(stored)
