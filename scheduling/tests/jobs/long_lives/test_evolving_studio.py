"""A studio lives: people edit, split, pause, close, cancel, move, run and undo; the clock goes on.

After every step, whatever it was: nobody is in two places, nothing is there twice, nothing that a
person did is lost, nothing that a person cancelled comes back. After every run: it did what its
preview said, every wanted occurrence is a class or has a reason, and the same run again does
nothing.
"""

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from scheduling.domain.outcomes import Outcome
from scheduling.domain.series import SeriesKey, SeriesKind
from scheduling.jobs.execution.undo import preview_undo, undo
from scheduling.models import CancelledBy, ClassStatus, Job, JobRun, ScheduledClass
from scheduling.services.classes import edit, make_ups, occurrences
from scheduling.services.schedule_changes import (
    ChangeContext,
    ChangeFromDate,
    EndPerson,
    EndSeries,
    PauseSeries,
    ResumeSeries,
)
from scheduling.services.schedule_changes import apply as carry_out
from scheduling.services.schedule_changes import preview as look_at
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import examples
from scheduling.tests.jobs.helpers import calendar, dry_run, run_job

from .evolving_studio import Memory, rules
from .invariants import WRITES, assert_conflicts_are_true, assert_kept, assert_lasting, count_of
from .random_studio import STARTS, Studio

pytestmark = pytest.mark.django_db
WEEKS = 3
BY_SQL = ("delete_row", "damage_row")
EDITS = (
    *("new_series", "change_series", "change_series", "swap_series", "swap_series"),
    *("change_person", "add_closure", "drop_closure", "add_one_off"),
)
PICK = st.integers(0, 999)
DAYS = st.integers(0, 20)
START = st.sampled_from(STARTS)


class LivingStudio(RuleBasedStateMachine):
    """Each life is a transaction that is rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self._life = transaction.atomic()
        self._life.__enter__()
        self._settings = override_settings(HORIZON_WEEKS=WEEKS, MAKEUP_RULE="notice")
        self._settings.enable()
        self.memory = Memory()

    def teardown(self) -> None:
        self._settings.disable()
        transaction.set_rollback(True)
        self._life.__exit__(None, None, None)

    @initialize(seed=st.integers(0, 2**20))
    def open(self, seed):
        self.studio = Studio(seed)
        self.by_hand = {}
        self.run(Job.HORIZON)

    @property
    def moment(self):
        return ChangeContext(self.studio.today, self.studio.now, "teresa")

    def some(self, found, pick):
        found = list(found)
        return found[pick % len(found)] if found else None

    def some_rule(self, pick):
        return self.some(rules().items(), pick)

    def some_class(self, pick, **those):
        rows = ScheduledClass.objects.filter(starts_at__gt=self.studio.now, **those)
        return self.some(rows.order_by("id"), pick)

    def person(self, act):
        """What a person does, or is told why not: then nothing is written."""
        with suppress(ValidationError, IntegrityError), transaction.atomic():
            act()
        self.by_hand = self.memory.by_hand(self.studio.now)

    # What holds at any time

    @invariant()
    def holds(self):
        if hasattr(self, "studio"):
            self.memory.assert_holds()
            assert_lasting(self.by_hand, self.studio.now)
            # What took place again by this must not be cancelled again.
            now_there = self.memory.by_hand(self.studio.now)
            self.by_hand = {number: now_there[number] for number in self.by_hand}

    # Runs

    @rule(job=st.sampled_from([Job.HORIZON, Job.WEEKLY, Job.MISSING]), dice=PICK)
    def run(self, job, dice=0):
        self.studio.dice = random.Random(dice)
        narrowed = self.studio.narrowed() if dice else {}
        when = (job, self.studio.today, self.studio.now)
        before = calendar()
        seen, said = dry_run(*when, weeks=WEEKS, **narrowed)
        assert calendar() == before
        result = run_job(*when, weeks=WEEKS, **narrowed)
        assert seen.counts == result.counts
        assert count_of(said, Outcome.CREATED) == result.classes_created
        assert not result.counts[Outcome.ERROR], result.faults
        assert_conflicts_are_true(result)
        assert_kept(result, self.studio.now, narrowed)
        after = calendar()
        again = run_job(*when, weeks=WEEKS, **narrowed)
        assert [name for name in WRITES if again.counts[name]] == []
        assert calendar() == after

    @rule(pick=PICK)
    def undo_a_run(self, pick):
        run = self.some(JobRun.objects.filter(classes_created__gt=0).order_by("-id")[:3], pick)
        if run is not None:
            self.undo(run)

    @rule()
    def undo_the_run_that_made_most(self):
        if run := JobRun.objects.order_by("-classes_created", "-id").first():
            self.undo(run)

    def undo(self, run):
        seen = preview_undo(run, self.studio.now)
        done = undo(run, by="teresa", clock=lambda: self.studio.now)
        assert (seen.removed_count, seen.kept_count) == (done.removed_count, done.kept_count)
        left = ScheduledClass.objects.filter(pk__in=[line.class_id for line in done.removed])
        assert not left.exists()

    @rule(hours=st.sampled_from([1, 5, 13, 24, 34, 58]))
    def wait(self, hours):
        self.studio.now += timedelta(hours=hours)
        self.by_hand = self.memory.by_hand(self.studio.now)

    # Rules change

    @rule(action=st.sampled_from(EDITS), seed=PICK)
    def edit(self, action, seed):
        self.studio.dice = random.Random(seed)
        self.person(getattr(self.studio, action))

    @rule(action=st.sampled_from(BY_SQL), seed=PICK)
    def plain_sql(self, action, seed):
        """Behind everyone's back: even what a person did may be gone then."""
        self.studio.dice = random.Random(seed)
        self.person(getattr(self.studio, action))

    def act(self, act):
        """It does exactly what its plan said, and the calendar is as it was if refused."""
        before, known = calendar(), set(rules())
        try:
            seen = look_at(act, self.moment)
        except ValidationError:
            assert calendar() == before
            return
        assert calendar() == before
        done = carry_out(act, self.moment, seen.fingerprint)
        assert done.counts == seen.counts
        for new in set(rules()) - known:
            self.memory.succeeded((str(act.key.kind), act.key.id), new, act.day)

    @rule(
        pick=PICK,
        days=DAYS,
        weekday=st.integers(1, 3),
        start=START,
        teacher=st.none() | st.integers(0, 2),
    )
    def from_a_date_on(self, pick, days, weekday, start, teacher):
        (kind, number), _row = self.some_rule(pick)
        values = {"weekday": weekday, "start_time": make.at(start)}
        if teacher is not None:
            values["teacher"] = self.studio.teachers[teacher]
        day = self.studio.today + timedelta(days)
        self.act(ChangeFromDate(SeriesKey(SeriesKind(kind), number), day, values))

    @rule(pick=PICK, days=DAYS, rest=st.booleans())
    def end(self, pick, days, rest):
        (kind, number), _row = self.some_rule(pick)
        day = self.studio.today + timedelta(days)
        self.act(EndSeries(SeriesKey(SeriesKind(kind), number), day, cancel_rest=rest))
        self.by_hand = self.memory.by_hand(self.studio.now)

    @rule(pick=PICK, days=DAYS, rest=st.booleans())
    def someone_leaves(self, pick, days, rest):
        person = self.some(self.studio.students, pick)
        person.refresh_from_db()
        self.act(EndPerson(person, self.studio.today + timedelta(days), cancel_rest=rest))
        self.by_hand = self.memory.by_hand(self.studio.now)

    @rule(pick=PICK, days=DAYS, length=st.integers(0, 9))
    def pause(self, pick, days, length):
        (kind, number), _row = self.some_rule(pick)
        first = self.studio.today + timedelta(days)
        last = first + timedelta(length)
        self.act(PauseSeries(SeriesKey(SeriesKind(kind), number), first, last))

    @rule(pick=PICK, days=DAYS)
    def resume(self, pick, days):
        (kind, number), _row = self.some_rule(pick)
        day = self.studio.today + timedelta(days)
        self.act(ResumeSeries(SeriesKey(SeriesKind(kind), number), day))

    @rule(pick=PICK)
    def close_note_and_reopen(self, pick):
        """A closure comes, a note is written on a class that it cancelled, and the closure goes."""
        if one := self.some_class(pick, status=ClassStatus.SCHEDULED):
            closure = make.closure("Strike", one.date, one.date)
            self.run(Job.HORIZON)
            if one := self.some_class(pick, date=one.date, cancelled_by=CancelledBy.CLOSURE):
                self.person(
                    lambda: edit.mark(one.pk, attendance="", notes="scales", now=self.studio.now)
                )
            closure.delete()
            self.run(Job.HORIZON)

    # One class

    @rule(pick=PICK, days=st.integers(-2, 9), start=START)
    def move(self, pick, days, start):
        if one := self.some_class(pick, status=ClassStatus.SCHEDULED):
            place = {"to_date": one.date + timedelta(days), "start_time": make.at(start)}
            end = make.at("11:00")
            self.person(lambda: edit.move(one.pk, **place, end_time=end, now=self.studio.now))

    @rule(pick=PICK, by=st.sampled_from([CancelledBy.STUDENT, CancelledBy.TEACHER]))
    def cancel(self, pick, by):
        if one := self.some_class(pick):
            self.person(lambda: edit.cancel(one.pk, by=by, now=self.studio.now))

    @rule(pick=PICK)
    def restore(self, pick):
        if one := self.some_class(pick, status=ClassStatus.CANCELLED):
            self.person(lambda: edit.restore(one.pk, now=self.studio.now))

    @rule(pick=PICK, attendance=st.sampled_from(["present", "excused", ""]))
    def mark(self, pick, attendance):
        if one := self.some_class(pick):
            self.person(
                lambda: edit.mark(
                    one.pk, attendance=attendance, notes="scales", now=self.studio.now
                )
            )

    @rule(pick=PICK, days=DAYS, start=START)
    def make_up(self, pick, days, start):
        lost = self.some(
            ScheduledClass.objects.filter(make_ups.make_ups_owed(self.studio.today)).order_by("id"),
            pick,
        )
        if lost is not None:
            day = self.studio.today + timedelta(days)
            self.person(
                lambda: make_ups.schedule(
                    lost.pk, to_date=day, start_time=make.at(start), now=self.studio.now
                )
            )

    @rule(pick=PICK, to=st.none() | st.integers(-2, 9))
    def act_before_it_is_stored(self, pick, to):
        first = self.studio.today
        ghost = self.some(
            occurrences.planned(first, first + timedelta(40), now=self.studio.now), pick
        )
        if ghost is None:
            return
        if to is None:
            by = CancelledBy.STUDIO
            self.person(
                lambda: occurrences.cancel(ghost.key, ghost.day, by=by, now=self.studio.now)
            )
        else:
            day = ghost.day + timedelta(to)
            self.person(
                lambda: occurrences.move(ghost.key, ghost.day, to_date=day, now=self.studio.now)
            )


def live(lives, steps):
    run_state_machine_as_test(LivingStudio, settings=examples(lives, stateful_step_count=steps))


def test_invariants_hold_in_random_lives():
    live(3, 20)


def test_deleted_closure_restores_class_with_note():
    life = LivingStudio()
    try:
        life.open(seed=0)
        closure = make.closure("Strike", life.studio.today, life.studio.today + timedelta(6))
        life.run(Job.HORIZON)
        one = ScheduledClass.objects.filter(cancelled_by=CancelledBy.CLOSURE).first()
        life.person(lambda: edit.mark(one.pk, attendance="", notes="scales", now=life.studio.now))
        life.run(Job.HORIZON)
        life.holds()
        closure.delete()
        life.run(Job.HORIZON)
        life.holds()
        one.refresh_from_db()
        assert (one.status, one.notes) == (ClassStatus.SCHEDULED, "scales")
        make.closure("Another strike", one.date, one.date)
        life.run(Job.HORIZON)
        life.holds()
        one.refresh_from_db()
        assert one.status == ClassStatus.SCHEDULED
    finally:
        life.teardown()


@pytest.mark.soak
def test_invariants_hold_in_long_random_lives():
    live(12, 40)
