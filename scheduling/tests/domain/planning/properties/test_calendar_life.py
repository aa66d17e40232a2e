"""Random weeks of a studio: edits, changed rules, closures and passing time.

The checks of `invariants` hold after each run.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from scheduling.domain.outcomes import Outcome, Reason
from scheduling.domain.series import Suspension
from scheduling.domain.windows import Window
from scheduling.tests.domain.examples import examples
from scheduling.tests.domain.strategies import (
    MINUTES,
    ROOMS,
    STARTS,
    STUDENTS,
    WEEKDAYS,
    ZONES,
    closures,
    rule_sets,
    rules,
)

from .calendar_model import Studio
from .class_model import RefusedError
from .invariants import run_and_check

pytestmark = pytest.mark.one_database(name="sqlite")

PAUSED = Suspension(Outcome.PAUSED, Reason("slot_paused"))
PICK = st.integers(0, 1_000)


class Life(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.studio = Studio(datetime(2026, 3, 4, 2, tzinfo=UTC))
        self.numbers = count(100)

    # Choosing

    def some_rule(self, pick):
        return sorted(self.studio.series)[pick % len(self.studio.series)]

    def some_class(self, pick, series_only=True):
        rows = [row for row in self.studio.rows.values() if row.series or not series_only]
        return rows[pick % len(rows)] if rows else None

    # Beginning

    @initialize(rule_set=rule_sets(5))
    def open(self, rule_set):
        self.studio.add(*rule_set)
        run_and_check(self.studio, self.studio.horizon())

    # Runs

    @rule(weeks=st.sampled_from([1, 3, 4, 4, 5]), order=st.randoms(use_true_random=False))
    def horizon(self, weeks, order):
        run_and_check(self.studio, self.studio.horizon(weeks), order=order)

    @rule()
    def weekly(self):
        run_and_check(self.studio, self.studio.week())

    @rule(days=st.integers(1, 20))
    def missing(self, days):
        today = self.studio.today
        run_and_check(self.studio, Window(today - timedelta(days=days), today + timedelta(days=1)))

    @rule(picks=st.sets(PICK, min_size=1, max_size=3))
    def only_some_series(self, picks):
        keys = {self.some_rule(pick) for pick in picks}
        run_and_check(self.studio, self.studio.horizon(), only=keys)

    # Time

    @rule(hours=st.sampled_from([1, 13, 24, 24, 37, 24 * 7]))
    def wait(self, hours):
        self.studio.now += timedelta(hours=hours)

    # Rules change

    @rule(pick=PICK, weekday=WEEKDAYS, start=PICK, minutes=MINUTES)
    def change_time(self, pick, weekday, start, minutes):
        key = self.some_rule(pick)
        starts = STARTS[self.studio.series[key].zone]
        self.studio.change(
            key, weekday=weekday, start_time=starts[start % len(starts)], duration_minutes=minutes
        )

    @rule(pick=PICK, teacher=st.sampled_from([1, 3]))
    def change_teacher(self, pick, teacher):
        key = self.some_rule(pick)
        if ZONES[teacher] == self.studio.series[key].zone:
            self.studio.change(key, teacher_id=teacher)

    @rule(pick=PICK, subject=st.sampled_from(["Piano", "Cello"]), is_shared=st.booleans())
    def change_details(self, pick, subject, is_shared):
        self.studio.change(self.some_rule(pick), subject=subject, is_shared=is_shared)

    @rule(pick=PICK, room=ROOMS)
    def change_room(self, pick, room):
        self.studio.change(self.some_rule(pick), room_id=room)

    @rule(pick=PICK, interval=st.integers(1, 2))
    def change_interval(self, pick, interval):
        self.studio.change(self.some_rule(pick), interval_weeks=interval)

    @rule(pick=PICK, days=st.none() | st.integers(-3, 30))
    def end(self, pick, days):
        last = None if days is None else self.studio.today + timedelta(days=days)
        self.studio.change(self.some_rule(pick), last=last)

    @rule(pick=PICK, days=st.none() | st.integers(-3, 30))
    def start(self, pick, days):
        first = None if days is None else self.studio.today + timedelta(days=days)
        self.studio.change(self.some_rule(pick), first=first)

    @rule(pick=PICK)
    def pause_or_resume(self, pick):
        key = self.some_rule(pick)
        self.studio.change(key, suspension=None if self.studio.series[key].suspension else PAUSED)

    @rule(first=PICK, second=PICK)
    def swap(self, first, second):
        first, second = (self.studio.series[self.some_rule(pick)] for pick in (first, second))
        for target, source in ((first, second), (second, first)):
            self.studio.change(
                target.key,
                weekday=source.weekday,
                start_time=source.start_time,
                duration_minutes=source.duration_minutes,
                zone=source.zone,
                teacher_id=source.teacher_id,
                room_id=source.room_id,
            )

    @precondition(lambda self: len(self.studio.series) < 9)
    @rule(data=st.data())
    def another_series(self, data):
        self.studio.add(data.draw(rules(next(self.numbers))))

    # People

    @rule(pick=PICK)
    def cancel(self, pick):
        if row := self.some_class(pick):
            self.studio.cancel(row.id)

    @rule(pick=PICK)
    def note(self, pick):
        if (row := self.some_class(pick)) and not row.edit:
            self.studio.note(row.id)

    @rule(pick=PICK)
    def note_under_a_closure(self, pick):
        closed = [row for row in self.studio.rows.values() if row.closure_id and not row.edit]
        if closed:
            self.studio.note(closed[pick % len(closed)].id)

    @rule(pick=PICK, days=st.integers(-3, 9), start=PICK)
    def move(self, pick, days, start):
        row = self.some_class(pick)
        if row is None or row.is_cancelled:
            return
        starts = STARTS[row.zone]
        with suppress(RefusedError):
            self.studio.move(row.id, row.date + timedelta(days=days), starts[start % len(starts)])

    @rule(
        days=st.integers(0, 20),
        start=PICK,
        student=STUDENTS,
        teacher=st.sampled_from([1, None]),
        room=ROOMS,
    )
    def one_off(self, days, start, student, teacher, room):
        starts = STARTS[ZONES[teacher]]
        with suppress(RefusedError):
            self.studio.one_off(
                self.studio.today + timedelta(days=days),
                starts[start % len(starts)],
                student_id=student,
                teacher_id=teacher,
                zone=ZONES[teacher],
                room_id=room,
            )

    # Closures

    @precondition(lambda self: len(self.studio.closures) < 3)
    @rule(data=st.data())
    def close(self, data):
        self.studio.closures.append(data.draw(closures(next(self.numbers))))

    @precondition(lambda self: self.studio.closures)
    @rule(pick=PICK)
    def reopen(self, pick):
        self.studio.reopen(self.studio.closures[pick % len(self.studio.closures)])

    def teardown(self):
        if self.studio.series:
            run_and_check(self.studio, self.studio.horizon())


Life.TestCase.settings = examples(50, stateful_step_count=25)
TestLife = Life.TestCase


@pytest.mark.soak
class TestLongLife(Life.TestCase):
    settings = examples(100, stateful_step_count=60)
