"""Compares what a file asks for with what is stored. Reads only.

A rule is recognised by the key that its import left on it, whatever became of it since, and
else by its identity, whoever made it. What is recognised and differs was changed by a person:
that is a fault, for people's work is neither reverted nor doubled. A last day that the file gives
to a rule without one, and a rule that goes on as another, are no faults: ``succession.py``.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from scheduling.models import SlotStatus
from scheduling.models.timetable import Weekday
from scheduling.services.timetable_import.errors import ImportFaults
from scheduling.services.timetable_import.reading.imported_rule import (
    ImportedRule,
    RuleIdentity,
    StudentName,
    differences,
)
from scheduling.services.timetable_import.timetable import Timetable

from . import existing, people
from .existing import ExistingRule
from .succession import RuleChange, SuccessionMatcher, ends_now


@dataclass(slots=True)
class MatchResult:
    """What is there already, by id, and what is to be written.

    ``new_rules`` come with their keys. ``adopted`` are rules that a person made, or edited to
    what the file says by now: they get the key of their identity. ``start_dates`` are those of
    new students, and of stored ones that had none.
    """

    teachers: dict[str, int] = field(default_factory=dict)
    students: dict[StudentName, int] = field(default_factory=dict)
    new_rules: list[tuple[ImportedRule, str]] = field(default_factory=list)
    adopted: list[tuple[ExistingRule, str]] = field(default_factory=list)
    start_dates: dict[StudentName, date] = field(default_factory=dict)
    unchanged: int = 0
    # Rules that go on, with a last day that the file gives them; and those that go on as others.
    ended: list[RuleChange] = field(default_factory=list)
    replaced: list[RuleChange] = field(default_factory=list)


class Matcher:
    """Matches one timetable on one day. ``today`` is the studio's."""

    def __init__(self, timetable: Timetable, today: date, faults: ImportFaults) -> None:
        self._timetable = timetable
        self._today = today
        self._faults = faults
        self._found = MatchResult()
        self._by_key: dict[str, ExistingRule] = {}
        self._by_place: dict[RuleIdentity, list[ExistingRule]] = {}
        self._with_rules: set[int] = set()
        self._earliest: dict[StudentName, date] = {}
        self._succession = SuccessionMatcher(today, faults)

    def match(self) -> MatchResult:
        """Compare everything; faults aside, the result can be applied as it is."""
        timetable, found, faults = self._timetable, self._found, self._faults
        students = people.match_students(timetable, faults)
        found.teachers = people.match_teachers(timetable, faults)
        found.students = {name: student.id for name, student in students.items()}
        keyed = [(rule, rule.key) for rule in timetable.rules]
        self._load_rules({key for _rule, key in keyed})
        for rule, key in keyed:
            self._match_rule(rule, key)
        found.ended, found.replaced, rest = self._succession.settle()
        for rule, key in rest:
            self._add(rule, key)
        missing = people.missing_start_dates(
            timetable, students, self._with_rules, self._earliest, faults
        )
        new = {name: day for name, day in self._earliest.items() if name not in students}
        found.start_dates = new | missing
        return found

    def _load_rules(self, keys: set[str]) -> None:
        for rule in existing.rules_of(self._found.students.values()):
            self._with_rules.add(rule.student_id)
            self._succession.know(rule)
            if rule.import_key in keys:
                self._by_key[rule.import_key] = rule
            else:
                self._by_place.setdefault(rule.rule.place, []).append(rule)
        # A renamed student's rules are found by their keys alone.
        for rule in existing.rules_with_key(keys - self._by_key.keys()):
            if rule.import_key:
                self._by_key[rule.import_key] = rule

    def _match_rule(self, rule: ImportedRule, key: str) -> None:
        imported = self._by_key.get(key)
        if imported is not None:
            said = _what_differs(rule, imported)
            self._succession.claim(rule, imported)
            if said and ends_now(rule, imported):
                self._succession.end(RuleChange(rule, key, imported))
            elif said:
                self._changed_since(rule, *said)
            else:
                self._found.unchanged += 1
            return
        same = [
            candidate
            for candidate in self._by_place.get(rule.place, ())
            if self._is_same(rule, candidate)
        ]
        if not same:
            self._succession.begin(rule, key)
            return
        equal = next((candidate for candidate in same if not _what_differs(rule, candidate)), None)
        self._succession.claim(rule, equal or same[0])
        if equal is None and len(same) == 1 and ends_now(rule, same[0]):
            self._succession.end(RuleChange(rule, key, same[0]))
        elif equal is None:
            self._stored_otherwise(rule, *_what_differs(rule, same[0]))
        else:
            self._found.unchanged += 1
            self._found.adopted.append((equal, key))

    def _is_same(self, rule: ImportedRule, candidate: ExistingRule) -> bool:
        """Whether a stored rule at the same place has the same identity as ``rule``."""
        if rule.valid_from is not None:
            return candidate.rule.valid_from == rule.valid_from
        # Left open: any that isn't over.
        last = candidate.rule.valid_until
        return last is None or last >= self._today

    def _add(self, rule: ImportedRule, key: str) -> None:
        if rule.valid_from is None and rule.valid_until and rule.valid_until < self._today:
            message = _(
                "%(last)s is before today, and without valid_from the rule would begin today; "
                "write valid_from, or remove the row."
            )
            self._faults.add(rule.line, "valid_until", message % {"last": rule.valid_until})
            return
        self._found.new_rules.append((rule, key))
        start = rule.valid_from or self._today
        self._earliest[rule.student] = min(start, self._earliest.get(rule.student, start))

    def _changed_since(self, rule: ImportedRule, column: str, said: str) -> None:
        message = _(
            "The rule of %(weekday)s at %(time)s was changed by hand since it was imported "
            "(%(said)s). Write into the file what holds now, or undo the change; an import never "
            "reverts it."
        )
        self._faults.add(rule.line, column, message % _named(rule, said))

    def _stored_otherwise(self, rule: ImportedRule, column: str, said: str) -> None:
        message = _(
            "The rule of %(weekday)s at %(time)s is there already with other values (%(said)s). "
            "Change the file or the rule, so that they agree."
        )
        self._faults.add(rule.line, column, message % _named(rule, said))


def _named(rule: ImportedRule, said: str) -> dict[str, str]:
    weekday = str(Weekday(rule.place.weekday).label)
    return {"weekday": weekday, "time": f"{rule.place.start_time:%H:%M}", "said": said}


def _what_differs(rule: ImportedRule, other: ExistingRule) -> tuple[str, str] | tuple[()]:
    """The first column that differs and all differences in words; nothing if there are none."""
    found = list(differences(rule, other.rule))
    said = [
        _("%(label)s is %(other)s, the file says %(mine)s") % difference._asdict()
        for difference in found
    ]
    if other.status != SlotStatus.ACTIVE:
        said.append(_("it is %(status)s") % {"status": other.status.label})
    if not said:
        return ()
    return found[0].column if found else "", "; ".join(said)
