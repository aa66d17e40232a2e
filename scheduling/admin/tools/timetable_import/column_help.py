"""The help for each column of a timetable file, with examples."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ALWAYS = _("always")
ONE_OF = _("one of these two")
OPTIONAL = _("optional")


@dataclass(frozen=True, slots=True)
class ColumnHelp:
    """The help for one column. ``examples``: for a recurring slot, and for a fixed schedule."""

    name: str
    needed: Promise
    meaning: Promise
    examples: tuple[str, str]


COLUMNS = (
    ColumnHelp(
        "teacher",
        ALWAYS,
        _("The teacher's name. Empty: a fixed schedule of the student, in the studio's time zone."),
        ("Clara Soler", ""),
    ),
    ColumnHelp(
        "teacher_time_zone",
        ALWAYS,
        _("The zone in which the teacher's times are, by its IANA name. Empty without a teacher."),
        ("Europe/Madrid", ""),
    ),
    ColumnHelp(
        "student_first_name", ALWAYS, _("Never empty. The other names may be."), ("Ana", "Leo")
    ),
    ColumnHelp("student_last_name", ALWAYS, _("May be empty."), ("Pérez", "Park")),
    ColumnHelp(
        "student_email",
        ALWAYS,
        _("May be empty. Address, first and last name together identify a student."),
        ("ana@example.com", "leo@example.com"),
    ),
    ColumnHelp(
        "days",
        ALWAYS,
        _(
            "Weekdays by name, or a digit each: 1 is Monday, 7 is Sunday; 135 is three lessons a "
            "week."
        ),
        ("13", "2"),
    ),
    ColumnHelp(
        "start_time",
        ALWAYS,
        _("By the clock of the zone, as 17:00, 17.00 or 5:00 PM."),
        ("17:00", "16:30"),
    ),
    ColumnHelp("end_time", ONE_OF, _("After the start, on the same day."), ("17:45", "")),
    ColumnHelp(
        "duration_minutes",
        ONE_OF,
        _("The length instead of the end. A lesson past midnight needs it."),
        ("", "60"),
    ),
    ColumnHelp("subject", OPTIONAL, _("What is taught."), ("Piano", "")),
    ColumnHelp(
        "room",
        OPTIONAL,
        _(
            "The room's name; a new room is created. Empty: none, as for a lesson online. Without "
            "this column rooms stay as they are."
        ),
        ("Studio 1", ""),
    ),
    ColumnHelp(
        "valid_from",
        OPTIONAL,
        _("The first day, as 2026-01-31 or as the spreadsheet writes it. Empty: today."),
        ("2026-09-07", "2026-09-07"),
    ),
    ColumnHelp(
        "valid_until", OPTIONAL, _("The last day. Empty: without an end."), ("", "2027-06-30")
    ),
    ColumnHelp(
        "is_shared",
        OPTIONAL,
        _("yes if a teacher has several students at exactly the same times; else no or empty."),
        ("", "no"),
    ),
    ColumnHelp(
        "interval_weeks",
        OPTIONAL,
        _("2: every second week, and so on up to 4. Empty: 1."),
        ("", "2"),
    ),
    ColumnHelp(
        "replaces",
        OPTIONAL,
        _(
            "The student’s rule that this one continues from valid_from on, by its weekday and "
            "start time, such as 1 17:00. That rule ends the day before, and its edited classes "
            "follow this one. “none”: this rule is an additional one."
        ),
        ("", ""),
    ),
    ColumnHelp(
        "guardian_name",
        OPTIONAL,
        _(
            "A parent or another person who gets the e-mails about the student. Each row may name "
            "another one; an import removes none."
        ),
        ("Eva Pérez", ""),
    ),
    ColumnHelp(
        "guardian_email",
        OPTIONAL,
        _("The guardian's address. Brothers and sisters share a guardian by address and name."),
        ("eva@example.com", ""),
    ),
)
