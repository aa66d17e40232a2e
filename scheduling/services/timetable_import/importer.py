"""The whole import: read, match and write, all or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from scheduling.db.advisory_locks import wait_for_other_loads
from scheduling.jobs.generation.approved_plan import require_approved
from scheduling.jobs.notifications.changes import ClassChange
from scheduling.jobs.notifications.weekly_changes import changes_of_lessons
from scheduling.jobs.notifications.weekly_lessons import load_weekly_lessons
from scheduling.selectors.studio import studio, studio_day
from scheduling.services.notices import Notified, is_offered
from scheduling.services.notices import notify as send_notices
from scheduling.services.timetable_import.matching.lookalikes import Lookalike, Lookalikes
from scheduling.services.timetable_import.matching.match import Matcher, MatchResult
from scheduling.services.timetable_import.reading.columns import (
    HEADER_SEARCH_ROWS,
    Record,
    find_header,
    read_header,
)
from scheduling.services.timetable_import.reading.conventions import Ambiguity, detect_conventions
from scheduling.services.timetable_import.reading.row_parser import RowParser
from scheduling.services.timetable_import.reading.table_reader import read_records

from .answers import NO_ANSWERS, Answers
from .conflicts import new_problems
from .errors import ImportFaults
from .preview import build_plan
from .report import ImportReport
from .timetable import ReadRow
from .writer import apply

# All rows are held in memory before the first is parsed. No studio has a tenth of them.
MAX_ROWS = 250_000


def import_timetable(
    source: BinaryIO,
    *,
    now: datetime,
    dry_run: bool = False,
    answers: Answers = NO_ANSWERS,
    approved: str | None = None,
    notify: bool = False,
    author_id: int | None = None,
) -> ImportReport:
    """Import the file ``source``, CSV or a workbook: teachers, students and their weekly rules.

    All or nothing: nothing is written if the file has faults, contradicts stored data, or raises
    questions that ``answers`` leaves open (ambiguous dates and times, lookalike names); the
    report lists them all. ``now`` is the real time.
    Only the plan with the ``approved`` fingerprint is applied; None accepts any plan. Raises
    StalePlanError with the new report if the plan differs, DatabaseError, and OSError if the file
    can't be read.

    With ``notify`` families and teachers are notified of rules that end or are replaced, except the
    teacher ``author_id``.
    """
    faults = ImportFaults()
    file = _parse(source, answers, faults)
    comparison = _Comparison(file, answers, studio_day(now), faults, dry_run)
    if dry_run or faults:
        comparison.match()
        report = comparison.report_with_plan()
        if report.plan is not None:
            report.changes = comparison.preview_changes(now)
            problems = new_problems(
                comparison.timetable, comparison.matching, now, comparison.today
            )
            if problems is not None:
                report.rule_conflicts, report.overfull = problems
        return report
    notified = Notified()
    with transaction.atomic():
        wait_for_other_loads()
        comparison.match()
        if comparison.is_applicable:
            if approved is not None:
                planned = comparison.report_with_plan()
                if planned.fingerprint != approved:
                    planned.changes = comparison.preview_changes(now)
                require_approved(planned, approved)
            changes = comparison.apply(now)
            if notify:
                notified = send_notices(changes, now, author_id)
    report = comparison.report()
    report.notified = notified
    return report


@dataclass(slots=True)
class _ParsedFile:
    """The number of rows of a file, the parsed rows without faults, and its ambiguities."""

    row_count: int = 0
    rows: list[ReadRow] = field(default_factory=list)
    ambiguities: tuple[Ambiguity, ...] = ()
    # Lines without a teacher below one with a teacher; in CSV, merged cells look like this.
    lines_without_teacher: list[int] = field(default_factory=list)


def _parse(source: BinaryIO, answers: Answers, faults: ImportFaults) -> _ParsedFile:
    file = _ParsedFile()
    records = _intern_texts(read_records(source, faults))
    top = list(islice(records, HEADER_SEARCH_ROWS))
    if not top:
        if not faults:
            message = _("The file is empty; its first line must name the columns.")
            faults.add(1, "", message)
        return file
    # Titles may precede the header. If no row looks like a header, report on the first row.
    header_index = find_header(top) or 0
    header = read_header(*top[header_index], faults)
    if header is None:
        return file
    body = [*top[header_index + 1 :], *islice(records, MAX_ROWS)]
    file.row_count = len(body)
    if file.row_count > MAX_ROWS:
        message = _("The file has more than %(most)d rows; import it in parts.")
        faults.add(None, "", message % {"most": MAX_ROWS})
        return file
    conventions = detect_conventions(header, body, answers.dates, answers.times)
    file.ambiguities = conventions.ambiguities
    if not file.row_count and not faults:
        faults.add(None, "", _("The file has no rows below its header; add some."))
    if file.ambiguities:
        return file  # a wrong guess would report faults in correct rows
    studio_zone = studio().time_zone
    is_below_teacher = False
    for line, cells in body:
        if faults.too_many:
            faults.give_up(line)
            break
        if (fitted := _fit_to_header(cells, header, line, faults)) is None:
            continue
        row = RowParser(line, header, fitted, studio_zone, conventions, faults)
        if row.has_no_teacher and is_below_teacher:
            file.lines_without_teacher.append(line)
        is_below_teacher |= not row.has_no_teacher
        if rules := row.rules():
            file.rows.append(ReadRow(rules, row.teacher_zone, row.guardian))
    return file


def _intern_texts(records: Iterator[Record]) -> Iterator[Record]:
    """Yield the records with equal cells as one object: a column has few distinct texts."""
    texts: dict[str, str] = {}
    for line, cells in records:
        yield line, [texts.setdefault(cell, cell) for cell in cells]


def _fit_to_header(
    cells: list[str], header: list[str], line: int, faults: ImportFaults
) -> list[str] | None:
    """Return one cell per column: spreadsheets omit empty cells, or add some. None: a fault."""
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


class _Comparison:
    """The rows of a file compared with the stored data as of ``match``."""

    def __init__(
        self,
        file: _ParsedFile,
        answers: Answers,
        today: date,
        faults: ImportFaults,
        is_dry_run: bool,
    ) -> None:
        self._file = file
        self._answers = answers
        self.today = today
        self._faults = faults
        self._is_dry_run = is_dry_run
        self._lookalikes: list[Lookalike] = []
        self.matching = MatchResult()

    @property
    def is_applicable(self) -> bool:
        """True if the file has no faults and no question is open."""
        return not self._faults and not self._has_open_questions

    @property
    def _has_open_questions(self) -> bool:
        is_lookalike_open = bool(self._lookalikes) and self._answers.people is None
        return bool(self._file.ambiguities) or is_lookalike_open

    def match(self) -> None:
        """Compare the people; if no question is open, the rules as well."""
        lookalikes = Lookalikes(self._file.rows)
        self._lookalikes = lookalikes.found
        self.timetable = lookalikes.timetable(self._answers.people, self._faults)
        if not self._has_open_questions:
            self.matching = Matcher(self.timetable, self.today, self._faults).match()

    def apply(self, now: datetime) -> list[ClassChange]:
        """Write the timetable; return what changes in the weekly lessons of their students.

        The next runs update the classes.
        """
        changed = [*self.matching.ended, *self.matching.replaced]
        students = {change.existing.student_id for change in changed}
        if not students or not is_offered():
            apply(self.timetable, self.matching, now, self.today)
            return []
        before = load_weekly_lessons(Q(student_id__among=students), now)
        apply(self.timetable, self.matching, now, self.today)
        return changes_of_lessons(before, (), now, by_rule=True)

    def preview_changes(self, now: datetime) -> list[ClassChange]:
        """Return what ``apply`` would change: it is written and rolled back."""
        if not (self.matching.ended or self.matching.replaced) or not is_offered():
            return []
        with transaction.atomic():
            wait_for_other_loads()
            changes = self.apply(now)
            transaction.set_rollback(True)
        return changes

    def report_with_plan(self) -> ImportReport:
        """Return the report with the plan, if the file can be applied."""
        report = self.report()
        if self.is_applicable:
            answered = (self._answers.people, self._lookalikes) if self._lookalikes else None
            facts = (self._file.row_count, answered)
            report.plan = build_plan(self.timetable, self.matching, self.today, facts)
        return report

    def report(self) -> ImportReport:
        """Return the counts of what was done, or would be."""
        timetable, matching = self.timetable, self.matching
        report = ImportReport(
            self._is_dry_run,
            rows=self._file.row_count,
            rules=timetable.rule_count,
            merged_rows=timetable.merged_rows,
            faults=list(self._faults),
            ambiguities=self._file.ambiguities,
            lines_without_teacher=self._file.lines_without_teacher,
            lookalikes=self._lookalikes,
            answers=self._answers,
        )
        if not self.is_applicable:
            return report
        report.unchanged = matching.unchanged
        report.teachers = sum(name not in matching.teachers for name in timetable.teachers)
        report.students = sum(name not in matching.students for name in timetable.students)
        report.guardians = len(matching.guardians.new)
        report.guarded = len(matching.guardians.links)
        report.fixed_schedules = sum(not rule.identity.teacher for rule, _key in matching.new_rules)
        report.recurring_slots = len(matching.new_rules) - report.fixed_schedules
        report.ended, report.replaced = len(matching.ended), len(matching.replaced)
        report.rooms = sum(key not in matching.rooms for key in timetable.rooms)
        report.roomed = len(matching.roomed)
        report.start_dates = sum(name in matching.students for name in matching.start_dates)
        return report
