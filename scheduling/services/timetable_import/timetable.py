"""The content of a whole file: its teachers, students and rules, each once."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_same_zone
from scheduling.services.timetable_import.reading.imported_rule import (
    Difference,
    GuardianName,
    ImportedRule,
    RuleIdentity,
    StudentName,
    differences,
)

from .errors import ImportFaults, quoted

# Rows of each kind in a preview.
SAMPLE = 20


class TeacherEntry(NamedTuple):
    """The zone of a teacher of the file, and the first line that names them."""

    zone: str
    line: int


class RoomEntry(NamedTuple):
    """The name of a room of the file, and the first line that names it."""

    name: str
    line: int


class ReadRow(NamedTuple):
    """A row without faults: one rule per weekday."""

    rules: list[ImportedRule]
    teacher_zone: str
    guardian: GuardianName | None = None


class Timetable:
    """The merged rows of a file; contradictions are added to ``faults``."""

    def __init__(self, rows: Iterable[ReadRow], faults: ImportFaults) -> None:
        self._faults = faults
        self._rules: dict[tuple[RuleIdentity, date | None], ImportedRule] = {}
        self.teachers: dict[str, TeacherEntry] = {}
        self.students: dict[StudentName, int] = {}
        # The students and their guardians, with the first line that names both.
        self.guardians: dict[tuple[StudentName, GuardianName], int] = {}
        # By key: the name as it is written first, and its line.
        self.rooms: dict[str, RoomEntry] = {}
        self.merged_rows = 0
        # The first merged rows: (line, repeated line).
        self.repeats: list[tuple[int, int]] = []
        for row in rows:
            self._add(*row)
        self._check_open_starts()

    @property
    def rules(self) -> Iterator[ImportedRule]:
        """All distinct rules, in the order of the file."""
        return iter(self._rules.values())

    @property
    def rule_count(self) -> int:
        """The number of distinct rules."""
        return len(self._rules)

    def _add(
        self, rules: list[ImportedRule], teacher_zone: str, guardian: GuardianName | None
    ) -> None:
        """Add the rules of a row; a row that repeats earlier ones counts as merged."""
        first = rules[0]
        self.students.setdefault(first.student, first.line)
        if guardian is not None:
            self.guardians.setdefault((first.student, guardian), first.line)
        if first.room:
            self.rooms.setdefault(first.room_key, RoomEntry(first.room, first.line))
        if first.identity.teacher:
            self._add_teacher(first, teacher_zone)
        before = len(self._rules)
        sound = [self._add_rule(rule) for rule in rules]
        if all(sound) and len(self._rules) == before:
            self.merged_rows += 1
            if len(self.repeats) < SAMPLE:
                self.repeats.append((first.line, self._rules[first.dated_identity].line))

    def _add_teacher(self, rule: ImportedRule, zone: str) -> None:
        known = self.teachers.setdefault(rule.identity.teacher, TeacherEntry(zone, rule.line))
        if not is_same_zone(known.zone, zone):
            message = _(
                "The teacher %(teacher)s is in %(zone)s here and in %(other)s on line %(line)s; "
                "make them the same."
            )
            zones = {"zone": zone, "other": known.zone}
            values = zones | {"teacher": quoted(rule.identity.teacher), "line": str(known.line)}
            self._faults.add(rule.line, "teacher_time_zone", message % values)

    def _add_rule(self, rule: ImportedRule) -> bool:
        """Add a rule; return False if it contradicts an earlier line."""
        known = self._rules.setdefault(rule.dated_identity, rule)
        if known is not rule and (known != rule or known.room_key != rule.room_key):
            self._contradiction(rule, known, list(differences(rule, known)))
            return False
        if known.replaces is None:
            known.replaces = rule.replaces
        elif rule.replaces is not None and rule.replaces != known.replaces:
            message = _(
                "Line %(line)d says that this rule replaces another one; keep one of the two."
            )
            self._faults.add(rule.line, "replaces", message % {"line": known.line})
            return False
        return True

    def _check_open_starts(self) -> None:
        """Report rules that occur both with and without a valid_from.

        A stored rule could belong to either.
        """
        undated = {rule.identity: rule for rule in self.rules if rule.valid_from is None}
        if not undated:
            return
        for rule in self.rules:
            other = undated.get(rule.identity)
            if rule.valid_from is not None and other is not None:
                message = _(
                    "This rule and that of line %(line)d differ in valid_from alone, and one of "
                    "the two leaves it empty; write it in both."
                )
                lines = sorted((rule.line, other.line))
                self._faults.add(lines[1], "valid_from", message % {"line": lines[0]})

    def _contradiction(
        self, rule: ImportedRule, known: ImportedRule, found: list[Difference]
    ) -> None:
        values = "; ".join(
            _("%(label)s is %(mine)s here and %(other)s there") % difference._asdict()
            for difference in found
        )
        message = _(
            "The rule of line %(line)d (the same student, teacher, weekday, start time and "
            "valid_from) comes again with other values: %(said)s. Keep one of the two."
        )
        column = found[0].column if found else ""
        self._faults.add(rule.line, column, message % {"line": known.line, "said": values})
