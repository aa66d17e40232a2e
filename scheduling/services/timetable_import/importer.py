"""The import from end to end: read, match, write; all of it or nothing."""

from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.jobs.approved_plan import require_approved
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.locks import wait_for_other_loads

from .applying import apply
from .columns import read_header
from .faults import Faults
from .matching import Matcher, Matching
from .preview import plan_of
from .records import records
from .report import Report
from .rows import Row
from .timetable import Timetable


def import_timetable(
    source: BinaryIO, *, now: datetime, dry_run: bool = False, approved: str | None = None
) -> Report:
    """Import the CSV file ``source``: teachers, students and their weekly rules.

    All or nothing: with any fault in the file, or one between it and what is stored, nothing is
    written, and the report lists them all. ``now`` is the real clock. Exactly the plan with the
    ``approved`` fingerprint is carried out, or StalePlanError raised with the report of the new
    one; None takes whatever the plan is now. Raises DatabaseError, and OSError if the file can't
    be read.
    """
    faults = Faults()
    timetable = _read(source, faults)
    today = studio_day(now)
    if dry_run or faults:
        matching = Matcher(timetable, today, faults).match()
        return _planned(timetable, matching, faults, dry_run, today)
    with transaction.atomic():
        wait_for_other_loads()
        matching = Matcher(timetable, today, faults).match()
        if not faults:
            if approved is not None:
                new_plan = _planned(timetable, matching, faults, dry_run, today)
                require_approved(new_plan, approved)
            apply(timetable, matching, now, today)
    return _report(timetable, matching, faults, dry_run)


def _read(source: BinaryIO, faults: Faults) -> Timetable:
    timetable = Timetable(faults)
    found = records(source, faults)
    line, cells = next(found, (0, []))
    if not line:
        if not faults:
            message = _("The file is empty; its first line must name the columns.")
            faults.add(1, "", message)
        return timetable
    header = read_header(line, cells, faults)
    if header is None:
        return timetable
    studio_zone = studio().time_zone
    for line, cells in found:
        timetable.rows += 1
        if len(cells) != len(header):
            message = _("The row has %(count)d cells, the header %(wanted)d; make them the same.")
            faults.add(line, "", message % {"count": len(cells), "wanted": len(header)})
            continue
        row = Row(line, header, cells, studio_zone, faults)
        rules = row.rules()
        if rules:
            timetable.add(rules, row.teacher_zone)
    timetable.check_open_starts()
    if not timetable.rows and not faults:
        faults.add(None, "", _("The file has no rows below its header; add some."))
    return timetable


def _planned(
    timetable: Timetable, matching: Matching, faults: Faults, dry_run: bool, today: date
) -> Report:
    report = _report(timetable, matching, faults, dry_run)
    report.plan = None if faults else plan_of(timetable, matching, today)
    return report


def _report(timetable: Timetable, matching: Matching, faults: Faults, dry_run: bool) -> Report:
    report = Report(
        dry_run,
        rows=timetable.rows,
        rules=timetable.rule_count,
        merged_rows=timetable.merged_rows,
        faults=list(faults),
    )
    if faults:
        return report
    report.unchanged = matching.unchanged
    report.teachers = sum(name not in matching.teachers for name in timetable.teachers)
    report.students = sum(name not in matching.students for name in timetable.students)
    report.fixed_schedules = sum(not rule.place.teacher for rule, _key in matching.new_rules)
    report.recurring_slots = len(matching.new_rules) - report.fixed_schedules
    report.ended, report.replaced = len(matching.ended), len(matching.replaced)
    report.start_dates = sum(name in matching.students for name in matching.start_dates)
    return report
