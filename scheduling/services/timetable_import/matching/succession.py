"""Rules that go on: with a last day, or as another rule from a date on. Never by a guess.

A row gives a rule its last day where it is that rule's in all else (the same student, teacher,
weekday, start time and valid_from), and the rule has none, nor had one by a file before.

A row takes the place of a rule where it says so: ``replaces`` names that rule's weekday and start.
It does so as well where the same file gives one rule of the same student, teacher and subject its
last day, and this row begins on the next: one that ends and one that begins. Of several it can't be
told which goes on as which; that is a fault until ``replaces`` says it.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from scheduling.domain.series import SeriesKey
from scheduling.domain.windows import DAY
from scheduling.models import RecurringSlot, SlotStatus
from scheduling.models.timetable import Weekday
from scheduling.services.timetable_import.errors import ImportFaults
from scheduling.services.timetable_import.reading.imported_rule import (
    ImportedRule,
    StudentName,
    differences,
)

from .existing import ExistingRule

Keyed = tuple[ImportedRule, str]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A row with its key, and the stored rule that it ends or takes the place of.

    ``old_key``: that of the row which ends the rule that this one takes the place of.
    """

    rule: ImportedRule
    key: str
    stored: ExistingRule
    old_key: str | None = None

    @property
    def last(self) -> date:
        """The last day of the stored rule."""
        rule, day = self.rule, self.rule.valid_from
        if rule.place == self.stored.rule.place and rule.valid_until is not None:
            return rule.valid_until
        assert day is not None
        return day - DAY

    @property
    def closes(self) -> bool:
        """Whether the stored rule has days of its own left; else the row itself changes."""
        first, day = self.stored.rule.valid_from, self.rule.valid_from
        return first is None or day is None or first < day


def ends_now(rule: ImportedRule, stored: ExistingRule) -> bool:
    """Whether all that ``rule`` says anew is a last day, where there was none before."""
    return (
        rule.valid_until is not None
        and stored.rule.valid_until is None
        and stored.import_until is None
        and stored.status == SlotStatus.ACTIVE
        and all(one.column == "valid_until" for one in differences(rule, stored.rule))
    )


class SuccessionMatcher:
    """Collects what ends and what begins, and tells which goes on as which."""

    def __init__(self, today: date, faults: ImportFaults) -> None:
        self._today = today
        self._faults = faults
        self._known: defaultdict[StudentName, list[ExistingRule]] = defaultdict(list)
        self._claims: dict[SeriesKey, ImportedRule] = {}
        self._ended: list[RuleChange] = []
        self._begun: list[Keyed] = []

    def know(self, stored: ExistingRule) -> None:
        """A rule of a student of the file."""
        self._known[stored.rule.student].append(stored)

    def claim(self, rule: ImportedRule, stored: ExistingRule) -> None:
        """``rule`` is the file's row of ``stored``."""
        self._claims[stored.series] = rule

    def end(self, change: RuleChange) -> None:
        """The row gives a rule its last day."""
        self._ended.append(change)

    def begin(self, rule: ImportedRule, key: str) -> None:
        """The row is of no stored rule."""
        self._begun.append((rule, key))

    def settle(self) -> tuple[list[RuleChange], list[RuleChange], list[Keyed]]:
        """What ends, what goes on as another, and the rows that are new rules."""
        replaced: dict[SeriesKey, RuleChange] = {}
        rest: list[Keyed] = []
        ends = self._ends_by_successor()
        keys = {one.stored.series: one.key for one in self._ended}
        begins: defaultdict[object, int] = defaultdict(int)
        for rule, _key in self._begun:
            if rule.replaces is None:
                begins[_follows(rule)] += 1
        for rule, key in self._begun:
            if rule.replaces:
                stored = self._named(rule, replaced)
            elif rule.replaces is None:
                stored = self._implied(rule, ends, begins[_follows(rule)])
            else:
                stored = None
            if stored is not None:
                replaced[stored.series] = RuleChange(rule, key, stored, keys.get(stored.series))
            elif not rule.replaces:
                rest.append((rule, key))
        ended = [one for one in self._ended if one.stored.series not in replaced]
        return ended, list(replaced.values()), rest

    def _ends_by_successor(self) -> dict[object, list[RuleChange]]:
        found: defaultdict[object, list[RuleChange]] = defaultdict(list)
        named = {
            (rule.student, rule.replaces, rule.valid_from)
            for rule, _key in self._begun
            if rule.replaces
        }
        for one in self._ended:
            assert one.rule.valid_until is not None
            place, day = one.rule.place, one.rule.valid_until + DAY
            if (place.student, (place.weekday, place.start_time), day) not in named:
                found[place.student, place.teacher, one.rule.subject, day].append(one)
        return found

    def _implied(
        self, rule: ImportedRule, ends: dict[object, list[RuleChange]], beginning: int
    ) -> ExistingRule | None:
        """The one rule that the file ends on the day before."""
        before = ends.get(_follows(rule), [])
        if not before or rule.valid_from is None or rule.valid_from < self._today:
            return None
        if len(before) == beginning == 1:
            return before[0].stored if _is_kind_of(before[0].stored, rule) else None
        message = _(
            "%(ending)d rules of the same student, teacher and subject end the day before (line "
            "%(lines)s) and %(beginning)d begin. Write into replaces which of them goes on as "
            "this one, as in “%(example)s”, or “none”."
        )
        lines = ", ".join(str(one.rule.line) for one in before)
        place = before[0].rule.place
        values = {"ending": len(before), "beginning": beginning, "lines": lines}
        example = f"{place.weekday} {place.start_time:%H:%M}"
        self._faults.add(rule.line, "replaces", message % {**values, "example": example})
        return None

    def _named(
        self, rule: ImportedRule, replaced: dict[SeriesKey, RuleChange]
    ) -> ExistingRule | None:
        """The rule that the row names; a fault, and None, where that can't be."""
        stored, why = self._look_up(rule)
        if not why and stored is not None:
            other = self._claims.get(stored.series)
            assert rule.valid_from is not None
            last = rule.valid_from - DAY
            if stored.series in replaced:
                why = _("Line %(line)d replaces the same rule; keep one of the two.")
                why %= {"line": replaced[stored.series].rule.line}
            elif other is not None and other.valid_until != last:
                why = _(
                    "Line %(line)d says that this rule goes on; write %(last)s into its "
                    "valid_until, or remove that line."
                )
                why %= {"line": other.line, "last": last}
        if why:
            self._faults.add(rule.line, "replaces", why)
            return None
        return stored

    def _look_up(self, rule: ImportedRule) -> tuple[ExistingRule | None, str]:
        day = rule.valid_from
        assert day is not None
        assert rule.replaces
        weekday, start = rule.replaces
        named = {"weekday": str(Weekday(weekday).label), "time": f"{start:%H:%M}", "day": day}
        if day < self._today:
            text = _(
                "%(day)s is past, and what has begun stays as it was; write today or a later day "
                "into valid_from."
            )
            return None, text % named
        found = [
            one
            for one in self._known[rule.student]
            if (one.rule.place.weekday, one.rule.place.start_time) == (weekday, start)
            and (one.rule.valid_until is None or one.rule.valid_until >= day - DAY)
            and one.status != SlotStatus.CANCELLED
        ]
        found = [one for one in found if one.rule.place.teacher == rule.place.teacher] or found
        if not found:
            text = _("The student has no rule of %(weekday)s at %(time)s that goes on until then.")
            return None, text % named
        if len(found) > 1:
            text = _(
                "The student has several rules of %(weekday)s at %(time)s; change it in the "
                "admin, where it can be told which is meant."
            )
            return None, text % named
        if not _is_kind_of(found[0], rule):
            text = _(
                "The rule of %(weekday)s at %(time)s is one with a teacher and this is one "
                "without, or the other way round: end that one with valid_until, and write "
                "“none” here."
            )
            return None, text % named
        return found[0], ""


def _follows(rule: ImportedRule) -> object:
    """What a rule that ends, and the one that goes on in its place, have in common."""
    return rule.place.student, rule.place.teacher, rule.subject, rule.valid_from


def _is_kind_of(stored: ExistingRule, rule: ImportedRule) -> bool:
    return (stored.table is RecurringSlot) == bool(rule.place.teacher)
