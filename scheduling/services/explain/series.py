"""Explains the outcome of a series on a date, from the plan of that date."""

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
    """An outcome of a series: its code and text, its class, and the job that creates it."""

    code: str
    reason: str
    class_id: int | None = None
    due: ExpectedCreation | None = None


@dataclass(slots=True)
class DayExplainer:
    """Explains each series of a date.

    ``rows``: the stored class of each series in that week. ``teacher_id``: set if a teacher's date
    is explained, whose classes exclude those of a substitute. ``one_offs``: the ids of the date's
    active one-offs by student, start and end time.
    """

    day: date
    plan: Plan
    rows: dict[SeriesKey, StoredClass]
    names: PersonNames
    now: datetime
    teacher_id: int | None = None
    one_offs: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def explain(self, series: Series) -> ExplainedSeries:
        """Explain one series."""
        applies = _outcome_without_occurrence(series, self.day) is None
        outcome = self._outcome(series)
        return ExplainedSeries(
            series=series,
            student=self.names.student(series.student_id),
            teacher=self.names.teacher(series.teacher_id),
            room=self.names.room(series.room_id),
            applies=applies,
            outcome=outcome.code,
            reason=outcome.reason,
            class_id=outcome.class_id,
            due=outcome.due,
        )

    def _outcome(self, series: Series) -> SeriesOutcome:
        row = self.rows.get(series.key)
        if row is not None and row.date == self.day:
            return self._class_on_date(series, row)
        outcome = _outcome_without_occurrence(series, self.day)
        if outcome is not None:
            return outcome
        if row is not None:
            return self._class_on_other_date(row)
        return self._without_class(series)

    def _class_on_date(self, series: Series, row: StoredClass) -> SeriesOutcome:
        """The class of that week is on the date."""
        if row.is_cancelled and row.edit:
            return SeriesOutcome("cancelled", reason_text(row.edit, {}), row.id)
        if row.is_cancelled:
            if self._find(self.plan.restores, row) is not None:
                text = _("the closure is gone; the next run restores the class")
                return SeriesOutcome("closed", text, row.id)
            # The closure was deleted, but another class has taken the time.
            if conflict := self._conflict_of(row):
                return SeriesOutcome("conflict", self._conflict_text(conflict), row.id)
            return SeriesOutcome("closed", _("a closure cancelled its class"), row.id)
        if self.teacher_id is not None and row.teacher_id != self.teacher_id:
            text = _("the class of that week is given by %(teacher)s")
            name = self.names.teacher(row.teacher_id) or _("nobody")
            return SeriesOutcome("held", text % {"teacher": name}, row.id)
        return SeriesOutcome(EXISTS, self._next_run_text(row) or _("the class exists"), row.id)

    def _next_run_text(self, row: StoredClass) -> str:
        """Return a text if the next run changes the class; else an empty string."""
        if move := self._find(self.plan.moves, row):
            text = _("the class exists; the next run updates it: %(when)s")
            return text % {"when": _when(move.day, move.series)}
        for remove in self.plan.removes:
            if remove.row.id == row.id:
                text = _("the class exists; the next run removes it: %(reason)s")
                return text % {"reason": _reason_text(remove.reason)}
        for cancel in self.plan.cancels:
            if cancel.row.id == row.id:
                text = _("the class exists; the next run cancels it: closed: %(closure)s")
                return text % {"closure": cancel.closure.name}
        return ""

    def _class_on_other_date(self, row: StoredClass) -> SeriesOutcome:
        """The class of that week is on another date."""
        hours = hours_on(row.date, row.start_time, row.end_time, row.zone)
        values = {"when": day_and_hours(row.date, hours, row.zone)}
        move = self._find(self.plan.moves, row)
        if move is not None and move.day == self.day:
            text = _("the class of that week is still on %(when)s; the next run moves it here")
            return SeriesOutcome("moved", text % values, row.id)
        if conflict := self._conflict_of(row):
            return SeriesOutcome("conflict", self._conflict_text(conflict), row.id)
        if row.edit:
            text = _("the class of that week is the one on %(when)s, %(reason)s")
            return SeriesOutcome(
                "held", text % {**values, "reason": reason_text(row.edit, {})}, row.id
            )
        return SeriesOutcome(
            "held", _("the class of that week is the one on %(when)s") % values, row.id
        )

    def _without_class(self, series: Series) -> SeriesOutcome:
        """The series has no stored class in that week."""
        for planned in self.plan.creates:
            if planned.series.key == series.key:
                today = studio_day(self.now)
                calls = Callers(self.now).starts
                due = expected_creation(series.kind, self.day, today, settings.HORIZON_WEEKS, calls)
                return SeriesOutcome(PLANNED, due.sentence, due=due)
        for shut in self.plan.closed_occurrences:
            if shut.planned.series.key == series.key:
                return SeriesOutcome(
                    "closed", reason_text("closed", {"closure": shut.closure.name})
                )
        conflict = self._conflict(lambda planned: planned.series.key == series.key)
        if conflict is not None:
            class_id = conflict.clash.booking.class_id
            return SeriesOutcome("conflict", self._conflict_text(conflict), class_id)
        # The planner counts a one-off at exactly the same times as this class.
        key = (series.student_id, series.start_time, series.end_time)
        return SeriesOutcome(
            EXISTS, _("a class entered by hand takes its place"), self.one_offs.get(key)
        )

    def _conflict(self, matches: Callable[[PlannedClass], bool]) -> Conflict | None:
        return next(
            (conflict for conflict in self.plan.conflicts if matches(conflict.planned)), None
        )

    def _conflict_of(self, row: StoredClass) -> Conflict | None:
        return self._conflict(lambda planned: planned.row is not None and planned.row.id == row.id)

    def _conflict_text(self, conflict: Conflict) -> str:
        return with_dates_written_out(conflict_line(conflict, self.names).reason)

    def _find(self, planned_classes: list[PlannedClass], row: StoredClass) -> PlannedClass | None:
        return next(
            (planned for planned in planned_classes if planned.row and planned.row.id == row.id),
            None,
        )


def _outcome_without_occurrence(series: Series, day: date) -> SeriesOutcome | None:
    """Return the outcome of a series without an occurrence on ``day``; None if it has one."""
    if day.isoweekday() != series.weekday:
        text = _("the schedule is for %(weekday)s")
        return SeriesOutcome("not_this_weekday", text % {"weekday": weekday(series.weekday)})
    if series.error is not None:
        return SeriesOutcome("invalid", _reason_text(series.error))
    if series.suspension is not None:
        return SeriesOutcome(
            series.suspension.outcome.value, _reason_text(series.suspension.reason)
        )
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


def _reason_text(reason: Reason) -> str:
    return with_dates_written_out(reason_text(reason.code, reason.params))


def _when(day: date, series: Series) -> str:
    hours = hours_on(day, series.start_time, series.end_time, series.zone)
    return day_and_hours(day, hours, series.zone)
