"""A studio held in memory: its rules, its closures, its table `classes` with every constraint.

Deliberately plain: lists, loops, and nothing of the planner's but its input and its output.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from scheduling.domain.closures import ClosureCalendar
from scheduling.domain.planning import SeriesState, draft, unchanged_weeks
from scheduling.domain.planning.resolve import resolve
from scheduling.domain.series import Series
from scheduling.domain.wallclock import instant
from scheduling.domain.windows import horizon_window, week_number, week_window

from .class_model import Refused, Row, groups, quarrel


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
        """Put these rows, None for one that is deleted; all or nothing, checked at the end."""
        after = {id: row for id, row in (self.rows | changed).items() if row is not None}
        problem = self.violation(after, changed)
        if problem:
            raise Refused(problem)
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
                if not row.is_cancelled and not other.is_cancelled and quarrel(row, other):
                    return f"{quarrel(row, other)}: {row} {other}"
        return None

    def of(self, key):
        return [row for row in self.rows.values() if row.series == key]

    def class_on(self, key, day):
        """The class of the week of `day`."""
        (found,) = [row for row in self.of(key) if row.week == week_number(day)]
        return found

    def calendar(self, key=None):
        """Active classes in short: `2026-03-16 10:00`."""
        rows = self.rows.values() if key is None else self.of(key)
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

    def state(self, rule, window, form="held"):
        """How the planner sees a series; `form` rows: in full even where that is not needed."""
        since = min(week_number(window.start), week_number(self.today))
        rows = [row for row in self.of(rule.key) if row.week >= since]
        calendar = ClosureCalendar(self.closures)
        state = SeriesState(rule, window, calendar.concerning(rule.teacher_id, rule.student_id))
        held = unchanged_weeks(state, groups(rows), self.epoch) if form == "held" else None
        if held is None:
            state.rows = [row.stored() for row in rows]
            state.closures_by_class = {
                row.id: calendar.concerning(row.teacher_id, row.student_id, rule.key)
                for row in state.displaced()
            }
        else:
            state.unchanged_weeks = held
        return state

    def plan(self, window, form="held", only=None, order=None):
        rules = [rule for rule in self.series.values() if only is None or rule.key in only]
        if order is not None:
            order.shuffle(rules)
        states = [self.state(rule, window, form) for rule in rules]
        busy = [row.booking() for row in self.rows.values() if not row.is_cancelled]
        return resolve(draft(states, self.epoch), busy)

    def run(self, window=None, **how):
        """Plan, apply, and answer the plan."""
        plan = self.plan(window or self.horizon(), **how)
        self.apply(plan)
        return plan

    def apply(self, plan):
        changed = {}
        for remove in plan.removes:
            changed[remove.row.id] = None
        for cancel in plan.cancels:
            assert cancel.row.id not in changed
            changed[cancel.row.id] = placed(
                cancel.row.id, cancel, cancel.row.week, True, cancel.closure.id
            )
        for planned in plan.moves + plan.restores:
            assert planned.row.id not in changed
            changed[planned.row.id] = placed(planned.row.id, planned, planned.row.week)
        for planned in plan.restores:
            if planned.row.edit:  # the closure's mark goes, and nothing else
                row = self.rows[planned.row.id]
                changed[row.id] = replace(row, is_cancelled=False, closure_id=None)
        for planned in plan.creates:
            self.last_id += 1
            changed[self.last_id] = placed(self.last_id, planned, week_number(planned.day))
        self.write(changed)

    # What people do

    def place(self, row_id, day, at, minutes, zone):
        """The values of a move by hand."""
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
        self.write({row_id: self.place(row_id, day, at, minutes, row.zone)})

    def cancel(self, row_id):
        self.update(row_id, is_cancelled=True, closure_id=None, edit="cancelled_by_hand")

    def note(self, row_id):
        self.update(row_id, edit="noted")

    def reopen(self, gone):
        """What the database does when a closure is deleted: SET NULL."""
        self.closures.remove(gone)
        for row in list(self.rows.values()):
            if row.closure_id == gone.id:
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


def placed(row_id, what, week, is_cancelled=False, closure_id=None):
    """The row as an applier writes it: all of the rule, at the place that the plan says."""
    rule = what.series
    assert week_number(what.day) == week
    return Row(
        id=row_id,
        series=rule.key,
        week=week,
        occurrence_date=what.day,
        date=what.day,
        start_time=rule.start_time,
        end_time=rule.end_time,
        zone=rule.zone,
        starts=what.starts,
        ends=what.ends,
        student_id=rule.student_id,
        teacher_id=rule.teacher_id,
        subject=rule.subject,
        is_shared=rule.is_shared,
        is_cancelled=is_cancelled,
        closure_id=closure_id,
    )
