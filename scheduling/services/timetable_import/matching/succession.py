"""Matches the rows that end or replace stored rules. Nothing is guessed.

A row ends a rule if they are equal apart from valid_until, and neither the rule nor an earlier
import had one. Likewise a row gives a rule a room.

A row replaces a rule if its ``replaces`` column names the rule's weekday and start. Without that
column, it also does if the same file ends exactly one rule of the same student, teacher and
subject, and exactly one row begins on the next day. If several rules end or begin, the match is
ambiguous: a fault until ``replaces`` is given.
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
    """A row with its key, and the stored rule that it ends or replaces.

    ``old_key`` is the key of the row that ends the replaced rule.
    """

    rule: ImportedRule
    key: str
    existing: ExistingRule
    old_key: str | None = None

    @property
    def last_day(self) -> date:
        """The new last day of the stored rule."""
        rule, day = self.rule, self.rule.valid_from
        if rule.identity == self.existing.rule.identity and rule.valid_until is not None:
            return rule.valid_until
        assert day is not None
        return day - DAY

    @property
    def keeps_existing(self) -> bool:
        """True if the stored rule begins before the new one; otherwise it is overwritten."""
        first, day = self.existing.rule.valid_from, self.rule.valid_from
        return first is None or day is None or first < day


def only_adds_last_day(rule: ImportedRule, existing: ExistingRule) -> bool:
    """Return True if ``rule`` differs only by a last day, and there has been none before."""
    return (
        rule.valid_until is not None
        and existing.rule.valid_until is None
        and existing.import_until is None
        and existing.status == SlotStatus.ACTIVE
        and all(
            difference.column == "valid_until" for difference in differences(rule, existing.rule)
        )
    )


def only_adds_room(rule: ImportedRule, existing: ExistingRule) -> bool:
    """Return True if ``rule`` differs only by a room, and there has been none before."""
    return (
        bool(rule.room)
        and not existing.rule.room
        and not existing.import_room
        and existing.status == SlotStatus.ACTIVE
        and all(difference.column == "room" for difference in differences(rule, existing.rule))
    )


class SuccessionMatcher:
    """Collects the rows that end rules and the unmatched rows, and pairs them."""

    def __init__(self, today: date, faults: ImportFaults) -> None:
        self._today = today
        self._faults = faults
        self._known: defaultdict[StudentName, list[ExistingRule]] = defaultdict(list)
        self._rows: dict[SeriesKey, ImportedRule] = {}
        self._endings: list[RuleChange] = []
        self._unmatched: list[Keyed] = []

    def add_existing(self, existing: ExistingRule) -> None:
        """Add a stored rule of one of the file's students."""
        self._known[existing.rule.student].append(existing)

    def add_recognised(self, rule: ImportedRule, existing: ExistingRule) -> None:
        """Add a row that was recognised as the stored rule ``existing``."""
        self._rows[existing.series] = rule

    def add_ending(self, change: RuleChange) -> None:
        """Add a row that gives a stored rule its last day."""
        self._endings.append(change)

    def add_unmatched(self, rule: ImportedRule, key: str) -> None:
        """Add a row that matches no stored rule."""
        self._unmatched.append((rule, key))

    def resolve(self) -> tuple[list[RuleChange], list[RuleChange], list[Keyed]]:
        """Return the endings, the replacements and the rows that are new rules."""
        replaced: dict[SeriesKey, RuleChange] = {}
        new_rules: list[Keyed] = []
        endings = self._endings_by_key()
        keys = {ending.existing.series: ending.key for ending in self._endings}
        begin_counts: defaultdict[object, int] = defaultdict(int)
        for rule, _key in self._unmatched:
            if rule.replaces is None:
                begin_counts[_succession_key(rule)] += 1
        for rule, key in self._unmatched:
            if rule.replaces:
                existing = self._named_predecessor(rule, replaced)
            elif rule.replaces is None:
                begin_count = begin_counts[_succession_key(rule)]
                existing = self._implied_predecessor(rule, endings, begin_count)
            else:
                existing = None
            if existing is not None:
                old_key = keys.get(existing.series)
                replaced[existing.series] = RuleChange(rule, key, existing, old_key)
            elif not rule.replaces:
                new_rules.append((rule, key))
        ended = [ending for ending in self._endings if ending.existing.series not in replaced]
        return ended, list(replaced.values()), new_rules

    def _endings_by_key(self) -> dict[object, list[RuleChange]]:
        """Return the endings by succession key, except those with a named successor."""
        endings: defaultdict[object, list[RuleChange]] = defaultdict(list)
        named = {
            (rule.student, rule.replaces, rule.valid_from)
            for rule, _key in self._unmatched
            if rule.replaces
        }
        for ending in self._endings:
            rule = ending.rule
            assert rule.valid_until is not None
            identity, day = rule.identity, rule.valid_until + DAY
            if (identity.student, (identity.weekday, identity.start_time), day) not in named:
                endings[identity.student, identity.teacher, rule.subject, day].append(ending)
        return endings

    def _implied_predecessor(
        self, rule: ImportedRule, endings: dict[object, list[RuleChange]], begin_count: int
    ) -> ExistingRule | None:
        """Return the only rule that the file ends on the day before; report several."""
        ending = endings.get(_succession_key(rule), [])
        if not ending or rule.valid_from is None or rule.valid_from < self._today:
            return None
        if len(ending) == begin_count == 1:
            return ending[0].existing if _is_same_kind(ending[0].existing, rule) else None
        message = _(
            "%(ending)d rules of the same student, teacher and subject end the day before (line "
            "%(lines)s) and %(beginning)d begin. Write into replaces which of them goes on as "
            "this one, as in “%(example)s”, or “none”."
        )
        lines = ", ".join(str(change.rule.line) for change in ending)
        identity = ending[0].rule.identity
        values = {"ending": len(ending), "beginning": begin_count, "lines": lines}
        example = f"{identity.weekday} {identity.start_time:%H:%M}"
        self._faults.add(rule.line, "replaces", message % {**values, "example": example})
        return None

    def _named_predecessor(
        self, rule: ImportedRule, replaced: dict[SeriesKey, RuleChange]
    ) -> ExistingRule | None:
        """Return the rule that ``replaces`` names; otherwise report a fault and return None."""
        existing, error = self._find_named(rule)
        if not error and existing is not None:
            other = self._rows.get(existing.series)
            assert rule.valid_from is not None
            last_day = rule.valid_from - DAY
            if existing.series in replaced:
                error = _("Line %(line)d replaces the same rule; keep one of the two.")
                error %= {"line": replaced[existing.series].rule.line}
            elif other is not None and other.valid_until != last_day:
                error = _(
                    "Line %(line)d says that this rule goes on; write %(last)s into its "
                    "valid_until, or remove that line."
                )
                error %= {"line": other.line, "last": last_day}
        if error:
            self._faults.add(rule.line, "replaces", error)
            return None
        return existing

    def _find_named(self, rule: ImportedRule) -> tuple[ExistingRule | None, str]:
        """Return the rule that ``replaces`` names, or None and the reason."""
        day = rule.valid_from
        assert day is not None
        assert rule.replaces
        weekday, start = rule.replaces
        named = {"weekday": str(Weekday(weekday).label), "time": f"{start:%H:%M}", "day": day}
        if day < self._today:
            text = _("%(day)s is past; write today or a later day into valid_from.")
            return None, text % named
        found = [
            existing
            for existing in self._known[rule.student]
            if existing.rule.identity.weekday == weekday
            and existing.rule.identity.start_time == start
            and (existing.rule.valid_until is None or existing.rule.valid_until >= day - DAY)
            and existing.status != SlotStatus.CANCELLED
        ]
        teacher = rule.identity.teacher
        found = [other for other in found if other.rule.identity.teacher == teacher] or found
        if not found:
            text = _("The student has no rule of %(weekday)s at %(time)s that goes on until then.")
            return None, text % named
        if len(found) > 1:
            text = _(
                "The student has several rules of %(weekday)s at %(time)s; change the right one "
                "in the admin."
            )
            return None, text % named
        if not _is_same_kind(found[0], rule):
            text = _(
                "The rule of %(weekday)s at %(time)s is one with a teacher and this is one "
                "without, or the other way round: end that one with valid_until, and write "
                "“none” here."
            )
            return None, text % named
        return found[0], ""


def _succession_key(rule: ImportedRule) -> object:
    """Return the key that a rule shares with the endings that it may follow."""
    return rule.identity.student, rule.identity.teacher, rule.subject, rule.valid_from


def _is_same_kind(existing: ExistingRule, rule: ImportedRule) -> bool:
    return (existing.table is RecurringSlot) == bool(rule.identity.teacher)
