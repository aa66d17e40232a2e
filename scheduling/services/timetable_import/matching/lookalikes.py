"""Lookalikes: people whose names differ from others only in case, accents or punctuation.

They may be the same people or not, which is one question for the whole file. Teachers always
raise it; a student does if the other student has the same e-mail address, or a lesson at the same
time with the same teacher. A name that is stored exactly as in the file never does.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from django.utils.translation import gettext as _

from scheduling.domain.typed_text import lookalike_key
from scheduling.services.timetable_import.errors import ImportFault, ImportFaults, quoted
from scheduling.services.timetable_import.reading.imported_rule import RuleIdentity, StudentName
from scheduling.services.timetable_import.timetable import ReadRow, Timetable

from . import existing

# The key of the teacher's name, the weekday and the start.
Lesson = tuple[str, int, time]


class LookalikeAnswer(StrEnum):
    """The answer to the question about lookalikes: the same people, or new ones."""

    SAME = "same"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A person of the file, and the people with a similar name.

    ``other_line`` is the line of the other person, None for stored people. Several ``others`` are
    always stored.
    """

    line: int
    column: str
    name: str
    others: tuple[str, ...]
    other_line: int | None

    @property
    def sentence(self) -> str:
        """A sentence with both names."""
        names = {"name": quoted(self.name), "other": ", ".join(map(quoted, self.others))}
        if self.other_line is not None:
            text = _("%(name)s looks like %(other)s on line %(line)d.")
            return text % {**names, "line": self.other_line}
        if self.column == "teacher":
            return _("%(name)s looks like %(other)s, who is already a teacher.") % names
        return _("%(name)s looks like %(other)s, who is already a student.") % names

    @property
    def fault(self) -> ImportFault:
        """The question as a fault, for the command, which can't ask."""
        advice = _(
            "Answer with the option --people for the whole file: “same” if they are the same "
            "person, “new” if they are not."
        )
        return ImportFault(self.line, self.column, f"{self.sentence} {advice}")


class Lookalikes:
    """Finds the lookalikes in ``rows``, among themselves and among stored people."""

    def __init__(self, rows: list[ReadRow]) -> None:
        self._rows = rows
        self._teachers: dict[str, list[str]] = {}
        self._students: dict[StudentName, list[StudentName]] = {}
        self._stored: set[str | StudentName] = set()
        lines: dict[RuleIdentity, int] = {}
        for row in rows:
            for rule in row.rules:
                lines.setdefault(rule.identity, rule.line)
        teachers = (identity.teacher for identity in lines)
        self._find_teachers(dict.fromkeys(filter(None, teachers)))
        self._find_students(list(lines))
        self.found = sorted(self._describe(lines), key=lambda lookalike: lookalike.line)

    def timetable(self, people: LookalikeAnswer | None, faults: ImportFaults) -> Timetable:
        """Return the timetable; with the answer SAME, lookalikes get the names of the others."""
        if people is not LookalikeAnswer.SAME or not self.found:
            return Timetable(self._rows, faults)
        for lookalike in self.found:
            if len(lookalike.others) > 1:
                message = _("%(sentence)s Write the name exactly as that person has it.")
                values = {"sentence": lookalike.sentence}
                faults.add(lookalike.line, lookalike.column, message % values)
        return Timetable(map(self._rename_people, self._rows), faults)

    def _find_teachers(self, names: Iterable[str]) -> None:
        known = existing.teachers_by_name()
        unknown = [name for name in names if name not in known]
        if not unknown:
            return
        self._stored |= known.keys()
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for name in known:
            alike[lookalike_key(name)].append(name)
        for name in unknown:
            key = lookalike_key(name)
            if not key:
                continue
            if alike[key]:
                self._teachers[name] = alike[key]
            else:
                alike[key] = [name]

    def _find_students(self, identities: list[RuleIdentity]) -> None:
        names = dict.fromkeys(identity.student for identity in identities)
        known = existing.students_by_name(names)
        unknown = {name: key for name in names if name not in known and (key := _key(name))}
        if not unknown:
            return
        # The addresses and lessons that two people may have in common.
        links: defaultdict[StudentName, set[object]] = defaultdict(set)
        for identity in identities:
            links[identity.student].add(_lesson(identity))
        lessons = set().union(*(links[name] for name in unknown))
        keys = set(unknown.values())
        others = {*known, *existing.students_with_emails({name.email for name in unknown})}
        starts = {identity.start_time for identity in identities}
        for identity in existing.identities_starting_at(starts):
            if _lesson(identity) in lessons and _key(identity.student) in keys:
                others.add(identity.student)
                links[identity.student].add(_lesson(identity))
        self._stored |= others
        alike: defaultdict[str, list[StudentName]] = defaultdict(list)
        for name in sorted(others):
            alike[_key(name)].append(name)
        for name in (*others, *unknown):
            if name.email:
                links[name].add(name.email)
        for name, key in unknown.items():
            matches = [other for other in alike[key] if _may_be_same(name, other, links)]
            if matches:
                # An address is stronger evidence than a lesson, which may be a group's.
                same_email = [other for other in matches if other.email == name.email != ""]
                self._students[name] = matches = same_email or matches
                # Later names of the file may share a lesson or address with either of the two.
                links[matches[0]] |= links[name]
            else:
                alike[key].append(name)

    def _describe(self, lines: dict[RuleIdentity, int]) -> Iterator[Lookalike]:
        first_lines: dict[str | StudentName, int] = {}
        for identity, line in lines.items():
            first_lines.setdefault(identity.teacher, line)
            first_lines.setdefault(identity.student, line)
        new = {name: line for name, line in first_lines.items() if name not in self._stored}
        for teacher, teachers in self._teachers.items():
            line, other_line = first_lines[teacher], new.get(teachers[0])
            yield Lookalike(line, "teacher", teacher, tuple(teachers), other_line)
        for student, students in self._students.items():
            other = students[0]
            same_last_name = student.last_name == other.last_name
            column = "student_first_name" if same_last_name else "student_last_name"
            names = tuple(_distinct_name(match, student) for match in students)
            line = first_lines[student]
            yield Lookalike(line, column, student.full_name, names, new.get(other))

    def _rename_people(self, row: ReadRow) -> ReadRow:
        identity = row.rules[0].identity
        student = self._students.get(identity.student, (identity.student,))[0]
        teacher = self._teachers.get(identity.teacher, (identity.teacher,))[0]
        if (student, teacher) == (identity.student, identity.teacher):
            return row
        rules = [
            replace(rule, identity=rule.identity._replace(student=student, teacher=teacher))
            for rule in row.rules
        ]
        return row._replace(rules=rules)


def _may_be_same(
    name: StudentName, other: StudentName, links: dict[StudentName, set[object]]
) -> bool:
    """Return True if two students with the same name key may be one person.

    Identical names with different addresses are two people.
    """
    return name[1:] != other[1:] and not links[name].isdisjoint(links[other])


def _distinct_name(other: StudentName, name: StudentName) -> str:
    """Return the name of ``other`` in a form that differs from ``name``."""
    text = other.full_name
    if text == name.full_name:
        text = f"{other.last_name}, {other.first_name}"
    return text if other.email == name.email else f"{text} ({other.email or _('no e-mail')})"


def _key(student: StudentName) -> str:
    return lookalike_key(f"{student.first_name}{student.last_name}")


def _lesson(identity: RuleIdentity) -> Lesson:
    # A name of punctuation alone has no key; an empty one means a lesson without a teacher.
    teacher = lookalike_key(identity.teacher) or identity.teacher
    return teacher, identity.weekday, identity.start_time
