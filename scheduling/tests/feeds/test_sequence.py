"""SEQUENCE of an entry never falls, and rises with what the entry shows (RFC 5545 §3.8.7.4).

Random lives of a small studio as a Hypothesis state machine. An hour passes between two acts: all
stored times are set back by an hour, as the database's clock can't be set.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import override_settings
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from scheduling.domain.windows import monday_of
from scheduling.jobs.execution.undo import undo
from scheduling.models import (
    CalendarFeed,
    CancelledBy,
    ClassStatus,
    Closure,
    FixedSchedule,
    Job,
    JobRun,
    RecurringSlot,
    Room,
    ScheduledClass,
    Student,
    Teacher,
)
from scheduling.selectors.feeds.events import Revision
from scheduling.services.calendar_feeds import feed_events
from scheduling.services.classes import edit, occurrences
from scheduling.services.classes.undo import recording, recording_occurrence
from scheduling.services.classes.undo import undo as undo_edit
from scheduling.services.substitutes import hand_over
from scheduling.tests import factories as make
from scheduling.tests.domain.examples import examples
from scheduling.tests.jobs.helpers import run_job

pytestmark = pytest.mark.django_db

WEEKS = 2
HOUR = timedelta(hours=1)
PICK = st.integers(0, 99)
SERIES = (FixedSchedule, RecurringSlot)
NO_REVISION = Revision(*[timezone.now()] * 3)


class CalendarMachine(RuleBasedStateMachine):
    """A studio, its calendar feed, and what the feed has shown of each entry."""

    def __init__(self):
        super().__init__()
        self._life = transaction.atomic()
        self._life.__enter__()
        self._settings = override_settings(HORIZON_WEEKS=WEEKS)
        self._settings.enable()

    def teardown(self):
        self._settings.disable()
        transaction.set_rollback(True)
        self._life.__exit__(None, None, None)

    @initialize()
    def open(self):
        self.now = timezone.now()
        self.today = self.now.date()
        self.shown = {}
        self.feed = CalendarFeed.objects.create()
        self.teachers = [make.teacher() for _ in range(3)]
        self.rooms = [make.room() for _ in range(2)]
        student = make.student()
        for table in (make.schedule, make.slot):
            weekday = (self.today.isoweekday() + 1) % 7 + 1
            given = {"weekday": weekday, "created_at": self.now, "room": self.rooms[0]}
            start = "10:00" if table is make.slot else "12:00"
            end = {} if table is make.slot else {"end": "13:00"}
            table(student=student, teacher=self.teachers[0], start=start, **end, **given)
        self.let_an_hour_pass()
        run_job(Job.HORIZON, self.today, timezone.now(), weeks=WEEKS)

    def let_an_hour_pass(self):
        for table in (*SERIES, Room, Student, Teacher, ScheduledClass):
            names = {field.name for field in table._meta.fields}
            times = names & {"created_at", "revised_at", "updated_at", "edited_at"}
            table.objects.update(**{name: F(name) - HOUR for name in times})

    @invariant()
    def sequence_does_not_fall(self):
        if not hasattr(self, "shown"):
            return
        for event in feed_events(self.feed, timezone.now()):
            text = replace(event, revision=NO_REVISION)
            before, sequence = self.shown.get(event.uid, (text, 0))
            assert event.revision.sequence >= sequence + (text != before), (event, before)
            self.shown[event.uid] = text, event.revision.sequence
        self.let_an_hour_pass()

    def act(self, action):
        """Perform ``action``; a refused one writes nothing."""
        with suppress(ValidationError, IntegrityError), transaction.atomic():
            action(timezone.now())

    def pick(self, rows, pick):
        rows = list(rows)
        return rows[pick % len(rows)] if rows else None

    def pick_class(self, pick):
        rows = ScheduledClass.objects.filter(starts_at__gt=timezone.now())
        return self.pick(rows.order_by("id"), pick)

    @rule(table=st.sampled_from([Teacher, Room, Student]), pick=PICK)
    def rename(self, table, pick):
        row = self.pick(table.objects.order_by("id"), pick)
        name = "last_name" if table is Student else "name"
        setattr(row, name, f"{getattr(row, name)}x")
        row.save()

    @rule(pick=PICK, active=st.booleans())
    def leave_or_return(self, pick, active):
        row = self.pick([*Student.objects.all(), *Teacher.objects.order_by("id")], pick)
        row.is_active = active
        row.save()

    @rule(job=st.sampled_from([Job.HORIZON, Job.WEEKLY, Job.MISSING]))
    def run(self, job):
        run_job(job, self.today, timezone.now(), weeks=WEEKS)

    @rule()
    def undo_run(self):
        if run := JobRun.objects.order_by("id").last():
            self.act(lambda now: undo(run, by="ana", clock=lambda: now))

    @rule(table=st.sampled_from(SERIES), pick=PICK, teacher=st.integers(0, 2))
    def change_series(self, table, pick, teacher):
        row = table.objects.get()
        row.room = self.pick([None, *self.rooms], pick)
        row.teacher = self.teachers[teacher]
        row.valid_until = self.pick([None, self.today + timedelta(2), self.today], pick)
        self.act(lambda now: row.save())

    @rule(weeks=st.integers(0, WEEKS))
    def close_or_open(self, weeks):
        if not Closure.objects.all().delete()[0]:
            monday = monday_of(self.today) + timedelta(weeks=weeks)
            make.closure("Strike", monday, monday + timedelta(6))

    @rule(pick=PICK, days=st.integers(0, 2), teacher=st.integers(0, 2), room=st.integers(0, 2))
    def move(self, pick, days, teacher, room):
        if row := self.pick_class(pick):
            place = {"teacher": self.teachers[teacher], "room": [None, *self.rooms][room]}
            day = row.date + timedelta(days)
            self.act(lambda now: edit.move(row.pk, to_date=day, **place, now=now))

    @rule(pick=PICK)
    def cancel_or_restore(self, pick):
        if row := self.pick_class(pick):
            if row.status == ClassStatus.CANCELLED:
                self.act(lambda now: edit.restore(row.pk, now=now))
            else:
                self.act(lambda now: edit.cancel(row.pk, by=CancelledBy.STUDENT, now=now))

    @rule(pick=PICK, days=st.integers(1, 2))
    def move_and_undo(self, pick, days):
        def move(now):
            with recording(row.pk) as done:
                edit.move(row.pk, to_date=row.date + timedelta(days), now=now)
            undo_edit(done, now)

        if row := self.pick_class(pick):
            self.act(move)

    @rule(pick=PICK, teacher=st.integers(0, 2))
    def substitute(self, pick, teacher):
        if row := self.pick_class(pick):
            wanted = [(str(row.pk), self.teachers[teacher].pk)]
            self.act(lambda now: hand_over(wanted, now))

    @rule(pick=PICK)
    def give_back(self, pick):
        if row := self.pick_class(pick):
            self.act(lambda now: edit.give_back(row.pk, now=now))

    @rule(pick=PICK, days=st.integers(0, 2), undone=st.booleans(), keeps_row=st.booleans())
    def change_planned(self, pick, days, undone, keeps_row):
        def change(now):
            key, day = found.key, found.day
            with recording_occurrence(key, day, keeps_row) as edit:
                if days:
                    occurrences.move(key, day, to_date=day + timedelta(days), now=now)
                else:
                    occurrences.cancel(key, day, by=CancelledBy.STUDIO, now=now)
            done.append(edit)

        done = []
        last = self.today + timedelta(weeks=WEEKS)
        found = self.pick(occurrences.planned(self.today, last, now=timezone.now()), pick)
        if found is not None:
            self.act(change)
        if done and undone:
            (planned,) = done
            self.sequence_does_not_fall()
            row = ScheduledClass.objects.get(pk=planned.class_id)
            planned.revision = row.updated_at.isoformat()
            self.act(lambda now: undo_edit(planned, now))


def test_sequence_never_falls():
    run_state_machine_as_test(CalendarMachine, settings=examples(4, stateful_step_count=15))
