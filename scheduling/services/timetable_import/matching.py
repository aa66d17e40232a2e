"""Compares what a file asks for with what is stored. Reads only.

A rule is recognised by the key that its import left on it, whatever became of it since, and
else by its identity, whoever made it. What is recognised and differs was changed by a person:
that is a fault, for people's work is neither reverted nor doubled.
"""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from scheduling.models import SlotStatus
from scheduling.models.timetable import Weekday

from . import stored
from .faults import Faults, shown
from .rules import Place, Rule, StudentName, differences
from .stored import StoredRule, StoredStudent
from .timetable import Timetable


@dataclass(slots=True)
class Matching:
    """What is there already, by id, and what is to be written.

    ``new_rules`` come with their keys. ``adopted`` are rules that a person made, or edited to
    what the file says by now: they get the key of their identity. ``start_dates`` are those of
    new students, and of stored ones that had none.
    """

    teachers: dict[str, int] = field(default_factory=dict)
    students: dict[StudentName, int] = field(default_factory=dict)
    new_rules: list[tuple[Rule, str]] = field(default_factory=list)
    adopted: list[tuple[StoredRule, str]] = field(default_factory=list)
    start_dates: dict[StudentName, date] = field(default_factory=dict)
    unchanged: int = 0


class Matcher:
    """Matches one timetable on one day. ``today`` is the studio's."""

    def __init__(self, timetable: Timetable, today: date, faults: Faults) -> None:
        self._timetable = timetable
        self._today = today
        self._faults = faults
        self._found = Matching()
        self._by_key: dict[str, StoredRule] = {}
        self._by_place: dict[Place, list[StoredRule]] = {}
        self._with_rules: set[int] = set()

    def match(self) -> Matching:
        """Compare everything; faults aside, the result can be applied as it is."""
        self._match_teachers()
        students = self._match_students()
        keyed = [(rule, rule.key) for rule in self._timetable.rules]
        self._load_rules({key for _rule, key in keyed})
        for rule, key in keyed:
            self._match_rule(rule, key)
        self._match_start_dates(students)
        return self._found

    def _match_teachers(self) -> None:
        known = stored.teachers_named(self._timetable.teachers)
        for name, entry in self._timetable.teachers.items():
            found = known.get(name, [])
            if len(found) > 1:
                message = _(
                    "There are %(count)d teachers called %(name)s; give them different names."
                )
                values = {"count": len(found), "name": shown(name)}
                self._faults.add(entry.line, "teacher", message % values)
            elif found and found[0].zone != entry.zone:
                message = _(
                    "The teacher %(name)s is in %(zone)s here and in %(stored)s in the database; "
                    "correct one of the two."
                )
                values = {"name": shown(name), "zone": entry.zone, "stored": found[0].zone}
                self._faults.add(entry.line, "teacher_time_zone", message % values)
            elif found:
                self._found.teachers[name] = found[0].id

    def _match_students(self) -> dict[StudentName, StoredStudent]:
        known = stored.students_named(self._timetable.students)
        found: dict[StudentName, StoredStudent] = {}
        for name, candidates in known.items():
            if len(candidates) > 1:
                message = _(
                    "There are %(count)d students with this name and e-mail address; give them "
                    "different ones."
                )
                line = self._timetable.students[name]
                self._faults.add(line, "student_email", message % {"count": len(candidates)})
            else:
                found[name] = candidates[0]
                self._found.students[name] = candidates[0].id
        return found

    def _load_rules(self, keys: set[str]) -> None:
        for rule in stored.rules_of(self._found.students.values()):
            self._with_rules.add(rule.student_id)
            self._by_place.setdefault(rule.rule.place, []).append(rule)
            if rule.import_key in keys:
                self._by_key[rule.import_key] = rule
        # A renamed student's rules are found by their keys alone.
        for rule in stored.rules_with_key(keys - self._by_key.keys()):
            if rule.import_key:
                self._by_key[rule.import_key] = rule

    def _match_rule(self, rule: Rule, key: str) -> None:
        imported = self._by_key.get(key)
        if imported is not None:
            said = _what_differs(rule, imported)
            if said:
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
            self._add(rule, key)
            return
        equal = next((candidate for candidate in same if not _what_differs(rule, candidate)), None)
        if equal is None:
            self._stored_otherwise(rule, *_what_differs(rule, same[0]))
        else:
            self._found.unchanged += 1
            self._found.adopted.append((equal, key))

    def _is_same(self, rule: Rule, candidate: StoredRule) -> bool:
        """Whether a stored rule at the same place has the same identity as ``rule``."""
        if rule.valid_from is not None:
            return candidate.rule.valid_from == rule.valid_from
        # Left open: any that isn't over.
        last = candidate.rule.valid_until
        return last is None or last >= self._today

    def _add(self, rule: Rule, key: str) -> None:
        if rule.valid_from is None and rule.valid_until and rule.valid_until < self._today:
            message = _(
                "%(last)s is before today, and without valid_from the rule would begin today; "
                "write valid_from, or remove the row."
            )
            self._faults.add(rule.line, "valid_until", message % {"last": rule.valid_until})
            return
        self._found.new_rules.append((rule, key))
        start = rule.valid_from or self._today
        known = self._found.start_dates.get(rule.student)
        self._found.start_dates[rule.student] = min(start, known) if known else start

    def _match_start_dates(self, students: dict[StudentName, StoredStudent]) -> None:
        """Stored students keep their start dates; one without any rule may be given one."""
        first_rules: dict[StudentName, Rule] = {}
        for rule in self._timetable.rules:
            if rule.valid_from is not None and rule.student in students:
                first = first_rules.setdefault(rule.student, rule)
                if first.valid_from is not None and rule.valid_from < first.valid_from:
                    first_rules[rule.student] = rule
        for name, student in students.items():
            start = self._found.start_dates.pop(name, None)
            line = self._timetable.students[name]
            first = first_rules.get(name)
            if student.start_date is None and student.id in self._with_rules:
                message = _(
                    "The student has rules already, but no start date, and so no classes; set it "
                    "first."
                )
                self._faults.add(line, "valid_from", message)
            elif student.start_date is None and start is not None:
                self._found.start_dates[name] = start
                if student.end_date is not None and student.end_date < start:
                    message = _("The student's last day was %(date)s; correct or remove it first.")
                    self._faults.add(line, "valid_from", message % {"date": student.end_date})
            elif student.start_date and first and first.valid_from:
                if student.start_date > first.valid_from:
                    message = _(
                        "The student starts on %(date)s, later than this rule; correct one of the "
                        "two dates."
                    )
                    values = {"date": student.start_date}
                    self._faults.add(first.line, "valid_from", message % values)

    def _changed_since(self, rule: Rule, column: str, said: str) -> None:
        message = _(
            "The rule of %(weekday)s at %(time)s was changed by hand since it was imported "
            "(%(said)s). Write into the file what holds now, or undo the change; an import never "
            "reverts it."
        )
        self._faults.add(rule.line, column, message % _named(rule, said))

    def _stored_otherwise(self, rule: Rule, column: str, said: str) -> None:
        message = _(
            "The rule of %(weekday)s at %(time)s is there already with other values (%(said)s). "
            "Change the file or the rule, so that they agree."
        )
        self._faults.add(rule.line, column, message % _named(rule, said))


def _named(rule: Rule, said: str) -> dict[str, str]:
    weekday = str(Weekday(rule.weekday).label)
    return {"weekday": weekday, "time": f"{rule.start_time:%H:%M}", "said": said}


def _what_differs(rule: Rule, other: StoredRule) -> tuple[str, str] | tuple[()]:
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
