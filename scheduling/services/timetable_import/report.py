"""The report of an import or a dry run, as text and as JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.jobs.notifications.changes import ClassChange
from scheduling.jobs.runs.result_lines import ResultLine
from scheduling.services.classes.conflicts import RuleConflict
from scheduling.services.notices import Notified
from scheduling.services.timetable_import.matching.lookalikes import Lookalike, LookalikeAnswer
from scheduling.services.timetable_import.reading.conventions import Ambiguity
from scheduling.text.counts import people_and_rules, weekly_rules

from .answers import Answers
from .errors import ImportFault, list_lines
from .preview import ImportPlan

MAX_CONFLICTS = 1_000
MAX_LISTED_CONFLICTS = 20


@dataclass(slots=True)
class ImportReport:
    """The counts of an import. With any fault, nothing was or would be written."""

    is_dry_run: bool
    rows: int = 0
    rules: int = 0
    merged_rows: int = 0
    teachers: int = 0
    students: int = 0
    guardians: int = 0
    # Students who get a guardian.
    guarded: int = 0
    fixed_schedules: int = 0
    recurring_slots: int = 0
    start_dates: int = 0
    rooms: int = 0
    # Stored rules that get a room.
    roomed: int = 0
    # Stored rules that get a last day, or are replaced from a date on.
    ended: int = 0
    replaced: int = 0
    unchanged: int = 0
    faults: list[ImportFault] = field(default_factory=list)
    # The questions: ambiguous dates and times, and names that look like others.
    ambiguities: tuple[Ambiguity, ...] = ()
    lookalikes: list[Lookalike] = field(default_factory=list)
    # Lines without a teacher below one with a teacher.
    lines_without_teacher: list[int] = field(default_factory=list)
    answers: Answers = field(default_factory=Answers)
    # The double bookings that a dry run would create; None if not checked.
    rule_conflicts: list[RuleConflict] | None = None
    # Warnings of a dry run about groups that are larger than their rooms.
    overfull: list[str] = field(default_factory=list)
    # The plan of a dry run; None after an import, or with faults.
    plan: ImportPlan | None = None
    # Of a dry run: what families and teachers can be notified of. Of an import: who was notified.
    changes: list[ClassChange] = field(default_factory=list)
    notified: Notified = field(default_factory=Notified)

    @property
    def succeeded(self) -> bool:
        """True if the file has no faults and no question is open."""
        return not self.problems

    @property
    def problems(self) -> list[ImportFault]:
        """The faults and the open questions, in the order of the lines."""
        questions = [ambiguity.fault for ambiguity in self.ambiguities]
        questions += [lookalike.fault for lookalike in self.unanswered_lookalikes]
        return sorted([*self.faults, *questions], key=lambda fault: fault.line or 0)

    @property
    def unanswered_lookalikes(self) -> list[Lookalike]:
        """The lookalikes, if the question about them is open."""
        return self.lookalikes if self.answers.people is None else []

    @property
    def conflicts(self) -> list[ResultLine] | None:
        """The double bookings date by date; None if not checked."""
        if self.rule_conflicts is None:
            return None
        found = [each for rule in self.rule_conflicts for each in rule.collisions]
        return [each.line for each in sorted(found, key=lambda each: each.order)]

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the plan; empty without one."""
        return self.plan.fingerprint if self.plan else ""

    def document(self) -> dict[str, object]:
        """Return the report as a JSON object."""
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
                **self._guardian_count(),
                **({"rooms": self.rooms} if self.rooms else {}),
            },
            "startDatesSet": self.start_dates,
            "unchanged": self.unchanged,
            "faults": [
                {"line": fault.line, "column": fault.column or None, "message": fault.message}
                for fault in self.problems
            ],
            **self._change_counts(),
            **self._lookalike_data(),
            **self._conflict_data(),
            **({"overfull": self.overfull[:MAX_CONFLICTS]} if self.overfull else {}),
        }

    def _guardian_count(self) -> dict[str, int]:
        """Return ``guardians`` if there are new ones; most files name none."""
        return {"guardians": self.guardians} if self.guardians else {}

    def _change_counts(self) -> dict[str, object]:
        """Return ``changed`` if a stored rule ends, is replaced, or gets a room; most do not."""
        if not self.ended and not self.replaced and not self.roomed:
            return {}
        roomed = {"roomed": self.roomed} if self.roomed else {}
        return {"changed": {"ended": self.ended, "replaced": self.replaced, **roomed}}

    def _lookalike_data(self) -> dict[str, object]:
        """Return ``people`` and ``lookalikes`` if there are any."""
        if not self.lookalikes:
            return {}
        return {
            "people": self.answers.people,
            "lookalikes": [
                {
                    "line": lookalike.line,
                    "column": lookalike.column,
                    "name": lookalike.name,
                    "others": lookalike.others,
                }
                for lookalike in self.lookalikes
            ],
        }

    @property
    def merged_cells_warning(self) -> str:
        """A warning about rows without a teacher, possibly from merged cells; or empty."""
        if not self.lines_without_teacher:
            return ""
        lines = list_lines(self.lines_without_teacher)
        return ngettext(
            "Line %(lines)s has no teacher and is read as a lesson without one. If its cell was "
            "merged with the one above, write the teacher in each row.",
            "Lines %(lines)s have no teacher and are read as lessons without one. If their cells "
            "were merged with the one above, write the teacher in each row.",
            len(self.lines_without_teacher),
        ) % {"lines": lines}

    def _conflict_data(self) -> dict[str, object]:
        """Return ``clashes`` if a dry run found conflicts."""
        if not self.conflicts:
            return {}
        return {
            "clashes": [
                {
                    "student": line.student,
                    "teacher": line.teacher,
                    "date": str(line.day),
                    "hours": line.hours,
                    "reason": line.reason,
                }
                for line in self.conflicts[:MAX_CONFLICTS]
            ]
        }

    def _conflict_lines(self) -> Iterator[str]:
        """Yield the number of lessons with a conflict, and each conflict of two rules."""
        rules = self.rule_conflicts or []
        lines = self.conflicts or []
        if not lines:
            return
        yield ngettext(
            "%(n)d lesson would clash with another:",
            "%(n)d lessons would clash with others:",
            len(lines),
        ) % {"n": len(lines)}
        for rule in rules[:MAX_LISTED_CONFLICTS]:
            yield f"  {rule.title}, {rule.period}: {rule.typical.line.reason}"

    def lines(self) -> Iterator[str]:
        """Yield the report in sentences, without the faults."""
        rows = ngettext("%(n)d row", "%(n)d rows", self.rows) % {"n": self.rows}
        yield _("Read: %(rows)s, %(merged)d of them repeating others; %(rules)s.") % {
            "rows": rows,
            "merged": self.merged_rows,
            "rules": weekly_rules(self.rules),
        }
        if self.answers.people is LookalikeAnswer.SAME and self.lookalikes:
            yield ngettext(
                "%(n)d name is taken for another spelling of a name that is there.",
                "%(n)d names are taken for other spellings of names that are there.",
                len(self.lookalikes),
            ) % {"n": len(self.lookalikes)}
        created = _("To be created: %(list)s.") if self.is_dry_run else _("Created: %(list)s.")
        yield created % {
            "list": people_and_rules(
                self.teachers,
                self.students,
                self.fixed_schedules,
                self.recurring_slots,
                self.rooms,
            )
        }
        if self.guarded:
            yield ngettext(
                "%(n)d student gets a guardian.", "%(n)d students get a guardian.", self.guarded
            ) % {"n": self.guarded}
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
        if self.roomed:
            yield ngettext("%(n)d rule gets a room.", "%(n)d rules get a room.", self.roomed) % {
                "n": self.roomed
            }
        yield _("Unchanged: %(rules)s.") % {"rules": weekly_rules(self.unchanged)}
        if self.start_dates:
            yield ngettext(
                "%(n)d student without a start date gets one.",
                "%(n)d students without a start date get one.",
                self.start_dates,
            ) % {"n": self.start_dates}
        if n := self.notified.queued:
            yield ngettext("%(n)d e-mail queued.", "%(n)d e-mails queued.", n) % {"n": n}
        if self.is_dry_run and (warning := self.merged_cells_warning):
            yield warning
        yield from self.overfull[:MAX_LISTED_CONFLICTS]
        yield from self._conflict_lines()
        if self.is_dry_run:
            yield _("Nothing was written.")
