"""What becomes of one weekly rule on one date, as the plan of that date has it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from scheduling.domain.existing_classes import StoredClass
from scheduling.domain.outcomes import Reason
from scheduling.domain.planning import PlannedClass
from scheduling.domain.planning.resolve import Conflict, Plan
from scheduling.domain.recurrence import day_in_week
from scheduling.domain.series import Series, SeriesKey
from scheduling.domain.wallclock import hours_on
from scheduling.domain.windows import week_number
from scheduling.jobs.monitoring.callers import Callers
from scheduling.jobs.runs.result_lines import PersonNames, conflict_line
from scheduling.jobs.schedule.expected_creation import ExpectedCreation, expected_creation
from scheduling.selectors.studio import studio_day
from scheduling.text.dates import day_and_hours, long_day, with_dates_written_out
from scheduling.text.reasons import reason_text

from .types import EXISTS, PLANNED, ExplainedSeries, weekday


@dataclass(frozen=True, slots=True)
class SeriesOutcome:
    """What becomes of the rule, why, the class that it is about, and what is still to make it."""

    code: str
    reason: str
    class_id: int | None = None
    due: ExpectedCreation | None = None


@dataclass(slots=True)
class DayExplainer:
    """The plan of a date, to be asked rule by rule.

    ``rows``: the class that each rule has in the date's week. ``teacher_id``: whose day it is,
    where it is a teacher's; a class that another teacher gives is not theirs.
    """

    day: date
    plan: Plan
    rows: dict[SeriesKey, StoredClass]
    names: PersonNames
    now: datetime
    teacher_id: int | None = None
    stand_ins: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def explain(self, series: Series) -> ExplainedSeries:
        """One rule on the date."""
        applies = _why_not_asked(series, self.day) is None
        fate = self._fate(series)
        return ExplainedSeries(
            series=series,
            student=self.names.student(series.student_id),
            teacher=self.names.teacher(series.teacher_id),
            applies=applies,
            fate=fate.code,
            reason=fate.reason,
            class_id=fate.class_id,
            due=fate.due,
        )

    def _fate(self, series: Series) -> SeriesOutcome:
        row = self.rows.get(series.key)
        if row is not None and row.date == self.day:
            return self._stands(series, row)
        missing = _why_not_asked(series, self.day)
        if missing is not None:
            return missing
        if row is not None:
            return self._elsewhere(row)
        return self._planned(series)

    def _stands(self, series: Series, row: StoredClass) -> SeriesOutcome:
        """The rule has a class of its week on the date."""
        if row.is_cancelled and row.edit:
            return SeriesOutcome("cancelled", reason_text(row.edit, {}), row.id)
        if row.is_cancelled:
            if self._planned_classes(self.plan.restores, row) is not None:
                text = _("the closure is gone; the next run restores the class")
                return SeriesOutcome("closed", text, row.id)
            # The closure is gone, and meanwhile someone else has taken the place.
            if conflict := self._conflict_of(row):
                return SeriesOutcome("conflict", self._in_the_way(conflict), row.id)
            return SeriesOutcome("closed", _("a closure cancelled its class"), row.id)
        if self.teacher_id is not None and row.teacher_id != self.teacher_id:
            text = _("the class of that week is given by %(teacher)s")
            name = self.names.teacher(row.teacher_id) or _("nobody")
            return SeriesOutcome("held", text % {"teacher": name}, row.id)
        return SeriesOutcome(EXISTS, self._next(row) or _("the class is there"), row.id)

    def _next(self, row: StoredClass) -> str:
        """What the next run does to a class that is there; empty where it leaves it."""
        if move := self._planned_classes(self.plan.moves, row):
            text = _("the class is there; the next run brings it in line: %(when)s")
            return text % {"when": _when(move.day, move.series)}
        for remove in self.plan.removes:
            if remove.row.id == row.id:
                text = _("the class is there; the next run removes it: %(reason)s")
                return text % {"reason": _said(remove.reason)}
        for cancel in self.plan.cancels:
            if cancel.row.id == row.id:
                text = _("the class is there; the next run cancels it: closed: %(closure)s")
                return text % {"closure": cancel.closure.name}
        return ""

    def _elsewhere(self, row: StoredClass) -> SeriesOutcome:
        """The rule's class of that week is on another date."""
        hours = hours_on(row.date, row.start_time, row.end_time, row.zone)
        values = {"when": day_and_hours(row.date, hours, row.zone)}
        move = self._planned_classes(self.plan.moves, row)
        if move is not None and move.day == self.day:
            text = _("the class of that week is still on %(when)s; the next run moves it here")
            return SeriesOutcome("moved", text % values, row.id)
        if conflict := self._conflict_of(row):
            return SeriesOutcome("conflict", self._in_the_way(conflict), row.id)
        if row.edit:
            text = _("the class of that week is the one on %(when)s, %(reason)s")
            return SeriesOutcome(
                "held", text % {**values, "reason": reason_text(row.edit, {})}, row.id
            )
        return SeriesOutcome(
            "held", _("the class of that week is the one on %(when)s") % values, row.id
        )

    def _planned(self, series: Series) -> SeriesOutcome:
        """Nothing is stored of the rule in that week."""
        for planned in self.plan.creates:
            if planned.series.key == series.key:
                today = studio_day(self.now)
                calls = Callers(self.now).call
                made = expected_creation(
                    series.kind, self.day, today, settings.HORIZON_WEEKS, calls
                )
                return SeriesOutcome(PLANNED, made.sentence, due=made)
        for closed in self.plan.closed_occurrences:
            if closed.planned.series.key == series.key:
                return SeriesOutcome(
                    "closed", reason_text("closed", {"closure": closed.closure.name})
                )
        conflict = self._conflict(lambda planned: planned.series.key == series.key)
        if conflict is not None:
            class_id = conflict.clash.booking.class_id
            return SeriesOutcome("conflict", self._in_the_way(conflict), class_id)
        # The planner has seen a one-off at the very same times, and counts it as this class.
        key = (series.student_id, series.start_time, series.end_time)
        return SeriesOutcome(
            EXISTS, _("a class entered by hand stands in its place"), self.stand_ins.get(key)
        )

    def _conflict(self, is_it: Callable[[PlannedClass], bool]) -> Conflict | None:
        return next((one for one in self.plan.conflicts if is_it(one.planned)), None)

    def _conflict_of(self, row: StoredClass) -> Conflict | None:
        return self._conflict(lambda planned: planned.row is not None and planned.row.id == row.id)

    def _in_the_way(self, conflict: Conflict) -> str:
        return with_dates_written_out(conflict_line(conflict, self.names).reason)

    def _planned_classes(
        self, planned_classes: list[PlannedClass], row: StoredClass
    ) -> PlannedClass | None:
        return next(
            (planned for planned in planned_classes if planned.row and planned.row.id == row.id),
            None,
        )


def _why_not_asked(series: Series, day: date) -> SeriesOutcome | None:
    """Why a rule has no occurrence on ``day``; None where it has."""
    if day.isoweekday() != series.weekday:
        text = _("the schedule is for %(weekday)s")
        return SeriesOutcome("not_this_weekday", text % {"weekday": weekday(series.weekday)})
    if series.error is not None:
        return SeriesOutcome("invalid", _said(series.error))
    if series.suspension is not None:
        return SeriesOutcome(series.suspension.outcome.value, _said(series.suspension.reason))
    if series.first is not None and day < series.first:
        code = f"{series.first_by}_starts"
        return SeriesOutcome("not_started", reason_text(code, {"date": long_day(series.first)}))
    if series.last is not None and day > series.last:
        code = f"{series.last_by}_ends"
        return SeriesOutcome("ended", reason_text(code, {"date": long_day(series.last)}))
    if day_in_week(series, week_number(day)) is None:
        return SeriesOutcome(
            "not_this_week", reason_text("not_this_week", {"weeks": series.interval_weeks})
        )
    return None


def _said(reason: Reason) -> str:
    return with_dates_written_out(reason_text(reason.code, reason.params))


def _when(day: date, series: Series) -> str:
    hours = hours_on(day, series.start_time, series.end_time, series.zone)
    return day_and_hours(day, hours, series.zone)
