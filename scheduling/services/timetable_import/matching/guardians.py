"""Compares the guardians of a file with the stored ones. Reads only.

An import adds guardians and never removes one: a row that names none says nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models.functions import Lower

from scheduling.db.bulk_insert import among
from scheduling.models import Guardian, StudentGuardian
from scheduling.services.timetable_import.reading.imported_rule import GuardianName, StudentName
from scheduling.services.timetable_import.timetable import Timetable


class NewGuardian(NamedTuple):
    """A guardian to create. ``student`` is set without an address, which could be shared."""

    guardian: GuardianName
    student: StudentName | None

    @classmethod
    def of(cls, student: StudentName, guardian: GuardianName) -> "NewGuardian":
        """Return the new guardian of ``student``."""
        return cls(guardian, None if guardian.email else student)


@dataclass(slots=True)
class GuardianMatch:
    """The ids of the stored guardians, the new guardians, and the missing links."""

    ids: dict[GuardianName, int] = field(default_factory=dict)
    new: list[NewGuardian] = field(default_factory=list)
    links: list[tuple[StudentName, GuardianName]] = field(default_factory=list)


def match_guardians(timetable: Timetable, students: Mapping[StudentName, int]) -> GuardianMatch:
    """Return what is missing of the file's guardians; ``students`` has the ids of stored ones.

    A guardian is known by address and name, and without an address by the name among the guardians
    of the student: people of one name are not one person.
    """
    match = GuardianMatch()
    wanted = {guardian for _student, guardian in timetable.guardians}
    if not wanted:
        return match
    match.ids = _stored(wanted)
    of_student = _guardians_of(students.values())
    new: dict[NewGuardian, None] = {}
    for student, guardian in timetable.guardians:
        known = of_student.get(students.get(student, 0), set())
        if guardian in known or (not guardian.email and guardian.name in _names(known)):
            continue
        if guardian not in match.ids:
            new[NewGuardian.of(student, guardian)] = None
        match.links.append((student, guardian))
    match.new = list(new)
    return match


def _stored(wanted: set[GuardianName]) -> dict[GuardianName, int]:
    addresses = {guardian.email for guardian in wanted if guardian.email}
    rows = Guardian.objects.order_by("-id").alias(address=Lower("email"))
    columns = ("email", "first_name", "last_name", "id")
    ids: dict[GuardianName, int] = {}
    # The oldest one last, so that it is the one that stays.
    for email, first_name, last_name, id in among(rows.values_list(*columns), "address", addresses):
        ids[GuardianName.from_columns(email, first_name, last_name)] = id
    return {guardian: ids[guardian] for guardian in wanted if guardian in ids}


def _guardians_of(student_ids: Iterable[int]) -> dict[int, set[GuardianName]]:
    rows = StudentGuardian.objects.order_by().values_list(
        "student_id", "guardian__email", "guardian__first_name", "guardian__last_name"
    )
    found: dict[int, set[GuardianName]] = defaultdict(set)
    for student_id, *columns in among(rows, "student_id", student_ids):
        found[student_id].add(GuardianName.from_columns(*columns))
    return found


def _names(guardians: Iterable[GuardianName]) -> set[str]:
    return {guardian.name for guardian in guardians}
