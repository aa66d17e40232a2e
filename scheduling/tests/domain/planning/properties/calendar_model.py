"""A model of a studio in memory: rules, closures and the table `classes` with its constraints.

It uses lists and loops, and of the planner only the input and output.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from scheduling.domain.closures import ClosureCalendar
from scheduling.domain.planning import SeriesState, draft, unchanged_weeks
from scheduling.domain.planning.resolve import resolve
from scheduling.domain.series import Series
from scheduling.domain.wallclock import instant
from scheduling.domain.windows import horizon_window, week_number, week_window

from .class_model import RefusedError, Row, find_conflict, group_rows


class Studio:
    """Rules, closures, classes and a clock."""

    def __init__(self, now):
        self.now = now
        self.series: dict[object, Series] = {}
        self.closures = []
        self.rows: dict[int, Row] = {}
        self.last_id = 0

    # Rules

    def add(self, *rules):
        for rule in rules:
            self.series[rule.key] = rule
        return rules[0]

    def change(self, key, **changes):
        self.series[key] = replace(self.series[key], **changes)

    # The table

    def insert(self, **values):
        self.last_id += 1
        row = Row(id=self.last_id, **values)
        self.write({row.id: row})
        return row

    def update(self, row_id, **changes):
        self.write({row_id: replace(self.rows[row_id], **changes)})

    def write(self, changed):
        """Write these rows (None deletes a row), unless the result violates a constraint."""
        after = {id: row for id, row in (self.rows | changed).items() if row is not None}
        problem = self.violation(after, changed)
        if problem:
            raise RefusedError(problem)
        self.rows = after

    @staticmethod
    def violation(rows, changed):
        new = [rows[id] for id in changed if id in rows]
        for row in new:
            assert 0 < row.ends - row.starts <= 86_400
            assert (row.week is None) == (row.series is None)
            assert row.week is None or row.week == week_number(row.occurrence_date)
            assert row.is_cancelled or row.closure_id is None
            for other in rows.values():
                if other.id == row.id:
                    continue
                if row.series is not None and (row.series, row.week) == (other.series, other.week):
                    return f"identity: {row} {other}"
                if not row.is_cancelled and not other.is_cancelled and find_conflict(row, other):
                    return f"{find_conflict(row, other)}: {row} {other}"
        return None

    def classes_of(self, key):
        return [row for row in self.rows.values() if row.series == key]

    def class_on(self, key, day):
        """Return the class of the series in the week of `day`."""
        (found,) = [row for row in self.classes_of(key) if row.week == week_number(day)]
        return found

    def calendar(self, key=None):
        """Return the active classes as texts like `2026-03-16 10:00`."""
        rows = self.rows.values() if key is None else self.classes_of(key)
        active = sorted((row for row in rows if not row.is_cancelled), key=lambda row: row.starts)
        return [f"{row.date} {row.start_time:%H:%M}" for row in active]

    # Planning

    @property
    def epoch(self):
        return int(self.now.timestamp())

    @property
    def today(self):
        return self.now.date()

    def horizon(self, weeks=4):
        return horizon_window(self.today, weeks)

    def week(self):
        return week_window(self.today)

    def state(self, rule, window, form="unchanged"):
        """Return the planner's input for a series; with `form="rows"` always with its rows."""
        since = min(week_number(window.start), week_number(self.today))
        rows = [row for row in self.classes_of(rule.key) if row.week >= since]
        calendar = ClosureCalendar(self.closures)
        state = SeriesState(rule, window, calendar.concerning(rule.teacher_id, rule.student_id))
        unchanged = (
            unchanged_weeks(state, group_rows(rows), self.epoch) if form == "unchanged" else None
        )
        if unchanged is None:
            state.rows = [row.stored() for row in rows]
            state.closures_by_class = {
                row.id: calendar.concerning(row.teacher_id, row.student_id, rule.key)
                for row in state.displaced()
            }
        else:
            state.unchanged_weeks = unchanged
        return state

    def plan(self, window, form="unchanged", only=None, order=None):
        rules = [rule for rule in self.series.values() if only is None or rule.key in only]
        if order is not None:
            order.shuffle(rules)
        states = [self.state(rule, window, form) for rule in rules]
        busy = [row.booking() for row in self.rows.values() if not row.is_cancelled]
        return resolve(draft(states, self.epoch), busy)

    def run(self, window=None, **options):
        """Plan, apply and return the plan."""
        plan = self.plan(window or self.horizon(), **options)
        self.apply(plan)
        return plan

    def apply(self, plan):
        changed = {}
        for remove in plan.removes:
            changed[remove.row.id] = None
        for cancel in plan.cancels:
            assert cancel.row.id not in changed
            changed[cancel.row.id] = planned_row(
                cancel.row.id, cancel, cancel.row.week, True, cancel.closure.id
            )
        for planned in plan.moves + plan.restores:
            assert planned.row.id not in changed
            changed[planned.row.id] = planned_row(planned.row.id, planned, planned.row.week)
        for planned in plan.restores:
            if planned.row.edit:  # only the mark of the closure is removed
                row = self.rows[planned.row.id]
                changed[row.id] = replace(row, is_cancelled=False, closure_id=None)
        for planned in plan.creates:
            self.last_id += 1
            changed[self.last_id] = planned_row(self.last_id, planned, week_number(planned.day))
        self.write(changed)

    # Manual edits

    def moved_row(self, row_id, day, at, minutes, zone):
        """Return the row after a manual move."""
        row = self.rows[row_id]
        starts = int(instant(day, at, zone).timestamp())
        end = (datetime.combine(day, at) + timedelta(minutes=minutes)).time()
        return replace(
            row,
            date=day,
            start_time=at,
            end_time=end,
            zone=zone,
            starts=starts,
            ends=starts + minutes * 60,
            edit="moved_by_hand",
        )

    def move(self, row_id, day, at):
        row = self.rows[row_id]
        minutes = (row.ends - row.starts) // 60
        self.write({row_id: self.moved_row(row_id, day, at, minutes, row.zone)})

    def cancel(self, row_id):
        self.update(row_id, is_cancelled=True, closure_id=None, edit="cancelled_by_hand")

    def note(self, row_id):
        self.update(row_id, edit="noted")

    def reopen(self, closure):
        """Delete a closure; its classes lose their reference to it (SET NULL)."""
        self.closures.remove(closure)
        for row in list(self.rows.values()):
            if row.closure_id == closure.id:
                self.update(row.id, closure_id=None)

    def one_off(
        self, day, at, minutes=60, student_id=1, teacher_id=1, zone="Europe/Madrid", **more
    ):
        starts = int(instant(day, at, zone).timestamp())
        return self.insert(
            series=None,
            week=None,
            occurrence_date=None,
            date=day,
            start_time=at,
            end_time=(datetime.combine(day, at) + timedelta(minutes=minutes)).time(),
            zone=zone,
            starts=starts,
            ends=starts + minutes * 60,
            student_id=student_id,
            teacher_id=teacher_id,
            **more,
        )


def planned_row(row_id, planned, week, is_cancelled=False, closure_id=None):
    """Return the row that a run writes: values of the rule, at the planned time."""
    rule = planned.series
    assert week_number(planned.day) == week
    return Row(
        id=row_id,
        series=rule.key,
        week=week,
        occurrence_date=planned.day,
        date=planned.day,
        start_time=rule.start_time,
        end_time=rule.end_time,
        zone=rule.zone,
        starts=planned.starts,
        ends=planned.ends,
        student_id=rule.student_id,
        teacher_id=rule.teacher_id,
        subject=rule.subject,
        is_shared=rule.is_shared,
        room_id=rule.room_id,
        is_cancelled=is_cancelled,
        closure_id=closure_id,
    )
