"""The import from end to end: read, match, write; all of it or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from scheduling.db.advisory_locks import wait_for_other_loads
from scheduling.jobs.generation.approved_plan import require_approved
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.timetable_import.matching.lookalikes import Lookalike, Lookalikes
from scheduling.services.timetable_import.matching.match import Matcher, MatchResult
from scheduling.services.timetable_import.reading.columns import (
    SEARCHED,
    Record,
    header_place,
    read_header,
)
from scheduling.services.timetable_import.reading.conventions import Doubt, conventions_of
from scheduling.services.timetable_import.reading.row_parser import RowParser
from scheduling.services.timetable_import.reading.table_reader import records

from .answers import NOTHING_SAID, Answers
from .clashes import clashes_of
from .errors import ImportFaults
from .preview import plan_of
from .report import ImportReport
from .timetable import ReadRow
from .writer import apply

# They are compared with each other before one is read. No studio has a tenth of them.
MOST_ROWS = 250_000


def import_timetable(
    source: BinaryIO,
    *,
    now: datetime,
    dry_run: bool = False,
    answers: Answers = NOTHING_SAID,
    approved: str | None = None,
) -> ImportReport:
    """Import the file ``source``, CSV or a workbook: teachers, students and their weekly rules.

    All or nothing: with any fault in the file, or one between it and what is stored, nothing is
    written, and the report lists them all. Nor is it while the report has doubts, or people who
    look like others, to which ``answers`` has no answer. ``now`` is the real clock.
    Exactly the plan with the ``approved`` fingerprint is carried out, or StalePlanError raised
    with the report of the new one; None takes whatever the plan is now. Raises DatabaseError, and
    OSError if the file can't be read.
    """
    faults = ImportFaults()
    attempt = _Attempt(_read(source, answers, faults), answers, studio_day(now), faults, dry_run)
    if dry_run or faults:
        attempt.match()
        report = attempt.planned()
        if report.plan is not None:
            report.clashes = clashes_of(attempt.timetable, attempt.matching, now, attempt.today)
        return report
    with transaction.atomic():
        wait_for_other_loads()
        attempt.match()
        if attempt.is_possible:
            if approved is not None:
                require_approved(attempt.planned(), approved)
            apply(attempt.timetable, attempt.matching, now, attempt.today)
    return attempt.report()


@dataclass(slots=True)
class _Reading:
    """How many rows a file has, those without fault, and what can be read in two ways."""

    count: int = 0
    rows: list[ReadRow] = field(default_factory=list)
    doubts: tuple[Doubt, ...] = ()
    # The lines without a teacher below one that has one: merged cells look like that in CSV.
    below_a_teacher: list[int] = field(default_factory=list)


def _read(source: BinaryIO, answers: Answers, faults: ImportFaults) -> _Reading:
    reading = _Reading()
    found = _shared_texts(records(source, faults))
    above = list(islice(found, SEARCHED))
    if not above:
        if not faults:
            message = _("The file is empty; its first line must name the columns.")
            faults.add(1, "", message)
        return reading
    # Titles stand above a header. Where none is like one, the first row is to say why.
    place = header_place(above) or 0
    header = read_header(*above[place], faults)
    if header is None:
        return reading
    records_below = [*above[place + 1 :], *islice(found, MOST_ROWS)]
    reading.count = len(records_below)
    if reading.count > MOST_ROWS:
        message = _("The file has more than %(most)d rows; import it in parts.")
        faults.add(None, "", message % {"most": MOST_ROWS})
        return reading
    conventions = conventions_of(header, records_below, answers.dates, answers.times)
    reading.doubts = conventions.doubts
    if not reading.count and not faults:
        faults.add(None, "", _("The file has no rows below its header; add some."))
    if reading.doubts:
        return reading  # read in the wrong way, sound rows would have faults
    studio_zone = studio().time_zone
    is_below_a_teacher = False
    for line, cells in records_below:
        if faults.too_many:
            faults.give_up(line)
            break
        if (fitted := _fitted(cells, header, line, faults)) is None:
            continue
        row = RowParser(line, header, fitted, studio_zone, conventions, faults)
        if row.has_no_teacher and is_below_a_teacher:
            reading.below_a_teacher.append(line)
        is_below_a_teacher |= not row.has_no_teacher
        if rules := row.rules():
            reading.rows.append(ReadRow(rules, row.teacher_zone))
    return reading


def _shared_texts(found: Iterator[Record]) -> Iterator[Record]:
    """The records with each text kept once: a column has few different ones."""
    texts: dict[str, str] = {}
    for line, cells in found:
        yield line, [texts.setdefault(cell, cell) for cell in cells]


def _fitted(
    cells: list[str], header: list[str], line: int, faults: ImportFaults
) -> list[str] | None:
    """As many cells as the header has: spreadsheets leave empty ones out, or add some."""
    if any(cells[len(header) :]):
        message = _("The row has %(count)d cells, the header %(wanted)d; make them the same.")
        faults.add(line, "", message % {"count": len(cells), "wanted": len(header)})
        return None
    fitted = [*cells[: len(header)], *[""] * (len(header) - len(cells))]
    if any(cell.strip() for cell, name in zip(fitted, header, strict=True) if not name):
        message = _("There is text in a column without a heading; name the column, or remove it.")
        faults.add(line, "", message)
        return None
    return fitted


class _Attempt:
    """The rows of a file beside what is stored at the moment of ``match``."""

    def __init__(
        self,
        reading: _Reading,
        answers: Answers,
        today: date,
        faults: ImportFaults,
        is_dry_run: bool,
    ) -> None:
        self._reading = reading
        self._answers = answers
        self.today = today
        self._faults = faults
        self._is_dry_run = is_dry_run
        self._lookalikes: list[Lookalike] = []
        self.matching = MatchResult()

    @property
    def is_possible(self) -> bool:
        """Whether the file is without fault, and no question is open."""
        return not self._faults and not self._is_asking

    @property
    def _is_asking(self) -> bool:
        people_in_doubt = bool(self._lookalikes) and self._answers.people is None
        return bool(self._reading.doubts) or people_in_doubt

    def match(self) -> None:
        """Compare; which rules are new can't be said before it is known whose they are."""
        lookalikes = Lookalikes(self._reading.rows)
        self._lookalikes = lookalikes.found
        self.timetable = lookalikes.timetable(self._answers.people, self._faults)
        if not self._is_asking:
            self.matching = Matcher(self.timetable, self.today, self._faults).match()

    def planned(self) -> ImportReport:
        """The report with what would be done."""
        report = self.report()
        if self.is_possible:
            answered = (self._answers.people, self._lookalikes) if self._lookalikes else None
            facts = (self._reading.count, answered)
            report.plan = plan_of(self.timetable, self.matching, self.today, facts)
        return report

    def report(self) -> ImportReport:
        """The counts of what was done, or would be."""
        timetable, matching = self.timetable, self.matching
        report = ImportReport(
            self._is_dry_run,
            rows=self._reading.count,
            rules=timetable.rule_count,
            merged_rows=timetable.merged_rows,
            faults=list(self._faults),
            doubts=self._reading.doubts,
            below_a_teacher=self._reading.below_a_teacher,
            lookalikes=self._lookalikes,
            answers=self._answers,
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
