"""Compares a file with the stored rules. Reads only.

A rule is recognised by its import key, whatever its values are now, or else by its identity. If a
recognised rule differs, it was edited by hand: that is a fault, because an import neither reverts
nor duplicates manual work. Rules that get a last day or a room, or are replaced, are not faults;
see ``succession.py``.
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
from .guardians import GuardianMatch, match_guardians
from .succession import RuleChange, SuccessionMatcher, only_adds_last_day, only_adds_room


@dataclass(slots=True)
class MatchResult:
    """The ids of stored people, and the changes to write.

    ``new_rules`` come with their import keys. ``adopted`` are rules created or edited by hand
    that equal the file's; they get its keys. ``start_dates`` are those of new students, and of
    stored students without one.
    """

    teachers: dict[str, int] = field(default_factory=dict)
    students: dict[StudentName, int] = field(default_factory=dict)
    new_rules: list[tuple[ImportedRule, str]] = field(default_factory=list)
    adopted: list[tuple[ExistingRule, str]] = field(default_factory=list)
    start_dates: dict[StudentName, date] = field(default_factory=dict)
    guardians: GuardianMatch = field(default_factory=GuardianMatch)
    unchanged: int = 0
    # Stored rules that get a last day, and those that are replaced.
    ended: list[RuleChange] = field(default_factory=list)
    replaced: list[RuleChange] = field(default_factory=list)
    # The ids of stored rooms by key, and stored rules without a room that get one.
    rooms: dict[str, int] = field(default_factory=dict)
    roomed: list[RuleChange] = field(default_factory=list)


class Matcher:
    """Matches one timetable. ``today`` is the studio's date."""

    def __init__(self, timetable: Timetable, today: date, faults: ImportFaults) -> None:
        self._timetable = timetable
        self._today = today
        self._faults = faults
        self._result = MatchResult()
        self._by_key: dict[str, ExistingRule] = {}
        self._by_identity: dict[RuleIdentity, list[ExistingRule]] = {}
        self._with_rules: set[int] = set()
        self._earliest: dict[StudentName, date] = {}
        self._succession = SuccessionMatcher(today, faults)

    def match(self) -> MatchResult:
        """Return the result, which can be applied if there are no faults."""
        timetable, result, faults = self._timetable, self._result, self._faults
        students = people.match_students(timetable, faults)
        result.teachers = people.match_teachers(timetable, faults)
        result.rooms = existing.rooms_by_key(timetable.rooms)
        result.students = {name: student.id for name, student in students.items()}
        result.guardians = match_guardians(timetable, result.students)
        keyed = [(rule, rule.key) for rule in timetable.rules]
        self._load_rules({key for _rule, key in keyed})
        for rule, key in keyed:
            self._match_rule(rule, key)
        result.ended, result.replaced, new_rules = self._succession.resolve()
        for rule, key in new_rules:
            self._add(rule, key)
        missing = people.missing_start_dates(
            timetable, students, self._with_rules, self._earliest, faults
        )
        new = {name: day for name, day in self._earliest.items() if name not in students}
        result.start_dates = new | missing
        return result

    def _load_rules(self, keys: set[str]) -> None:
        for rule in existing.rules_of(self._result.students.values()):
            self._with_rules.add(rule.student_id)
            self._succession.add_existing(rule)
            if rule.import_key in keys:
                self._by_key[rule.import_key] = rule
            else:
                self._by_identity.setdefault(rule.rule.identity, []).append(rule)
        # The rules of a renamed student are found by their import keys only.
        for rule in existing.rules_with_key(keys - self._by_key.keys()):
            if rule.import_key:
                self._by_key[rule.import_key] = rule

    def _match_rule(self, rule: ImportedRule, key: str) -> None:
        imported = self._by_key.get(key)
        if imported is not None:
            difference = _difference_text(rule, imported)
            self._succession.add_recognised(rule, imported)
            if difference and only_adds_last_day(rule, imported):
                self._succession.add_ending(RuleChange(rule, key, imported))
            elif difference and only_adds_room(rule, imported):
                self._result.roomed.append(RuleChange(rule, key, imported))
            elif difference:
                self._report_edited(rule, *difference)
            else:
                self._result.unchanged += 1
            return
        same = [
            candidate
            for candidate in self._by_identity.get(rule.identity, ())
            if self._has_same_start(rule, candidate)
        ]
        if not same:
            self._succession.add_unmatched(rule, key)
            return
        equal = next((other for other in same if not _difference_text(rule, other)), None)
        self._succession.add_recognised(rule, equal or same[0])
        if equal is None and len(same) == 1 and only_adds_last_day(rule, same[0]):
            self._succession.add_ending(RuleChange(rule, key, same[0]))
        elif equal is None and len(same) == 1 and only_adds_room(rule, same[0]):
            self._result.roomed.append(RuleChange(rule, key, same[0]))
        elif equal is None:
            self._report_different(rule, *_difference_text(rule, same[0]))
        else:
            self._result.unchanged += 1
            self._result.adopted.append((equal, key))

    def _has_same_start(self, rule: ImportedRule, candidate: ExistingRule) -> bool:
        """Compare valid_from; without one, ``rule`` matches every rule that has not ended."""
        if rule.valid_from is not None:
            return candidate.rule.valid_from == rule.valid_from
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
        self._result.new_rules.append((rule, key))
        start = rule.valid_from or self._today
        self._earliest[rule.student] = min(start, self._earliest.get(rule.student, start))

    def _report_edited(self, rule: ImportedRule, column: str, difference: str) -> None:
        message = _(
            "The rule of %(weekday)s at %(time)s was changed by hand since it was imported "
            "(%(said)s). Write into the file what holds now, or undo the change; an import never "
            "reverts it."
        )
        self._faults.add(rule.line, column, message % _message_values(rule, difference))

    def _report_different(self, rule: ImportedRule, column: str, difference: str) -> None:
        message = _(
            "The rule of %(weekday)s at %(time)s is there already with other values (%(said)s). "
            "Change the file or the rule, so that they agree."
        )
        self._faults.add(rule.line, column, message % _message_values(rule, difference))


def _message_values(rule: ImportedRule, difference: str) -> dict[str, str]:
    weekday = str(Weekday(rule.identity.weekday).label)
    return {"weekday": weekday, "time": f"{rule.identity.start_time:%H:%M}", "said": difference}


def _difference_text(rule: ImportedRule, other: ExistingRule) -> tuple[str, str] | tuple[()]:
    """Return the first column that differs, and all differences as text; empty if none."""
    found = list(differences(rule, other.rule))
    texts = [
        _("%(label)s is %(other)s, the file says %(mine)s") % difference._asdict()
        for difference in found
    ]
    if other.status != SlotStatus.ACTIVE:
        texts.append(_("it is %(status)s") % {"status": other.status.label})
    if not texts:
        return ()
    return found[0].column if found else "", "; ".join(texts)
