"""The import from end to end: read, match, write; all of it or nothing."""

from datetime import date, datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.jobs.approved_plan import require_approved
from scheduling.models.people import studio_time_zone
from scheduling.selectors.studio import studio_day
from scheduling.services.locks import wait_for_other_loads

from .applying import apply
from .columns import read_header
from .faults import Faults
from .lookalikes import Lookalike, Lookalikes, People
from .matching import Matcher, Matching
from .preview import plan_of
from .records import records
from .report import Report
from .rows import Row
from .timetable import ReadRow


def import_timetable(
    source: BinaryIO,
    *,
    now: datetime,
    dry_run: bool = False,
    people: People | None = None,
    approved: str | None = None,
) -> Report:
    """Import the CSV file ``source``: teachers, students and their weekly rules.

    All or nothing: with any fault in the file, or one between it and what is stored, nothing is
    written, and the report lists them all. Nor is it while the report has people who look like
    others and ``people`` does not say whether they are the same. ``now`` is the real clock.
    Exactly the plan with the ``approved`` fingerprint is carried out, or StalePlanError raised
    with the report of the new one; None takes whatever the plan is now. Raises DatabaseError, and
    OSError if the file can't be read.
    """
    faults = Faults()
    count, rows = _read(source, faults)
    attempt = _Attempt(count, rows, people, studio_day(now), faults, dry_run)
    if dry_run or faults:
        attempt.match()
        return attempt.planned()
    with transaction.atomic():
        wait_for_other_loads()
        attempt.match()
        if attempt.is_possible:
            if approved is not None:
                require_approved(attempt.planned(), approved)
            apply(attempt.timetable, attempt.matching, now, attempt.today)
    return attempt.report()


def _read(source: BinaryIO, faults: Faults) -> tuple[int, list[ReadRow]]:
    """How many rows the file has, and those without fault."""
    count = 0
    rows: list[ReadRow] = []
    found = records(source, faults)
    line, cells = next(found, (0, []))
    if not line:
        if not faults:
            message = _("The file is empty; its first line must name the columns.")
            faults.add(1, "", message)
        return count, rows
    header = read_header(line, cells, faults)
    if header is None:
        return count, rows
    studio_zone = studio_time_zone()
    for line, cells in found:
        count += 1
        if len(cells) != len(header):
            message = _("The row has %(count)d cells, the header %(wanted)d; make them the same.")
            faults.add(line, "", message % {"count": len(cells), "wanted": len(header)})
            continue
        row = Row(line, header, cells, studio_zone, faults)
        rules = row.rules()
        if rules:
            rows.append(ReadRow(rules, row.teacher_zone))
    if not count and not faults:
        faults.add(None, "", _("The file has no rows below its header; add some."))
    return count, rows


class _Attempt:
    """The rows of a file beside what is stored at the moment of ``match``."""

    def __init__(
        self,
        count: int,
        rows: list[ReadRow],
        people: People | None,
        today: date,
        faults: Faults,
        is_dry_run: bool,
    ) -> None:
        self._count = count
        self._rows = rows
        self._people = people
        self.today = today
        self._faults = faults
        self._is_dry_run = is_dry_run
        self._lookalikes: list[Lookalike] = []
        self.matching = Matching()

    @property
    def is_possible(self) -> bool:
        """Whether the file is without fault, and no question is open."""
        return not self._faults and not self._is_asking

    @property
    def _is_asking(self) -> bool:
        return bool(self._lookalikes) and self._people is None

    def match(self) -> None:
        """Compare; which rules are new can't be said before it is known whose they are."""
        lookalikes = Lookalikes(self._rows)
        self._lookalikes = lookalikes.found
        self.timetable = lookalikes.timetable(self._people, self._faults)
        if not self._is_asking:
            self.matching = Matcher(self.timetable, self.today, self._faults).match()

    def planned(self) -> Report:
        """The report with what would be done."""
        report = self.report()
        if self.is_possible:
            answered = (self._people, self._lookalikes) if self._lookalikes else None
            facts = (self._count, answered)
            report.plan = plan_of(self.timetable, self.matching, self.today, facts)
        return report

    def report(self) -> Report:
        """The counts of what was done, or would be."""
        timetable, matching = self.timetable, self.matching
        report = Report(
            self._is_dry_run,
            rows=self._count,
            rules=timetable.rule_count,
            merged_rows=timetable.merged_rows,
            faults=list(self._faults),
            lookalikes=self._lookalikes,
            people=self._people,
        )
        if not self.is_possible:
            return report
        report.unchanged = matching.unchanged
        report.teachers = sum(name not in matching.teachers for name in timetable.teachers)
        report.students = sum(name not in matching.students for name in timetable.students)
        report.fixed_schedules = sum(not rule.place.teacher for rule, _key in matching.new_rules)
        report.recurring_slots = len(matching.new_rules) - report.fixed_schedules
        report.ended, report.replaced = len(matching.ended), len(matching.replaced)
        report.start_dates = sum(name in matching.students for name in matching.start_dates)
        return report
