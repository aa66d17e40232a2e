"""The tables of an import's preview: new, changed, unchanged and merged rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core.display import formatting
from scheduling.models.timetable import Weekday
from scheduling.services.timetable_import import ImportReport
from scheduling.services.timetable_import.preview import ChangeLine, PersonLine, RuleLine
from scheduling.text.dates import full_day

NEW, CHANGED, SAME, MERGED = "new", "changed", "same", "merged"


@dataclass(frozen=True, slots=True)
class PlanSection:
    """One table of a preview. ``count`` includes the rows that are not shown."""

    name: str
    kind: str
    title: str
    count: int
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    @property
    def more(self) -> int:
        """The number of rows that are not shown."""
        return self.count - len(self.rows)

    @property
    def cells(self) -> list[list[tuple[str, Any]]]:
        """The rows as pairs of heading and cell."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class PlanCount:
    """The number of rows of a kind, with a link to the first section of that kind."""

    kind: str
    sign: str
    count: int
    word: str
    target: str


def sections_of(report: ImportReport) -> list[PlanSection]:
    """Return the sections that have rows."""
    return [section for section in _sections(report) if section.count]


def counts_of(sections: list[PlanSection]) -> list[PlanCount]:
    """Return the number of rows of each kind."""
    counts = dict.fromkeys((NEW, CHANGED, SAME, MERGED), 0)
    for section in sections:
        counts[section.kind] += section.count
    words = {
        NEW: ("+", ngettext("new", "new", counts[NEW])),
        CHANGED: ("~", ngettext("changed", "changed", counts[CHANGED])),
        SAME: ("=", ngettext("there already", "there already", counts[SAME])),
        MERGED: ("∥", ngettext("row merged", "rows merged", counts[MERGED])),
    }
    targets = {section.kind: section.name for section in reversed(sections)}
    return [
        PlanCount(kind, sign, counts[kind], word, targets.get(kind, ""))
        for kind, (sign, word) in words.items()
    ]


def _sections(report: ImportReport) -> Iterator[PlanSection]:
    plan = report.plan
    assert plan is not None
    line_head, student, starts = _("Line"), _("Student"), _("Starts on")
    rule_heads = (
        *(line_head, student, _("Teacher"), _("Every"), _("Time")),
        *(_("Subject"), _("Room"), _("Dates")),
    )
    yield PlanSection(
        "teachers",
        NEW,
        _("New teachers"),
        report.teachers,
        (line_head, _("Teacher"), _("Time zone")),
        [(line.line, line.name, line.zone) for line in plan.teachers],
    )
    yield PlanSection(
        "students",
        NEW,
        _("New students"),
        report.students,
        (line_head, student, _("E-mail"), starts),
        _people(plan.students),
    )
    yield PlanSection(
        "guardians",
        NEW,
        _("New guardians of students"),
        report.guarded,
        (line_head, _("Guardian"), _("E-mail"), student),
        [(line.line, line.guardian, line.email, line.student) for line in plan.guardians],
    )
    yield PlanSection(
        "rooms",
        NEW,
        _("New rooms"),
        report.rooms,
        (line_head, _("Room")),
        [(line.line, line.name) for line in plan.rooms],
    )
    yield PlanSection(
        "recurring-slots",
        NEW,
        _("New recurring slots: lessons with a teacher"),
        report.recurring_slots,
        rule_heads,
        _rules(plan.recurring_slots),
    )
    yield PlanSection(
        "fixed-schedules",
        NEW,
        _("New fixed schedules: meetings without a teacher"),
        report.fixed_schedules,
        rule_heads,
        _rules(plan.fixed_schedules),
    )
    yield PlanSection(
        "replaced",
        CHANGED,
        _("Rules that go on as others from a date on"),
        report.replaced,
        (line_head, student, _("Until then"), _("From then on"), _("Changed by hand")),
        [_replaced(line) for line in plan.replaced],
    )
    yield PlanSection(
        "ended",
        CHANGED,
        _("Rules that get a last day"),
        report.ended,
        (line_head, student, _("Rule"), _("Last day"), _("Changed by hand")),
        [_ended(line) for line in plan.ended],
    )
    yield PlanSection(
        "roomed",
        CHANGED,
        _("Rules that get a room"),
        report.roomed,
        rule_heads,
        _rules(plan.roomed),
    )
    yield PlanSection(
        "start-dates",
        CHANGED,
        _("Students who get a start date"),
        report.start_dates,
        (line_head, student, _("E-mail"), starts),
        _people(plan.start_dates),
    )
    yield PlanSection(
        "unchanged",
        SAME,
        _("Weekly rules that are there already"),
        report.unchanged,
        rule_heads,
        _rules(plan.unchanged),
    )
    yield PlanSection(
        "merged",
        MERGED,
        _("Rows that repeat another"),
        report.merged_rows,
        (line_head, _("Repeats line")),
        [(line.line, line.repeats) for line in plan.merged],
    )


def _people(lines: list[PersonLine]) -> list[tuple[Any, ...]]:
    return [(line.line, line.name, line.email, _day(line.start_date)) for line in lines]


def _rules(lines: list[RuleLine]) -> list[tuple[Any, ...]]:
    return [_rule(line) for line in lines]


def _rule(line: RuleLine) -> tuple[Any, ...]:
    every = str(Weekday(line.weekday).label)
    if line.interval_weeks > 1:
        weeks = ngettext("every %(n)d week", "every %(n)d weeks", line.interval_weeks)
        every = f"{every}, {weeks % {'n': line.interval_weeks}}"
    times = formatting.times(line.start_time, line.end_time, line.zone)
    if line.crosses_midnight:
        times = _("%(times)s, past midnight") % {"times": times}
    if line.is_shared:
        times = _("%(times)s, shared") % {"times": times}
    first, last = full_day(line.valid_from), line.valid_until
    dates = _("from %(first)s") % {"first": first}
    if last is not None:
        dates = _("%(first)s to %(last)s") % {"first": first, "last": full_day(last)}
    subject, room = line.subject or "–", line.room or "–"
    return line.line, line.student, line.teacher or "–", every, times, subject, room, dates


def _replaced(change: ChangeLine) -> tuple[Any, ...]:
    before, after, count = change.before, change.after, change.edited_count
    dates = _("from %(first)s") % {"first": full_day(after.valid_from)}
    edited = ngettext("%(n)d class goes along", "%(n)d classes go along", count) % {"n": count}
    return (
        after.line,
        after.student,
        _brief(before),
        f"{_brief(after)}, {dates}",
        edited if count else "–",
    )


def _ended(change: ChangeLine) -> tuple[Any, ...]:
    before, after, count = change.before, change.after, change.edited_count
    text = ngettext("%(n)d class stays after it", "%(n)d classes stay after it", count)
    edited = text % {"n": count} if count else "–"
    return after.line, after.student, _brief(before), _day(after.valid_until), edited


def _brief(line: RuleLine) -> str:
    """Return weekday, times, teacher, subject and room as one text."""
    _line, _student, teacher, every, times, subject, room, _dates = _rule(line)
    return ", ".join(part for part in (every, times, teacher, subject, room) if part != "–")


def _day(value: Any) -> str:
    return full_day(value) if value else "–"
