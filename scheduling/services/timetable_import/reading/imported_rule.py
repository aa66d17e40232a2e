"""A weekly rule as read from a timetable file, with people by name instead of id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from hashlib import sha256
from typing import NamedTuple

from django.utils.translation import gettext as _

from scheduling.domain.typed_text import caseless_key, normalise_line
from scheduling.domain.wallclock import add_minutes
from scheduling.services.timetable_import.errors import quoted

from .cells import Replaced


class StudentName(NamedTuple):
    """The identity of a student in a file."""

    email: str
    first_name: str
    last_name: str

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @classmethod
    def from_columns(cls, email: str, first_name: str, last_name: str) -> "StudentName":
        """Normalise the columns of a stored student, which may have been written by raw SQL."""
        return cls(email.lower(), normalise_line(first_name), normalise_line(last_name))


class GuardianName(NamedTuple):
    """The identity of a guardian in a file. ``email`` may be empty."""

    email: str
    name: str

    @classmethod
    def from_columns(cls, email: str, first_name: str, last_name: str) -> "GuardianName":
        """Normalise the columns of a stored guardian."""
        return cls(email.lower(), normalise_line(f"{first_name} {last_name}"))


class RuleIdentity(NamedTuple):
    """The identity of a rule, apart from its valid_from. ``teacher`` may be empty."""

    student: StudentName
    teacher: str
    weekday: int
    start_time: time


# Not frozen: a frozen dataclass takes three times as long to create, and files are large.
@dataclass(slots=True)
class ImportedRule:
    """A weekly rule. ``valid_from`` is None if the file leaves it open.

    ``replaces`` is the weekday and start of the same student's rule that this one replaces from
    ``valid_from`` on; empty if it replaces none, None if the file leaves it open. ``room`` is the
    name of a room, empty for none, None if the file leaves it open. Equality ignores the line, the
    column of the length, ``replaces`` and ``room``.
    """

    line: int = field(compare=False)
    length_column: str = field(compare=False)
    identity: RuleIdentity
    duration_minutes: int
    interval_weeks: int
    subject: str
    is_shared: bool
    valid_from: date | None
    valid_until: date | None
    replaces: Replaced | None = field(default=None, compare=False)
    # Not in the repr, which is part of the fingerprint of plans.
    room: str | None = field(default=None, compare=False, repr=False)

    @property
    def student(self) -> StudentName:
        return self.identity.student

    @property
    def dated_identity(self) -> tuple[RuleIdentity, date | None]:
        """The identity with valid_from: rows that share it are one rule, or contradict."""
        return self.identity, self.valid_from

    @property
    def room_key(self) -> str:
        """The name of the room without its case; empty if there is none."""
        return caseless_key(self.room) if self.room else ""

    @property
    def key(self) -> str:
        """A digest of the dated identity, stored as the rule's import key."""
        student, teacher, weekday, start = self.identity
        valid_from = self.valid_from.isoformat() if self.valid_from else ""
        # NUL can separate the parts, as cells have no control characters.
        parts = (*student, teacher, str(weekday), f"{start:%H:%M}", valid_from)
        return sha256("\0".join(parts).encode()).hexdigest()


class Difference(NamedTuple):
    """A difference of two rules: the file's column, its label, and both values as text."""

    column: str
    label: str
    mine: str
    other: str


def differences(mine: ImportedRule, other: ImportedRule) -> Iterator[Difference]:
    """Yield the differences of two rules. An open valid_from in ``mine`` equals any date."""
    has_other_room = None not in (mine.room, other.room) and mine.room_key != other.room_key
    if mine == other and not has_other_room:
        return
    for part in ("email", "first_name", "last_name"):
        values = getattr(mine.student, part), getattr(other.student, part)
        if values[0] != values[1]:
            yield Difference(f"student_{part}", _label(part), *map(_text_of, values))
    pairs = (
        ("teacher", mine.identity.teacher, other.identity.teacher),
        ("days", mine.identity.weekday, other.identity.weekday),
        ("start_time", mine.identity.start_time, other.identity.start_time),
        (mine.length_column, *_lengths(mine, other)),
        ("subject", mine.subject, other.subject),
        ("valid_from", mine.valid_from, other.valid_from if mine.valid_from else None),
        ("valid_until", mine.valid_until, other.valid_until),
        ("is_shared", mine.is_shared, other.is_shared),
        ("interval_weeks", mine.interval_weeks, other.interval_weeks),
        ("room", mine.room, other.room if has_other_room else mine.room),
    )
    for column, value, other_value in pairs:
        if value != other_value:
            yield Difference(column, _label(column), _text_of(value), _text_of(other_value))


def _lengths(mine: ImportedRule, other: ImportedRule) -> tuple[time | int, time | int]:
    """Return both end times or both lengths in minutes, by the column ``mine`` was read from."""
    if mine.length_column == "duration_minutes":
        return mine.duration_minutes, other.duration_minutes
    return _end(mine), _end(other)


def _end(rule: ImportedRule) -> time:
    return add_minutes(rule.identity.start_time, rule.duration_minutes)


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
        "room": _("room"),
        "valid_from": _("valid from"),
        "valid_until": _("valid until"),
        "is_shared": _("shared"),
        "interval_weeks": _("every … weeks"),
    }[column]


def _text_of(value: str | int | bool | time | date | None) -> str:
    if value is None or value == "":
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return quoted(value) if isinstance(value, str) else str(value)
