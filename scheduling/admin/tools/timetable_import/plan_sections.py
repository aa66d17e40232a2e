"""A plan in sections: what is new, what changes, what stays, what was merged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scheduling.admin.core import formatting
from scheduling.models.timetable import Weekday
from scheduling.services.timetable_import import ImportReport
from scheduling.services.timetable_import.preview import ChangeLine, PersonLine, RuleLine
from scheduling.text.dates import full_day

NEW, CHANGED, SAME, MERGED = "new", "changed", "same", "merged"


@dataclass(frozen=True, slots=True)
class PlanSection:
    """One table of a preview. ``kind`` is what happens to its rows; ``count`` are all of them."""

    name: str
    kind: str
    title: str
    count: int
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.rows)

    @property
    def cells(self) -> list[list[tuple[str, Any]]]:
        """Each row as pairs of a head and a cell."""
        return [list(zip(self.heads, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class PlanCount:
    """A count that leads to the first of its sections."""

    kind: str
    sign: str
    count: int
    word: str
    target: str


def sections_of(report: ImportReport) -> list[PlanSection]:
    """The sections that have rows, in the order in which people look."""
    return [section for section in _sections(report) if section.count]


def counts_of(sections: list[PlanSection]) -> list[PlanCount]:
    """How much is new, changes, stays, was merged."""
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
    line, student, starts = _("Line"), _("Student"), _("Starts on")
    rule_heads = (line, student, _("Teacher"), _("Every"), _("Time"), _("Subject"), _("Dates"))
    yield PlanSection(
        "teachers",
        NEW,
        _("New teachers"),
        report.teachers,
        (line, _("Teacher"), _("Time zone")),
        [(one.line, one.name, one.zone) for one in plan.teachers],
    )
    yield PlanSection(
        "students",
        NEW,
        _("New students"),
        report.students,
        (line, student, _("E-mail"), starts),
        _people(plan.students),
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
        (line, student, _("Until then"), _("From then on"), _("Changed by hand")),
        [_replaced(one) for one in plan.replaced],
    )
    yield PlanSection(
        "ended",
        CHANGED,
        _("Rules that get a last day"),
        report.ended,
        (line, student, _("Rule"), _("Last day"), _("Changed by hand")),
        [_ended(one) for one in plan.ended],
    )
    yield PlanSection(
        "start-dates",
        CHANGED,
        _("Students who get a start date"),
        report.start_dates,
        (line, student, _("E-mail"), starts),
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
        (line, _("Says the same as line")),
        [(one.line, one.of) for one in plan.merged],
    )


def _people(lines: list[PersonLine]) -> list[tuple[Any, ...]]:
    return [(one.line, one.name, one.email, _day(one.start_date)) for one in lines]


def _rules(lines: list[RuleLine]) -> list[tuple[Any, ...]]:
    return [_rule(one) for one in lines]


def _rule(one: RuleLine) -> tuple[Any, ...]:
    every = str(Weekday(one.weekday).label)
    if one.interval_weeks > 1:
        weeks = ngettext("every %(n)d week", "every %(n)d weeks", one.interval_weeks)
        every = f"{every}, {weeks % {'n': one.interval_weeks}}"
    times = formatting.times(one.start_time, one.end_time, one.zone)
    if one.crosses_midnight:
        times = _("%(times)s, past midnight") % {"times": times}
    if one.is_shared:
        times = _("%(times)s, shared") % {"times": times}
    first, last = full_day(one.valid_from), one.valid_until
    dates = _("from %(first)s") % {"first": first}
    if last is not None:
        dates = _("%(first)s to %(last)s") % {"first": first, "last": full_day(last)}
    return one.line, one.student, one.teacher or "–", every, times, one.subject or "–", dates


def _replaced(one: ChangeLine) -> tuple[Any, ...]:
    dates = _("from %(first)s") % {"first": full_day(one.becomes.valid_from)}
    becomes = f"{_brief(one.becomes)}, {dates}"
    kept = ngettext("%(n)d class goes along", "%(n)d classes go along", one.kept)
    said = kept % {"n": one.kept} if one.kept else "–"
    return one.becomes.line, one.becomes.student, _brief(one.was), becomes, said


def _ended(one: ChangeLine) -> tuple[Any, ...]:
    kept = ngettext("%(n)d class stays after it", "%(n)d classes stay after it", one.kept)
    said = kept % {"n": one.kept} if one.kept else "–"
    last = _day(one.becomes.valid_until)
    return one.becomes.line, one.becomes.student, _brief(one.was), last, said


def _brief(one: RuleLine) -> str:
    """Weekday, times, teacher and subject."""
    _line, _student, teacher, every, times, subject, _dates = _rule(one)
    return ", ".join(part for part in (every, times, teacher, subject) if part != "–")


def _day(value: Any) -> str:
    return full_day(value) if value else "–"
