"""Compares the people of a file with the stored ones. Reads only."""

from datetime import date

from django.utils.translation import gettext as _

from scheduling.domain.wallclock import is_same_zone
from scheduling.services.timetable_import.errors import ImportFaults, quoted
from scheduling.services.timetable_import.reading.imported_rule import StudentName
from scheduling.services.timetable_import.timetable import Timetable

from . import existing
from .existing import ExistingStudent


def match_teachers(timetable: Timetable, faults: ImportFaults) -> dict[str, int]:
    """Return the ids of the file's teachers that exist already."""
    known = existing.teachers_by_name()
    ids: dict[str, int] = {}
    for name, entry in timetable.teachers.items():
        found = known.get(name, [])
        if len(found) > 1:
            message = _("There are %(count)d teachers called %(name)s; give them different names.")
            values = {"count": len(found), "name": quoted(name)}
            faults.add(entry.line, "teacher", message % values)
        elif found and not is_same_zone(found[0].zone, entry.zone):
            message = _(
                "The teacher %(name)s is in %(zone)s here and in %(stored)s in the database; "
                "correct one of the two."
            )
            values = {"name": quoted(name), "zone": entry.zone, "stored": found[0].zone}
            faults.add(entry.line, "teacher_time_zone", message % values)
        elif found:
            ids[name] = found[0].id
    return ids


def match_students(
    timetable: Timetable, faults: ImportFaults
) -> dict[StudentName, ExistingStudent]:
    """Return the file's students that exist already."""
    found: dict[StudentName, ExistingStudent] = {}
    for name, candidates in existing.students_by_name(timetable.students).items():
        if len(candidates) > 1:
            message = _(
                "There are %(count)d students with this name and e-mail address; give them "
                "different ones."
            )
            line = timetable.students[name]
            faults.add(line, "student_email", message % {"count": len(candidates)})
        else:
            found[name] = candidates[0]
    return found


def missing_start_dates(
    timetable: Timetable,
    students: dict[StudentName, ExistingStudent],
    with_rules: set[int],
    earliest: dict[StudentName, date],
    faults: ImportFaults,
) -> dict[StudentName, date]:
    """Return the start dates to set on stored ``students`` without one.

    ``earliest`` has the first day of each student's new rules, ``with_rules`` the ids of students
    with stored rules. If such a student has no start date, that may be on purpose, and a start
    date would activate the stored rules: a fault.
    """
    missing: dict[StudentName, date] = {}
    first_rules = _first_rules(timetable)
    for name, student in students.items():
        line = timetable.students[name]
        if student.start_date is not None:
            _check_start(student.start_date, first_rules.get(name), faults)
        elif student.id in with_rules:
            message = _(
                "The student has rules already, but no start date and so no classes; set the "
                "start date first."
            )
            faults.add(line, "valid_from", message)
        elif name in earliest:
            missing[name] = earliest[name]
            if student.end_date is not None and student.end_date < earliest[name]:
                message = _("The student's last day was %(date)s; correct or remove it first.")
                faults.add(line, "valid_from", message % {"date": student.end_date})
    return missing


def _first_rules(timetable: Timetable) -> dict[StudentName, tuple[date, int]]:
    """Return each student's earliest valid_from in the file, and its line."""
    found: dict[StudentName, tuple[date, int]] = {}
    for rule in timetable.rules:
        if rule.valid_from is not None:
            first = (rule.valid_from, rule.line)
            found[rule.student] = min(found.get(rule.student, first), first)
    return found


def _check_start(start: date, first: tuple[date, int] | None, faults: ImportFaults) -> None:
    if first is not None and first[0] < start:
        message = _(
            "The student starts on %(start)s, later than this rule; correct one of the two dates."
        )
        faults.add(first[1], "valid_from", message % {"start": start})
