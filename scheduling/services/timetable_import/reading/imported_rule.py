"""A weekly rule as a timetable names it: people by name, not by id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _

from scheduling.domain.typed_text import normalise_line
from scheduling.domain.wallclock import add_minutes
from scheduling.services.timetable_import.errors import shown

from .cells import Replaced


class StudentName(NamedTuple):
    """What a student is known by."""

    email: str
    first_name: str
    last_name: str

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @classmethod
    def stored(cls, email: str, first_name: str, last_name: str) -> "StudentName":
        """Of a stored student, whose row plain SQL may have written."""
        return cls(email.lower(), normalise_line(first_name), normalise_line(last_name))


class RuleIdentity(NamedTuple):
    """What a rule is known by, but for its valid_from. ``teacher`` is empty where there is none."""

    student: StudentName
    teacher: str
    weekday: int
    start_time: time


# Not frozen: that would make the creation of 100,000 of them three times as slow.
@dataclass(slots=True)
class ImportedRule:
    """One weekly meeting. ``valid_from`` is None where the file leaves it open.

    ``replaces``: weekday and start of the rule of the same student that goes on as this one from
    ``valid_from`` on; empty where none does, None where the file does not say. Two are equal when
    they ask for the same, wherever they were read.
    """

    line: int = field(compare=False)
    length_column: str = field(compare=False)
    place: RuleIdentity
    duration_minutes: int
    interval_weeks: int
    subject: str
    is_shared: bool
    valid_from: date | None
    valid_until: date | None
    replaces: Replaced | None = field(default=None, compare=False)

    @property
    def student(self) -> StudentName:
        return self.place.student

    @property
    def identity(self) -> tuple[RuleIdentity, date | None]:
        """What makes it this rule: two rows with the same are one rule, or contradict."""
        return self.place, self.valid_from

    @property
    def key(self) -> str:
        """A digest of the identity, to be stored with the rule."""
        student, teacher, weekday, start = self.place
        valid_from = self.valid_from.isoformat() if self.valid_from else ""
        # No cell has a control character, so that the parts can't run into each other.
        parts = (*student, teacher, str(weekday), f"{start:%H:%M}", valid_from)
        return sha256("\0".join(parts).encode()).hexdigest()


class Difference(NamedTuple):
    """Where two rules differ: the file's column, its name for people, and both values."""

    column: str
    label: str
    mine: str
    other: str


def differences(mine: ImportedRule, other: ImportedRule) -> Iterator[Difference]:
    """How ``other`` differs from ``mine``. A valid_from that ``mine`` leaves open can't."""
    if mine == other:
        return
    for part in ("email", "first_name", "last_name"):
        values = getattr(mine.student, part), getattr(other.student, part)
        if values[0] != values[1]:
            yield Difference(f"student_{part}", _label(part), *map(_said, values))
    pairs = (
        ("teacher", mine.place.teacher, other.place.teacher),
        ("days", mine.place.weekday, other.place.weekday),
        ("start_time", mine.place.start_time, other.place.start_time),
        (mine.length_column, *_lengths(mine, other)),
        ("subject", mine.subject, other.subject),
        ("valid_from", mine.valid_from, other.valid_from if mine.valid_from else None),
        ("valid_until", mine.valid_until, other.valid_until),
        ("is_shared", mine.is_shared, other.is_shared),
        ("interval_weeks", mine.interval_weeks, other.interval_weeks),
    )
    for column, own, others in pairs:
        if own != others:
            yield Difference(column, _label(column), _said(own), _said(others))


def _lengths(mine: ImportedRule, other: ImportedRule) -> tuple[time | int, time | int]:
    """Both ends, or both lengths in minutes: whichever ``mine`` was read from."""
    if mine.length_column == "duration_minutes":
        return mine.duration_minutes, other.duration_minutes
    return _end(mine), _end(other)


def _end(rule: ImportedRule) -> time:
    return add_minutes(rule.place.start_time, rule.duration_minutes)


def _label(column: str) -> str:
    return {
        "email": _("e-mail address"),
        "first_name": _("first name"),
        "last_name": _("last name"),
        "teacher": _("teacher"),
        "days": _("weekday"),
        "start_time": _("start time"),
        "end_time": _("end time"),
        "duration_minutes": _("duration in minutes"),
        "subject": _("subject"),
        "valid_from": _("valid from"),
        "valid_until": _("valid until"),
        "is_shared": _("shared"),
        "interval_weeks": _("every … weeks"),
    }[column]


def _said(value: str | int | bool | time | date | None) -> str:
    if value is None or value == "":
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return shown(value) if isinstance(value, str) else str(value)
