"""Result lines of a plan or a run as rows of a table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from scheduling.domain.outcomes import Outcome
from scheduling.jobs.monitoring.outcome_text import outcome_label
from scheduling.jobs.runs.result_lines import ResultLine, hours_of
from scheduling.models import JobRunItem
from scheduling.models.studio import foreign_zone
from scheduling.selectors.people import teacher_zones
from scheduling.selectors.studio import studio
from scheduling.services.schedule_changes.plan_text import hand_over_label
from scheduling.text.dates import full_day, with_dates_written_out
from scheduling.text.reasons import reason_text

from .links import Links
from .outcome_badges import NO_SIGN, SIGNS, OutcomeSign

# Parameters that may differ from week to week: such weeks get rows of their own.
_CHANGED = ("from_subject", "to_subject", "from_room", "to_room", "to_shared")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of the table.

    ``old`` and ``new`` are the times of a class before and after; ``zone`` is empty if it is the
    studio's. ``more`` lists the other dates of the same series with the same result.
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
    """A plan's result line or a stored log item, with common attribute names."""

    line: ResultLine | JobRunItem
    student: str
    teacher: str
    day: date | None
    series: tuple[str, int | None]
    zone: str

    @property
    def key(self) -> tuple[object, ...] | None:
        """Return a key that is equal for the weeks of a series with the same result."""
        if self.day is None or self.series[1] is None:
            return None
        changed = [self.line.params.get(name) for name in _CHANGED]
        return (self.line.outcome, self.series, self.line.start_time, self.line.code, *changed)


def rows_of_lines(lines: Iterable[ResultLine], links: Links) -> list[ResultRow]:
    """Return the table rows of a plan's result lines."""
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
    """Return the table rows of a run's log items."""
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


def _rows(results: list[_LineOrItem], links: Links) -> list[ResultRow]:
    """Return the rows, with equal weeks of a series merged into one."""
    zones = teacher_zones(result.line.teacher_id for result in results if not result.zone)
    rows: list[ResultRow] = []
    open_rows: dict[tuple[object, ...], ResultRow] = {}
    for result in results:
        zone = result.zone or zones.get(result.line.teacher_id or 0, studio().time_zone)
        hours = hours_of(result.day, result.line.start_time, result.line.end_time, zone)
        key = (hours, *result.key) if result.key is not None else None
        if key is not None and result.day is not None and key in open_rows:
            open_rows[key].more.append(full_day(result.day))
            continue
        rows.append(_row(result, hours, zone, links))
        if key is not None:
            open_rows[key] = rows[-1]
    return rows


def _row(result: _LineOrItem, hours: str, zone: str, links: Links) -> ResultRow:
    line = result.line
    outcome = Outcome(line.outcome)
    new = " ".join(part for part in (full_day(result.day) if result.day else "", hours) if part)
    old = ""
    if outcome in (Outcome.REMOVED, Outcome.CANCELLED):
        old, new = new, ""
    elif "from_date" in line.params:
        old = _previous_times(line.params)
    everyone = outcome is Outcome.CLOSED and not result.teacher
    return ResultRow(
        outcome,
        hand_over_label(line.code) or outcome_label(outcome),
        SIGNS.get(outcome, NO_SIGN),
        result.student or (_("everyone") if everyone else ""),
        links.student(line.student_id),
        result.teacher,
        links.teacher(line.teacher_id),
        old,
        new,
        foreign_zone(zone),
        with_dates_written_out(reason_text(line.code, line.params)) if line.code else "",
        line.occurrences,
        [action for action in _actions(line, outcome, result.series, links) if action[0]],
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


def _previous_times(params: dict[str, Any]) -> str:
    try:
        day = date.fromisoformat(str(params["from_date"]))
    except ValueError:
        return ""
    hours = f"{params.get('from_start', '')}–{params.get('from_end', '')}"
    return f"{full_day(day)} {hours} {params.get('from_zone', '')}".strip()
