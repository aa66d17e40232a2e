"""Random lives of a studio, as a Hypothesis state machine.

After every step there is no double booking and no duplicate, and no manual edit or cancellation is
lost. Every run matches its preview, every occurrence is a class or has a reason, and a second run
does nothing.
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
from scheduling.services.schedule_changes import apply as apply_change
from scheduling.services.schedule_changes import preview as preview_change
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import examples
from scheduling.tests.jobs.helpers import calendar, dry_run, run_job

from .evolving_studio import StudioRecord, rules
from .invariants import (
    WRITES,
    assert_complete,
    assert_conflicts_are_true,
    assert_protected,
    count_of,
)
from .random_studio import STARTS, Studio

pytestmark = pytest.mark.django_db
WEEKS = 3
BY_SQL = ("delete_row", "damage_row")
EDITS = (
    *("new_series", "change_series", "change_series", "swap_series", "swap_series"),
    *("change_person", "add_closure", "delete_closure", "add_one_off"),
)
PICK = st.integers(0, 999)
DAYS = st.integers(0, 20)
START = st.sampled_from(STARTS)


class StudioMachine(RuleBasedStateMachine):
    """A studio with random edits and runs; each life is a transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self._life = transaction.atomic()
        self._life.__enter__()
        self._settings = override_settings(HORIZON_WEEKS=WEEKS, MAKEUP_RULE="notice")
        self._settings.enable()
        self.record = StudioRecord()

    def teardown(self) -> None:
        self._settings.disable()
        transaction.set_rollback(True)
        self._life.__exit__(None, None, None)

    @initialize(seed=st.integers(0, 2**20))
    def open(self, seed):
        self.studio = Studio(seed)
        self.manual_edits = {}
        self.run(Job.HORIZON)

    @property
    def moment(self):
        return ChangeContext(self.studio.today, self.studio.now, "teresa")

    def pick_from(self, rows, pick):
        rows = list(rows)
        return rows[pick % len(rows)] if rows else None

    def pick_series(self, pick):
        return self.pick_from(rules().items(), pick)

    def pick_class(self, pick, **filters):
        rows = ScheduledClass.objects.filter(starts_at__gt=self.studio.now, **filters)
        return self.pick_from(rows.order_by("id"), pick)

    def edit_manually(self, action):
        """Perform a manual change; a refused one writes nothing."""
        with suppress(ValidationError, IntegrityError), transaction.atomic():
            action()
        self.manual_edits = self.record.manual_edits(self.studio.now)

    # Invariants

    @invariant()
    def check_calendar(self):
        if hasattr(self, "studio"):
            self.record.assert_valid()
            assert_protected(self.manual_edits, self.studio.now)
            # A class that was restored must not be cancelled again.
            current = self.record.manual_edits(self.studio.now)
            self.manual_edits = {number: current[number] for number in self.manual_edits}

    # Runs

    @rule(job=st.sampled_from([Job.HORIZON, Job.WEEKLY, Job.MISSING]), dice=PICK)
    def run(self, job, dice=0):
        self.studio.dice = random.Random(dice)
        narrowed = self.studio.narrowed() if dice else {}
        when = (job, self.studio.today, self.studio.now)
        before = calendar()
        preview, lines = dry_run(*when, weeks=WEEKS, **narrowed)
        assert calendar() == before
        result = run_job(*when, weeks=WEEKS, **narrowed)
        assert preview.counts == result.counts
        assert count_of(lines, Outcome.CREATED) == result.classes_created
        assert not result.counts[Outcome.ERROR], result.faults
        assert_conflicts_are_true(result)
        assert_complete(result, self.studio.now, narrowed)
        after = calendar()
        again = run_job(*when, weeks=WEEKS, **narrowed)
        assert [name for name in WRITES if again.counts[name]] == []
        assert calendar() == after

    @rule(pick=PICK)
    def undo_a_run(self, pick):
        run = self.pick_from(JobRun.objects.filter(classes_created__gt=0).order_by("-id")[:3], pick)
        if run is not None:
            self.undo(run)

    @rule()
    def undo_the_run_that_made_most(self):
        if run := JobRun.objects.order_by("-classes_created", "-id").first():
            self.undo(run)

    def undo(self, run):
        preview = preview_undo(run, self.studio.now)
        done = undo(run, by="teresa", clock=lambda: self.studio.now)
        assert (preview.removed_count, preview.kept_count) == (done.removed_count, done.kept_count)
        left = ScheduledClass.objects.filter(pk__in=[line.class_id for line in done.removed])
        assert not left.exists()

    @rule(hours=st.sampled_from([1, 5, 13, 24, 34, 58]))
    def wait(self, hours):
        self.studio.now += timedelta(hours=hours)
        self.manual_edits = self.record.manual_edits(self.studio.now)

    # Changes of series

    @rule(action=st.sampled_from(EDITS), seed=PICK)
    def edit(self, action, seed):
        self.studio.dice = random.Random(seed)
        self.edit_manually(getattr(self.studio, action))

    @rule(action=st.sampled_from(BY_SQL), seed=PICK)
    def plain_sql(self, action, seed):
        """Change rows by SQL; even manual edits may be lost."""
        self.studio.dice = random.Random(seed)
        self.edit_manually(getattr(self.studio, action))

    def apply_change(self, change):
        """Apply a schedule change as previewed; a refused change leaves the calendar unchanged."""
        before, known = calendar(), set(rules())
        try:
            preview = preview_change(change, self.moment)
        except ValidationError:
            assert calendar() == before
            return
        assert calendar() == before
        done = apply_change(change, self.moment, preview.fingerprint)
        assert done.counts == preview.counts
        for new in set(rules()) - known:
            self.record.add_successor((str(change.key.kind), change.key.id), new, change.day)

    @rule(
        pick=PICK,
        days=DAYS,
        weekday=st.integers(1, 3),
        start=START,
        teacher=st.none() | st.integers(0, 2),
        room=st.none() | st.integers(0, 1),
    )
    def change_from_date(self, pick, days, weekday, start, teacher, room):
        (kind, number), _row = self.pick_series(pick)
        values = {"weekday": weekday, "start_time": make.at(start)}
        if teacher is not None:
            values["teacher"] = self.studio.teachers[teacher]
        if room is not None:
            values["room"] = self.studio.rooms[room]
        day = self.studio.today + timedelta(days)
        self.apply_change(ChangeFromDate(SeriesKey(SeriesKind(kind), number), day, values))

    @rule(pick=PICK, days=DAYS, rest=st.booleans())
    def end(self, pick, days, rest):
        (kind, number), _row = self.pick_series(pick)
        day = self.studio.today + timedelta(days)
        self.apply_change(EndSeries(SeriesKey(SeriesKind(kind), number), day, cancel_rest=rest))
        self.manual_edits = self.record.manual_edits(self.studio.now)

    @rule(pick=PICK, days=DAYS, rest=st.booleans())
    def end_person(self, pick, days, rest):
        person = self.pick_from(self.studio.students, pick)
        person.refresh_from_db()
        self.apply_change(EndPerson(person, self.studio.today + timedelta(days), cancel_rest=rest))
        self.manual_edits = self.record.manual_edits(self.studio.now)

    @rule(pick=PICK, days=DAYS, length=st.integers(0, 9))
    def pause(self, pick, days, length):
        (kind, number), _row = self.pick_series(pick)
        first = self.studio.today + timedelta(days)
        last = first + timedelta(length)
        self.apply_change(PauseSeries(SeriesKey(SeriesKind(kind), number), first, last))

    @rule(pick=PICK, days=DAYS)
    def resume(self, pick, days):
        (kind, number), _row = self.pick_series(pick)
        day = self.studio.today + timedelta(days)
        self.apply_change(ResumeSeries(SeriesKey(SeriesKind(kind), number), day))

    @rule(pick=PICK)
    def close_note_and_reopen(self, pick):
        """Add a closure, write a note on a cancelled class and delete the closure."""
        if scheduled_class := self.pick_class(pick, status=ClassStatus.SCHEDULED):
            closure = make.closure("Strike", scheduled_class.date, scheduled_class.date)
            self.run(Job.HORIZON)
            if scheduled_class := self.pick_class(
                pick, date=scheduled_class.date, cancelled_by=CancelledBy.CLOSURE
            ):
                self.edit_manually(
                    lambda: edit.mark(
                        scheduled_class.pk, attendance="", notes="scales", now=self.studio.now
                    )
                )
            closure.delete()
            self.run(Job.HORIZON)

    # Changes of a class

    @rule(pick=PICK, days=st.integers(-2, 9), start=START, room=st.none() | st.integers(0, 1))
    def move(self, pick, days, start, room):
        if scheduled_class := self.pick_class(pick, status=ClassStatus.SCHEDULED):
            place = {
                "to_date": scheduled_class.date + timedelta(days),
                "start_time": make.at(start),
                "room": None if room is None else self.studio.rooms[room],
            }
            end = make.at("11:00")
            self.edit_manually(
                lambda: edit.move(scheduled_class.pk, **place, end_time=end, now=self.studio.now)
            )

    @rule(pick=PICK, by=st.sampled_from([CancelledBy.STUDENT, CancelledBy.TEACHER]))
    def cancel(self, pick, by):
        if scheduled_class := self.pick_class(pick):
            self.edit_manually(lambda: edit.cancel(scheduled_class.pk, by=by, now=self.studio.now))

    @rule(pick=PICK)
    def restore(self, pick):
        if scheduled_class := self.pick_class(pick, status=ClassStatus.CANCELLED):
            self.edit_manually(lambda: edit.restore(scheduled_class.pk, now=self.studio.now))

    @rule(pick=PICK, attendance=st.sampled_from(["present", "excused", ""]))
    def mark(self, pick, attendance):
        if scheduled_class := self.pick_class(pick):
            self.edit_manually(
                lambda: edit.mark(
                    scheduled_class.pk, attendance=attendance, notes="scales", now=self.studio.now
                )
            )

    @rule(pick=PICK, days=DAYS, start=START)
    def make_up(self, pick, days, start):
        lost = self.pick_from(
            ScheduledClass.objects.filter(make_ups.make_ups_owed(self.studio.today)).order_by("id"),
            pick,
        )
        if lost is not None:
            day = self.studio.today + timedelta(days)
            self.edit_manually(
                lambda: make_ups.schedule(
                    lost.pk, to_date=day, start_time=make.at(start), now=self.studio.now
                )
            )

    @rule(pick=PICK, to=st.none() | st.integers(-2, 9))
    def change_planned_occurrence(self, pick, to):
        first = self.studio.today
        planned = self.pick_from(
            occurrences.planned(first, first + timedelta(40), now=self.studio.now), pick
        )
        if planned is None:
            return
        if to is None:
            by = CancelledBy.STUDIO
            self.edit_manually(
                lambda: occurrences.cancel(planned.key, planned.day, by=by, now=self.studio.now)
            )
        else:
            day = planned.day + timedelta(to)
            self.edit_manually(
                lambda: occurrences.move(planned.key, planned.day, to_date=day, now=self.studio.now)
            )


def run_machine(lives, steps):
    run_state_machine_as_test(StudioMachine, settings=examples(lives, stateful_step_count=steps))


def test_invariants_hold_in_random_lives():
    run_machine(3, 20)


def test_deleted_closure_restores_class_with_note():
    life = StudioMachine()
    try:
        life.open(seed=0)
        closure = make.closure("Strike", life.studio.today, life.studio.today + timedelta(6))
        life.run(Job.HORIZON)
        scheduled_class = ScheduledClass.objects.filter(cancelled_by=CancelledBy.CLOSURE).first()
        life.edit_manually(
            lambda: edit.mark(
                scheduled_class.pk, attendance="", notes="scales", now=life.studio.now
            )
        )
        life.run(Job.HORIZON)
        life.check_calendar()
        closure.delete()
        life.run(Job.HORIZON)
        life.check_calendar()
        scheduled_class.refresh_from_db()
        assert (scheduled_class.status, scheduled_class.notes) == (ClassStatus.SCHEDULED, "scales")
        make.closure("Another strike", scheduled_class.date, scheduled_class.date)
        life.run(Job.HORIZON)
        life.check_calendar()
        scheduled_class.refresh_from_db()
        assert scheduled_class.status == ClassStatus.SCHEDULED
    finally:
        life.teardown()


@pytest.mark.soak
def test_invariants_hold_in_long_random_lives():
    run_machine(12, 40)
