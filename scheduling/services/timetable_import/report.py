"""What an import did, or would do: for people and for programs."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.services.timetable_import.matching.lookalikes import Lookalike, People
from scheduling.services.timetable_import.reading.conventions import Doubt
from scheduling.text.counts import people_and_rules, weekly_rules

from .answers import Answers
from .errors import ImportFault, places_of
from .preview import ImportPlan

MOST_CLASHES = 1_000
MOST_NAMED = 20


@dataclass(slots=True)
class ImportReport:
    """The counts of an import. With any fault nothing was written, and nothing would be."""

    is_dry_run: bool
    rows: int = 0
    rules: int = 0
    merged_rows: int = 0
    teachers: int = 0
    students: int = 0
    fixed_schedules: int = 0
    recurring_slots: int = 0
    start_dates: int = 0
    # Rules that go on: with a last day, or as another from a date on.
    ended: int = 0
    replaced: int = 0
    unchanged: int = 0
    faults: list[ImportFault] = field(default_factory=list)
    # Cells that can be read in two ways, and people who look like others: both are asked about.
    doubts: tuple[Doubt, ...] = ()
    lookalikes: list[Lookalike] = field(default_factory=list)
    # Lines without a teacher below one that has one.
    below_a_teacher: list[int] = field(default_factory=list)
    answers: Answers = field(default_factory=Answers)
    # The double bookings that it would make; None where nobody looked.
    clashes: list[ResultLine] | None = None
    # What it would do; None where it was done, or has faults.
    plan: ImportPlan | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the file is without fault, and no question is open."""
        return not self.problems

    @property
    def problems(self) -> list[ImportFault]:
        """The faults, and the open questions, in the order of the lines."""
        asked = [one.fault for one in self.doubts]
        asked += [one.fault for one in self.lookalikes_in_doubt]
        return sorted([*self.faults, *asked], key=lambda fault: fault.line or 0)

    @property
    def lookalikes_in_doubt(self) -> list[Lookalike]:
        """Those about whom nobody has said yet whether they are the same."""
        return self.lookalikes if self.answers.people is None else []

    @property
    def fingerprint(self) -> str:
        """That of the plan; empty where there is none."""
        return self.plan.fingerprint if self.plan else ""

    def document(self) -> dict[str, object]:
        """The report as JSON has it."""
        return {
            "success": self.succeeded,
            "dryRun": self.is_dry_run,
            "rows": self.rows,
            "rules": self.rules,
            "mergedRows": self.merged_rows,
            "created": {
                "teachers": self.teachers,
                "students": self.students,
                "fixedSchedules": self.fixed_schedules,
                "recurringSlots": self.recurring_slots,
            },
            "startDatesSet": self.start_dates,
            "unchanged": self.unchanged,
            "faults": [
                {"line": fault.line, "column": fault.column or None, "message": fault.message}
                for fault in self.problems
            ],
            **self._changed(),
            **self._lookalikes(),
            **self._clashes(),
        }

    def _changed(self) -> dict[str, object]:
        """``changed``, where a rule that goes on does; most files have no such row."""
        if not self.ended and not self.replaced:
            return {}
        return {"changed": {"ended": self.ended, "replaced": self.replaced}}

    def _lookalikes(self) -> dict[str, object]:
        """``lookalikes``, where there are any."""
        if not self.lookalikes:
            return {}
        return {
            "people": self.answers.people,
            "lookalikes": [
                {"line": one.line, "column": one.column, "name": one.name, "others": one.others}
                for one in self.lookalikes
            ],
        }

    @property
    def merged_cells(self) -> str:
        """A sentence about rows without a teacher that may have had merged cells; or nothing."""
        if not self.below_a_teacher:
            return ""
        lines = places_of(self.below_a_teacher)
        return ngettext(
            "Line %(lines)s has no teacher and is read as a lesson without one. If its cell was "
            "merged with the one above, write the teacher in each row.",
            "Lines %(lines)s have no teacher and are read as lessons without one. If their cells "
            "were merged with the one above, write the teacher in each row.",
            len(self.below_a_teacher),
        ) % {"lines": lines}

    def _clashes(self) -> dict[str, object]:
        """``clashes``, where a dry run found any: each lesson that would have no place."""
        if not self.clashes:
            return {}
        return {
            "clashes": [
                {
                    "student": one.student,
                    "teacher": one.teacher,
                    "date": str(one.day),
                    "hours": one.hours,
                    "reason": one.reason,
                }
                for one in self.clashes[:MOST_CLASHES]
            ]
        }

    def _clash_lines(self) -> Iterator[str]:
        """How many lessons would clash, and the first of each rule."""
        lines = self.clashes or []
        if not lines:
            return
        yield ngettext(
            "%(n)d lesson would clash with another:",
            "%(n)d lessons would clash with others:",
            len(lines),
        ) % {"n": len(lines)}
        first = {one.series: one for one in reversed(lines)}
        for one in sorted(first.values(), key=lines.index)[:MOST_NAMED]:
            yield f"  {one.student}, {one.day} {one.hours}: {one.reason}"

    def lines(self) -> Iterator[str]:
        """The report in sentences; the faults are not among them."""
        rows = ngettext("%(n)d row", "%(n)d rows", self.rows) % {"n": self.rows}
        yield _("Read: %(rows)s, %(merged)d of them repeating others; %(rules)s.") % {
            "rows": rows,
            "merged": self.merged_rows,
            "rules": weekly_rules(self.rules),
        }
        if self.answers.people is People.SAME and self.lookalikes:
            yield ngettext(
                "%(n)d name is taken for another spelling of a name that is there.",
                "%(n)d names are taken for other spellings of names that are there.",
                len(self.lookalikes),
            ) % {"n": len(self.lookalikes)}
        created = _("To be created: %(list)s.") if self.is_dry_run else _("Created: %(list)s.")
        yield created % {
            "list": people_and_rules(
                self.teachers, self.students, self.fixed_schedules, self.recurring_slots
            )
        }
        if self.ended:
            yield ngettext(
                "%(n)d rule gets a last day.", "%(n)d rules get a last day.", self.ended
            ) % {"n": self.ended}
        if self.replaced:
            yield ngettext(
                "%(n)d rule goes on as another from a date on.",
                "%(n)d rules go on as others from a date on.",
                self.replaced,
            ) % {"n": self.replaced}
        yield _("There already: %(rules)s.") % {"rules": weekly_rules(self.unchanged)}
        if self.start_dates:
            yield ngettext(
                "%(n)d student without a start date gets one.",
                "%(n)d students without a start date get one.",
                self.start_dates,
            ) % {"n": self.start_dates}
        if self.is_dry_run and (merged := self.merged_cells):
            yield merged
        yield from self._clash_lines()
        if self.is_dry_run:
            yield _("Nothing was written.")
