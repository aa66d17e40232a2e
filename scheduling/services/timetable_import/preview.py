"""The plan of an import for approval, with a sample of each kind of row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from itertools import islice
from typing import TypeVar

from scheduling.domain.wallclock import add_minutes
from scheduling.jobs.generation.approved_plan import fingerprint
from scheduling.selectors.studio import studio
from scheduling.services.timetable_import.matching.existing import edited_after
from scheduling.services.timetable_import.matching.match import MatchResult
from scheduling.services.timetable_import.matching.succession import RuleChange
from scheduling.services.timetable_import.reading.imported_rule import ImportedRule, StudentName

from .timetable import SAMPLE, Timetable

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A teacher, a student or a room. ``line`` is the first line that names them."""

    line: int
    name: str
    email: str = ""
    zone: str = ""
    start_date: date | None = None


@dataclass(frozen=True, slots=True)
class GuardianLine:
    """A student who gets a guardian. ``line`` is the first line that names both."""

    line: int
    guardian: str
    email: str
    student: str


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A weekly rule. ``crosses_midnight`` is true if it ends on the next day."""

    line: int
    student: str
    teacher: str
    weekday: int
    start_time: time
    end_time: time
    crosses_midnight: bool
    zone: str
    interval_weeks: int
    is_shared: bool
    subject: str
    valid_from: date
    valid_until: date | None
    # Empty for none; None if the file leaves rooms alone.
    room: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A stored rule that ends, is replaced, or gets a room: as stored, and as in the file.

    ``edited_count`` classes after its last day were edited by hand; they stay, or follow the new
    rule.
    """

    before: RuleLine
    after: RuleLine
    edited_count: int


@dataclass(frozen=True, slots=True)
class RepeatedLine:
    """A row that repeats the earlier line ``repeats``."""

    line: int
    repeats: int


@dataclass(slots=True)
class ImportPlan:
    """The first lines of each kind. Plans with the same ``fingerprint`` are identical."""

    fingerprint: str
    teachers: list[PersonLine] = field(default_factory=list)
    students: list[PersonLine] = field(default_factory=list)
    guardians: list[GuardianLine] = field(default_factory=list)
    start_dates: list[PersonLine] = field(default_factory=list)
    recurring_slots: list[RuleLine] = field(default_factory=list)
    fixed_schedules: list[RuleLine] = field(default_factory=list)
    unchanged: list[RuleLine] = field(default_factory=list)
    merged: list[RepeatedLine] = field(default_factory=list)
    ended: list[ChangeLine] = field(default_factory=list)
    replaced: list[ChangeLine] = field(default_factory=list)
    rooms: list[PersonLine] = field(default_factory=list)
    roomed: list[RuleLine] = field(default_factory=list)
    # Rules created or edited by hand that equal the file's; they get its import keys.
    adopted: int = 0


def build_plan(
    timetable: Timetable, matching: MatchResult, today: date, facts: object
) -> ImportPlan:
    """Return the plan of a file without faults. The fingerprint includes ``facts``."""
    rules = _RuleLines(timetable, today)
    new = [rule for rule, _key in matching.new_rules]
    changing = [*matching.ended, *matching.replaced, *matching.roomed]
    added = {id(rule) for rule in (*new, *(change.rule for change in changing))}
    same = (rule for rule in timetable.rules if id(rule) not in added)
    return ImportPlan(
        fingerprint(*_facts(timetable, matching, today), facts),
        teachers=_first(
            PersonLine(entry.line, name, zone=entry.zone)
            for name, entry in timetable.teachers.items()
            if name not in matching.teachers
        ),
        students=_first(
            _student(timetable, matching, name)
            for name in timetable.students
            if name not in matching.students
        ),
        guardians=_first(
            GuardianLine(
                timetable.guardians[student, guardian],
                guardian.name,
                guardian.email,
                student.full_name,
            )
            for student, guardian in matching.guardians.links
        ),
        start_dates=_first(
            _student(timetable, matching, name)
            for name in matching.start_dates
            if name in matching.students
        ),
        recurring_slots=_first(rules.line(rule) for rule in new if rule.identity.teacher),
        fixed_schedules=_first(rules.line(rule) for rule in new if not rule.identity.teacher),
        unchanged=_first(rules.line(rule) for rule in same),
        ended=rules.changes(matching.ended[:SAMPLE]),
        replaced=rules.changes(matching.replaced[:SAMPLE]),
        rooms=_first(
            PersonLine(entry.line, entry.name)
            for key, entry in timetable.rooms.items()
            if key not in matching.rooms
        ),
        roomed=_first(rules.line(change.rule) for change in matching.roomed),
        merged=[RepeatedLine(*lines) for lines in timetable.repeats],
        adopted=sum(stored.import_key != key for stored, key in matching.adopted),
    )


def _first(lines: Iterator[Line]) -> list[Line]:
    return list(islice(lines, SAMPLE))


class _RuleLines:
    def __init__(self, timetable: Timetable, today: date) -> None:
        self._teachers = timetable.teachers
        self._today = today
        self._studio_zone = studio().time_zone

    def line(self, rule: ImportedRule) -> RuleLine:
        student, teacher, weekday, start = rule.identity
        end = add_minutes(start, rule.duration_minutes)
        return RuleLine(
            rule.line,
            student.full_name,
            teacher,
            weekday,
            start,
            end,
            end <= start,
            self._zone(teacher),
            rule.interval_weeks,
            rule.is_shared,
            rule.subject,
            rule.valid_from or self._today,
            rule.valid_until,
            rule.room,
        )

    def changes(self, changes: list[RuleChange]) -> list[ChangeLine]:
        """Return the lines of ``changes``, with the number of edited classes of each."""
        edited = edited_after({change.existing.series: change.last_day for change in changes})
        return [
            ChangeLine(
                self.line(change.existing.rule),
                self.line(change.rule),
                edited.get(change.existing.series, 0),
            )
            for change in changes
        ]

    def _zone(self, teacher: str) -> str:
        if not teacher:
            return self._studio_zone
        # The file need not name the teacher of a rule that it replaces.
        entry = self._teachers.get(teacher)
        return entry.zone if entry else ""


def _student(timetable: Timetable, matching: MatchResult, name: StudentName) -> PersonLine:
    start = matching.start_dates.get(name)
    return PersonLine(timetable.students[name], name.full_name, email=name.email, start_date=start)


def _facts(timetable: Timetable, matching: MatchResult, today: date) -> Iterator[object]:
    """Yield everything that the plan writes or relies on."""
    for name, entry in timetable.teachers.items():
        yield name, entry.zone, matching.teachers.get(name)
    for student in timetable.students:
        found = matching.students.get(student)
        yield tuple(student), found, matching.start_dates.get(student)
    for student, guardian in matching.guardians.links:
        yield tuple(student), tuple(guardian), matching.guardians.ids.get(guardian)
    for rule, key in matching.new_rules:
        yield key, rule.valid_from or today
    for stored, key in matching.adopted:
        yield stored.table.__name__, stored.id, key
    for name, changes in (("ended", matching.ended), ("replaced", matching.replaced)):
        for change in changes:
            existing, rule = change.existing, change.rule
            state = (existing.rule, existing.import_until, rule, rule.replaces)
            yield name, change.key, str(existing.series), repr(state)
    for key, room in timetable.rooms.items():
        yield "room", key, room.name, matching.rooms.get(key)
    for change in (*matching.roomed, *matching.replaced):
        if change.rule.room is not None:
            yield str(change.existing.series), change.existing.rule.room_key, change.rule.room_key
    yield matching.unchanged
