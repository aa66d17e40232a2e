"""People of a file whose names are those of others but for case, accents or punctuation.

They may be the same people, or others who look alike: that is asked once for the whole file. A
teacher is asked about always, a student only beside one with the same e-mail address or a lesson
at the same time with the same teacher. A name that is stored as the file has it is never asked
about.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from django.utils.translation import gettext as _

from scheduling.domain.typed_text import lookalike_key
from scheduling.services.timetable_import.errors import ImportFault, ImportFaults, shown
from scheduling.services.timetable_import.reading.imported_rule import RuleIdentity, StudentName
from scheduling.services.timetable_import.timetable import ReadRow, Timetable

from . import existing

# The teacher, whichever way the name is written; the weekday and the start.
Lesson = tuple[str, int, time]


class People(StrEnum):
    """The answer: are they the same people, or new ones?"""

    SAME = "same"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A person of the file, and whom that may be. ``other_line`` is None: somebody stored.

    ``others`` are several where more than one stored person has such a name.
    """

    line: int
    column: str
    name: str
    others: tuple[str, ...]
    other_line: int | None

    @property
    def sentence(self) -> str:
        """Both names, for people."""
        names = {"name": shown(self.name), "other": ", ".join(map(shown, self.others))}
        if self.other_line is not None:
            text = _("%(name)s looks like %(other)s on line %(line)d.")
            return text % {**names, "line": self.other_line}
        if self.column == "teacher":
            return _("%(name)s looks like %(other)s, who is already a teacher.") % names
        return _("%(name)s looks like %(other)s, who is already a student.") % names

    @property
    def fault(self) -> ImportFault:
        """The question as a fault of the file: a command can't wait for an answer."""
        advice = _(
            "Answer with the option --people for the whole file: “same” if they are the same "
            "person, “new” if they are not."
        )
        return ImportFault(self.line, self.column, f"{self.sentence} {advice}")


class Lookalikes:
    """The people of ``rows`` who look like others. Reads names and lessons that are stored."""

    def __init__(self, rows: list[ReadRow]) -> None:
        self._rows = rows
        self._teachers: dict[str, list[str]] = {}
        self._students: dict[StudentName, list[StudentName]] = {}
        self._stored: set[str | StudentName] = set()
        lines: dict[RuleIdentity, int] = {}
        for row in rows:
            for rule in row.rules:
                lines.setdefault(rule.place, rule.line)
        self._find_teachers(dict.fromkeys(place.teacher for place in lines if place.teacher))
        self._find_students(list(lines))
        self.found = sorted(self._described(lines), key=lambda one: one.line)

    def timetable(self, people: People | None, faults: ImportFaults) -> Timetable:
        """The rows brought together; the same people under the names of the others."""
        if people is not People.SAME or not self.found:
            return Timetable(self._rows, faults)
        for one in self.found:
            if len(one.others) > 1:
                message = _("%(sentence)s Write the name exactly as that person has it.")
                faults.add(one.line, one.column, message % {"sentence": one.sentence})
        return Timetable(map(self._renamed, self._rows), faults)

    def _find_teachers(self, names: Iterable[str]) -> None:
        known = existing.teachers()
        strangers = [name for name in names if name not in known]
        if not strangers:
            return
        self._stored |= known.keys()
        alike: defaultdict[str, list[str]] = defaultdict(list)
        for name in known:
            alike[lookalike_key(name)].append(name)
        for name in strangers:
            key = lookalike_key(name)
            if not key:
                continue
            if alike[key]:
                self._teachers[name] = alike[key]
            else:
                alike[key] = [name]

    def _find_students(self, places: list[RuleIdentity]) -> None:
        names = dict.fromkeys(place.student for place in places)
        known = existing.students_named(names)
        strangers = {name: key for name in names if name not in known and (key := _key(name))}
        if not strangers:
            return
        # What two people may share: an address, or a lesson.
        links: defaultdict[StudentName, set[object]] = defaultdict(set)
        for place in places:
            links[place.student].add(_lesson(place))
        lessons = set().union(*(links[name] for name in strangers))
        keys = set(strangers.values())
        others = {*known, *existing.students_addressed({name.email for name in strangers})}
        for place in existing.places_at({place.start_time for place in places}):
            if _lesson(place) in lessons and _key(place.student) in keys:
                others.add(place.student)
                links[place.student].add(_lesson(place))
        self._stored |= others
        alike: defaultdict[str, list[StudentName]] = defaultdict(list)
        for name in sorted(others):
            alike[_key(name)].append(name)
        for name in (*others, *strangers):
            if name.email:
                links[name].add(name.email)
        for name, key in strangers.items():
            found = [other for other in alike[key] if _looks_like(name, other, links)]
            if found:
                # An address says more than a lesson, which may be that of a whole group.
                addressed = [other for other in found if name.email and name.email == other.email]
                self._students[name] = found = addressed or found
                # What the one shares with others of the file, the other one does.
                links[found[0]] |= links[name]
            else:
                alike[key].append(name)

    def _described(self, lines: dict[RuleIdentity, int]) -> Iterator[Lookalike]:
        first: dict[str | StudentName, int] = {}
        for place, line in lines.items():
            first.setdefault(place.teacher, line)
            first.setdefault(place.student, line)
        others = {name: line for name, line in first.items() if name not in self._stored}
        for teacher, teachers in self._teachers.items():
            other_line = others.get(teachers[0])
            yield Lookalike(first[teacher], "teacher", teacher, tuple(teachers), other_line)
        for student, students in self._students.items():
            other = students[0]
            same_last_name = student.last_name == other.last_name
            column = "student_first_name" if same_last_name else "student_last_name"
            names = tuple(_text(one, student) for one in students)
            line = first[student]
            yield Lookalike(line, column, student.full_name, names, others.get(other))

    def _renamed(self, row: ReadRow) -> ReadRow:
        place = row.rules[0].place
        student = self._students.get(place.student, (place.student,))[0]
        teacher = self._teachers.get(place.teacher, (place.teacher,))[0]
        if (student, teacher) == (place.student, place.teacher):
            return row
        rules = [
            replace(rule, place=rule.place._replace(student=student, teacher=teacher))
            for rule in row.rules
        ]
        return ReadRow(rules, row.teacher_zone)


def _looks_like(
    name: StudentName, other: StudentName, links: dict[StudentName, set[object]]
) -> bool:
    """Whether it has to be asked about two students whose names have the same key.

    Of two with exactly the same name and different addresses it is known: two people.
    """
    return name[1:] != other[1:] and not links[name].isdisjoint(links[other])


def _text(other: StudentName, name: StudentName) -> str:
    """``other`` as it stands beside ``name``: with what tells the two apart."""
    text = other.full_name
    if text == name.full_name:
        text = f"{other.last_name}, {other.first_name}"
    return text if other.email == name.email else f"{text} ({other.email or _('no e-mail')})"


def _key(student: StudentName) -> str:
    return lookalike_key(f"{student.first_name}{student.last_name}")


def _lesson(place: RuleIdentity) -> Lesson:
    # A name of signs alone is its own key: an empty one is that of lessons without a teacher.
    teacher = lookalike_key(place.teacher) or place.teacher
    return teacher, place.weekday, place.start_time
