"""Results of a plan or a run as rows of a table: who, when, why, with links to act upon."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.monitoring.outcome_text import outcome_label
from scheduling.jobs.runs.result_lines import ResultLine, hours_of
from scheduling.models import JobRunItem
from scheduling.selectors.people import teacher_zones
from scheduling.selectors.studio import studio
from scheduling.text.dates import full_day, with_dates_written_out
from scheduling.text.reasons import reason_text

from .links import Links
from .outcome_badges import NO_SIGN, SIGNS, OutcomeSign

# What may differ from week to week, and is told.
_CHANGED = ("from_subject", "to_subject", "to_shared")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """``old`` is where a class was, ``new`` where it is to be; ``zone`` if not the studio's.

    ``more``: the dates of the same series in other weeks, to which the same happens.
    """

    outcome: Outcome
    name: str
    sign: OutcomeSign
    student: str
    student_url: str
    teacher: str
    teacher_url: str
    old: str
    new: str
    zone: str
    why: str
    times: int
    actions: list[tuple[str, str]] = field(default_factory=list)
    more: list[str] = field(default_factory=list)

    @property
    def last(self) -> str:
        """The last of ``more``."""
        return self.more[-1]


@dataclass(frozen=True, slots=True)
class _LineOrItem:
    """What a line of a plan and an item of a log have in common, by the same names."""

    line: ResultLine | JobRunItem
    student: str
    teacher: str
    day: date | None
    series: tuple[str, int | None]
    zone: str

    @property
    def key(self) -> tuple[object, ...] | None:
        """Equal for the weeks of one series to which the same happens."""
        if self.day is None or self.series[1] is None:
            return None
        changed = [self.line.params.get(name) for name in _CHANGED]
        return (self.line.outcome, self.series, self.line.start_time, self.line.code, *changed)


def rows_of_lines(lines: Iterable[ResultLine], links: Links) -> list[ResultRow]:
    """Lines of a plan."""
    return _rows(
        [
            _LineOrItem(
                line,
                line.student,
                line.teacher,
                line.day,
                (line.series.kind.value, line.series.id) if line.series else ("", None),
                line.zone,
            )
            for line in lines
        ],
        links,
    )


def rows_of_items(items: Iterable[JobRunItem], links: Links) -> list[ResultRow]:
    """Items of a run's log."""
    return _rows(
        [
            _LineOrItem(
                item,
                item.student_name,
                item.teacher_name,
                item.date,
                (item.series_kind, item.series_id),
                "",
            )
            for item in items
        ],
        links,
    )


def _rows(told: list[_LineOrItem], links: Links) -> list[ResultRow]:
    """One row for a series, however many of its weeks are alike."""
    zones = teacher_zones(one.line.teacher_id for one in told if not one.zone)
    rows: list[ResultRow] = []
    open_rows: dict[tuple[object, ...], ResultRow] = {}
    for one in told:
        zone = one.zone or zones.get(one.line.teacher_id or 0, studio().time_zone)
        hours = hours_of(one.day, one.line.start_time, one.line.end_time, zone)
        key = (hours, *one.key) if one.key is not None else None
        if key is not None and one.day is not None and key in open_rows:
            open_rows[key].more.append(full_day(one.day))
            continue
        rows.append(_row(one, hours, zone, links))
        if key is not None:
            open_rows[key] = rows[-1]
    return rows


def _row(one: _LineOrItem, hours: str, zone: str, links: Links) -> ResultRow:
    line = one.line
    outcome = Outcome(line.outcome)
    here = " ".join(part for part in (full_day(one.day) if one.day else "", hours) if part)
    old = ""
    if outcome in (Outcome.REMOVED, Outcome.CANCELLED):
        old, here = here, ""
    elif "from_date" in line.params:
        old = _was(line.params)
    return ResultRow(
        outcome,
        outcome_label(outcome),
        SIGNS.get(outcome, NO_SIGN),
        one.student or (_("everyone") if outcome is Outcome.CLOSED and not one.teacher else ""),
        links.student(line.student_id),
        one.teacher,
        links.teacher(line.teacher_id),
        old,
        here,
        zone if zone != studio().time_zone else "",
        with_dates_written_out(reason_text(line.code, line.params)) if line.code else "",
        line.occurrences,
        [action for action in _actions(line, outcome, one.series, links) if action[0]],
    )


def _actions(
    line: ResultLine | JobRunItem, outcome: Outcome, series: tuple[str, int | None], links: Links
) -> Iterable[tuple[str, str]]:
    if outcome in (Outcome.CONFLICT, Outcome.INVALID, Outcome.ERROR, Outcome.PAUSED):
        yield links.series(*series), _("Its schedule")
    if outcome is Outcome.CONFLICT:
        yield links.lesson(line.params.get("with_class")), _("The class in its way")
    elif outcome is not Outcome.REMOVED:
        yield links.lesson(line.class_id), _("The class")


def _was(params: dict[str, Any]) -> str:
    try:
        day = date.fromisoformat(str(params["from_date"]))
    except ValueError:
        return ""
    hours = f"{params.get('from_start', '')}–{params.get('from_end', '')}"
    return f"{full_day(day)} {hours} {params.get('from_zone', '')}".strip()
