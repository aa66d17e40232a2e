"""Parses one row of a file into weekly rules."""

from collections.abc import Callable
from datetime import date, time
from functools import partial
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.domain.recurrence import has_day
from scheduling.domain.typed_text import control_character, normalise_line
from scheduling.domain.wallclock import MINUTES_A_DAY, is_same_zone, minute_of, minutes_between
from scheduling.models import Guardian, RecurringSlot, Room, Student, Teacher
from scheduling.models.timetable import Weekday
from scheduling.models.validators import validate_line
from scheduling.services.timetable_import.errors import ImportFaults, quoted

from . import cells
from .conventions import Conventions
from .imported_rule import GuardianName, ImportedRule, RuleIdentity, StudentName

Value = TypeVar("Value")

_TEACHER = partial(cells.text, longest=cells.max_length(Teacher, "name"))
_FIRST_NAME = partial(cells.text, longest=cells.max_length(Student, "first_name"))
_LAST_NAME = partial(cells.text, longest=cells.max_length(Student, "last_name"))
_EMAIL = partial(cells.email, longest=cells.max_length(Student, "email"))
# A name is stored as first and last name.
_GUARDIAN = partial(cells.text, longest=cells.max_length(Guardian, "first_name"))
_GUARDIAN_EMAIL = partial(cells.email, longest=cells.max_length(Guardian, "email"))
_ROOM = partial(cells.text, longest=cells.max_length(Room, "name"))
_SUBJECT = partial(cells.text, longest=cells.max_length(RecurringSlot, "subject"))


class RowParser:
    """Parses the cells of one row; problems are added to ``faults``."""

    def __init__(
        self,
        line: int,
        header: list[str],
        record: list[str],
        studio_zone: str,
        conventions: Conventions,
        faults: ImportFaults,
    ) -> None:
        self._line = line
        self._faults = faults
        self._studio_zone = studio_zone
        self._day = partial(cells.day, dates=conventions.dates)
        self._clock = partial(cells.clock, times=conventions.times)
        texts = (normalise_line(cell.strip()) for cell in record)
        self._cells = dict(zip(header, texts, strict=True))
        self._is_valid = True
        self.teacher_zone = ""
        self.guardian: GuardianName | None = None

    @property
    def has_no_teacher(self) -> bool:
        """True if the row has neither a teacher nor a time zone."""
        return not self._cells["teacher"] and not self._cells["teacher_time_zone"]

    def rules(self) -> list[ImportedRule]:
        """Return one rule per weekday; none if the row has a fault."""
        if control_character("".join(self._cells.values())):
            self._report_control_characters()
            return []  # messages about other faults would quote these characters
        teacher = self._teacher()
        student = StudentName(
            self._read("student_email", _EMAIL, ""),
            self._required("student_first_name", _FIRST_NAME, ""),
            self._read("student_last_name", _LAST_NAME, ""),
        )
        self.guardian = self._guardian()
        no_days: tuple[int, ...] = ()
        weekdays = self._required("days", cells.weekdays, no_days)
        start, length, length_column = self._times(has_teacher=bool(self._cells["teacher"]))
        valid_from, valid_until = self._validity()
        subject = self._read("subject", _SUBJECT, "")
        # A file without the column leaves rooms alone.
        room = self._read("room", _ROOM, "") if "room" in self._cells else None
        is_shared = self._read("is_shared", cells.yes_or_no, False)
        interval_weeks = self._read("interval_weeks", cells.interval, 1)
        undecided: cells.Replaced | None = None
        replaces = self._read("replaces", cells.replaced, undecided)
        if replaces:
            self._check_replacement(weekdays, valid_from)
        if valid_from and valid_until and valid_from <= valid_until:
            self._check_days(weekdays, valid_from, valid_until, interval_weeks)
        if not self._is_valid:
            return []
        return [
            ImportedRule(
                self._line,
                length_column,
                RuleIdentity(student, teacher, weekday, start),
                length,
                interval_weeks,
                subject,
                is_shared,
                valid_from,
                valid_until,
                replaces,
                room,
            )
            for weekday in weekdays
        ]

    def _report_control_characters(self) -> None:
        for column, cell in self._cells.items():
            try:
                validate_line(cell)
            except ValidationError as error:
                self._fault(column, error.messages[0])

    def _teacher(self) -> str:
        name = self._read("teacher", _TEACHER, "")
        self.teacher_zone = self._read("teacher_time_zone", cells.zone, "")
        zone = self._cells["teacher_time_zone"]
        if self._cells["teacher"] and not zone:
            message = _("The cell is empty; write the teacher's time zone, such as Europe/Madrid.")
            self._fault("teacher_time_zone", message)
        elif zone and not self._cells["teacher"] and not is_same_zone(zone, self._studio_zone):
            message = _(
                "A row without a teacher is in the studio's time zone, %(zone)s; empty this cell, "
                "or name the teacher."
            )
            self._fault("teacher_time_zone", message % {"zone": self._studio_zone})
        return name

    def _guardian(self) -> GuardianName | None:
        name = self._read("guardian_name", _GUARDIAN, "")
        email = self._read("guardian_email", _GUARDIAN_EMAIL, "")
        if self._cells.get("guardian_email") and not self._cells.get("guardian_name"):
            message = _("The cell is empty; write the name of the person with this address.")
            self._fault("guardian_name", message)
        return GuardianName(email, name) if name else None

    def _times(self, has_teacher: bool) -> tuple[time, int, str]:
        """Return the start, the length in minutes, and the column of the length."""
        start = self._required("start_time", self._clock, None)
        end = self._read("end_time", self._clock, None)
        length = self._read("duration_minutes", cells.minutes, None)
        column = "end_time" if self._cells.get("end_time") else "duration_minutes"
        if not self._cells.get("end_time") and not self._cells.get("duration_minutes"):
            column = "end_time" if "end_time" in self._cells else "duration_minutes"
            self._fault(column, _("There is neither an end time nor a duration; write one."))
        if start is None:
            return time(), 0, column
        if end is not None:
            if end <= start:
                message = _(
                    "%(end)s is not after the start, %(start)s. Correct it; a lesson past "
                    "midnight takes duration_minutes instead."
                )
                self._fault("end_time", message % _clocks(end=end, start=start))
            elif length is not None and length != minutes_between(start, end):
                message = _(
                    "%(minutes)d minutes from %(start)s do not end at %(end)s; correct one of "
                    "the two, or leave it empty."
                )
                values = {"minutes": length, **_clocks(end=end, start=start)}
                self._fault("duration_minutes", message % values)
            length = minutes_between(start, end)
        elif length and not has_teacher and minute_of(start) + length >= MINUTES_A_DAY:
            message = _(
                "A row without a teacher must end before midnight; shorten it or name the teacher."
            )
            self._fault("duration_minutes", message)
        return start, length or 0, column

    def _validity(self) -> tuple[date | None, date | None]:
        first = self._read("valid_from", self._day, None)
        last = self._read("valid_until", self._day, None)
        if first and last and last < first:
            message = _("%(last)s is before valid_from, %(first)s; correct one of the two.")
            self._fault("valid_until", message % {"last": last, "first": first})
        return first, last

    def _check_days(
        self, weekdays: tuple[int, ...], first: date, last: date, interval: int
    ) -> None:
        """Report weekdays that do not occur between the dates of the rule."""
        for weekday in weekdays:
            if not has_day(weekday, first, last, interval):
                message = _(
                    "There is no %(weekday)s from %(first)s to %(last)s in the weeks of this rule; "
                    "correct the weekday or the dates."
                )
                values = {"weekday": Weekday(weekday).label, "first": first, "last": last}
                self._fault("days", message % values)

    def _check_replacement(self, weekdays: tuple[int, ...], valid_from: date | None) -> None:
        if len(weekdays) > 1:
            message = _("One rule goes on as one: write a row of its own for each weekday.")
            self._fault("days", message)
        if valid_from is None:
            message = _("Write the first day on which this rule takes the place of the other.")
            self._fault("valid_from", message)

    def _required(self, column: str, reader: Callable[[str], Value], default: Value) -> Value:
        if not self._cells[column]:
            self._fault(column, _("The cell is empty; fill it in."))
            return default
        return self._read(column, reader, default)

    def _read(self, column: str, reader: Callable[[str], Value], default: Value) -> Value:
        """Parse a cell; return ``default`` if it is empty, or has a fault."""
        cell = self._cells.get(column)
        if not cell:
            return default
        try:
            return reader(cell)
        except cells.CellError as error:
            self._fault(column, str(error))
            return default

    def _fault(self, column: str, message: str) -> None:
        self._is_valid = False
        self._faults.add(self._line, column, message)


def _clocks(**times: time) -> dict[str, str]:
    return {name: quoted(f"{value:%H:%M}") for name, value in times.items()}
