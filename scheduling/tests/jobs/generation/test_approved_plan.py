"""A run of an approved plan carries out that plan, or stops and says so."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from django.utils import translation

from scheduling.jobs.execution import runner
from scheduling.jobs.execution.runner import preview_plan, run
from scheduling.jobs.generation import chunks, generator
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.jobs.workers.perform import perform
from scheduling.models import Job, RecurringSlot, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at
from scheduling.tests.jobs.helpers import STALE, Recorder, conduct, counts, horizon, request
from scheduling.tests.jobs.long_lives.random_studio import Studio

# What performs a run beats on a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)
SOME = (
    "The data has changed since the preview. What was done is as the preview showed it; the rest "
    "was not done. Check the new plan."
)
ASKED = request(Job.HORIZON, weeks=3)


@pytest.fixture
def small(monkeypatch):
    """Runs, not previews, have a chunk for every teacher."""

    def cut(kinds, scope, window, preview=False):
        return chunks.chunks(kinds, scope, window, preview, None if preview else 1)

    monkeypatch.setattr(runner, "chunks", cut)


def seen(asked=ASKED):
    """The request for exactly the plan that is to be seen now."""
    return replace(asked, plan=preview_plan(asked, conduct(EARLY)).fingerprint)


def do(asked, **values):
    return run(asked, conduct(EARLY, **values))


def after_the_look(monkeypatch, action):
    """Do that between the worker's look and its first chunk."""

    def looking(*args):
        plan = preview_plan(*args)
        action()
        return plan

    monkeypatch.setattr(runner, "preview_plan", looking)


class Meanwhile(Recorder):
    """Does something once so many schedules are done."""

    def __init__(self, done, action):
        super().__init__()
        self.done, self.action = done, action

    def progressed(self, result):
        if result.done == self.done:
            self.action()


def change(row, **values):
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


def lessons():
    return ScheduledClass.objects.count()


class TestNothingChanged:
    def test_it_is_carried_out_in_full(self):
        make.slot()
        make.slot()
        result = do(seen())
        assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 6})

    def test_so_it_is_chunk_by_chunk_with_guests_conflicts_moves_and_what_stays(self, small):
        marta, leo, ana = make.teacher(), make.teacher(), make.student()
        one, other = make.slot(marta, weekday=3), make.slot(leo, weekday=4)
        make.slot(make.teacher(), ana)
        gone = make.slot(weekday=2)
        horizon(weeks=3)
        # The two exchange their teachers: each is in the other's way.
        RecurringSlot.objects.filter(pk=one.pk).update(teacher=leo, weekday=4)
        RecurringSlot.objects.filter(pk=other.pk).update(teacher=marta, weekday=3)
        make.slot(make.teacher(), ana)
        change(gone, status="paused")()
        make.slot()
        asked = seen()
        result = do(asked)
        assert (result.state, counts(result)) == (
            RunState.SUCCEEDED,
            {"conflict": 3, "created": 3, "exists": 3, "moved": 6, "paused": 1, "removed": 3},
        )
        assert result.total == 6

    def test_so_is_one_of_the_weekly_classes_that_makes_up_for_missed_weeks(self, small):
        make.schedule(weekday=3)
        make.schedule(weekday=4)
        make.student("Without Schedule")
        weekly = request(Job.WEEKLY)
        assert do(seen(weekly)).state == RunState.SUCCEEDED
        late = seen(request(Job.WEEKLY, MONDAY.replace(day=26)))
        result = do(late)
        assert (result.state, result.classes_created) == (RunState.SUCCEEDED, 6)

    def test_a_queued_run_keeps_the_plan_to_the_worker(self):
        make.slot()
        stored = enqueue_run(seen())
        assert RunRequest.of(stored).plan == seen().plan
        perform(stored.pk, lambda: EARLY)
        stored.refresh_from_db()
        assert (stored.state, stored.classes_created) == (RunState.SUCCEEDED, 3)

    def test_the_language_of_who_looks_does_not_matter(self):
        """A worker speaks the studio's; that nobody teaches is a word in either."""
        ana = make.student()
        make.lesson(ana, MONDAY, "10:30", "11:30")
        make.slot(who=ana)
        with translation.override("es"):
            asked = seen()
        result = do(asked)
        assert (result.state, counts(result)) == (
            RunState.SUCCEEDED,
            {"conflict": 1, "created": 2},
        )

    def test_a_schedule_that_the_database_refuses_is_told_and_the_others_are_done(
        self, monkeypatch, small
    ):
        bad = make.slot()
        make.slot()
        asked, apply = seen(), generator.write_plan

        def refusing(plan, *args):
            if any(planned.series.id == bad.pk for planned in plan.creates):
                raise ValueError("out of chalk")
            apply(plan, *args)

        monkeypatch.setattr(generator, "write_plan", refusing)
        result = do(asked)
        assert (result.state, counts(result)) == (RunState.PARTIAL, {"created": 3, "error": 1})

    @pytest.mark.parametrize(
        "seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))]
    )
    def test_whatever_there_is_to_do(self, small, seed):
        studio = Studio(seed)
        for _ in range(6):
            studio.change()
            for job in (Job.HORIZON, Job.WEEKLY, Job.MISSING):
                asked, clock = request(job, studio.today, weeks=3), conduct(studio.now)
                plan = preview_plan(asked, clock).fingerprint
                assert run(replace(asked, plan=plan), clock).state == RunState.SUCCEEDED


class TestChangedBeforeTheWorkerLooks:
    @pytest.mark.parametrize(
        "action",
        [
            lambda slot: make.slot(),
            lambda slot: make.closure("Strike", MONDAY),
            lambda slot: change(slot, weekday=3)(),
            lambda slot: change(slot, subject="Cello")(),
            lambda slot: change(slot.teacher, time_zone="Asia/Tokyo")(),
            lambda slot: slot.delete(),
        ],
        ids=["a slot", "a closure", "a weekday", "a subject", "a zone", "one less"],
    )
    def test_nothing_is_written_and_the_run_says_so(self, action):
        slot = make.slot()
        stored = enqueue_run(seen())
        action(slot)
        perform(stored.pk, lambda: EARLY)
        stored.refresh_from_db()
        assert (stored.state, stored.error) == (RunState.CANCELLED, STALE)
        assert (lessons(), stored.counts) == (0, {})
        assert stored.finished_at is not None

    def test_the_sentence_is_in_the_language_of_the_studio(self):
        make.slot()
        asked = seen()
        make.slot()
        with translation.override("es"):
            error = do(asked).error
        assert error == (
            "Los datos han cambiado desde la vista previa y no se ha hecho nada. "
            "Conviene revisar el nuevo plan."
        )

    def test_another_run_can_begin_at_once(self):
        make.slot()
        asked = seen()
        make.slot()
        do(asked)
        assert do(seen()).classes_created == 6

    def test_one_that_was_stopped_while_it_looked_says_that_alone(self):
        make.slot()
        result = do(seen(), stop=lambda: True)
        assert (result.state, result.error, lessons()) == (RunState.CANCELLED, "", 0)


class TestChangedBetweenTheLookAndAChunk:
    @pytest.mark.parametrize(
        "values",
        [{"weekday": 3}, {"subject": "Cello"}, {"is_shared": True}, {"status": "paused"}],
        ids=lambda values: next(iter(values)),
    )
    def test_before_the_first_nothing_is_written(self, monkeypatch, values):
        after_the_look(monkeypatch, change(make.slot(), **values))
        result = do(seen())
        assert (result.state, result.error, lessons()) == (RunState.CANCELLED, STALE, 0)

    def test_that_chunk_is_rolled_back_and_what_is_done_stays(self, small):
        first, second, third = (make.slot() for _ in range(3))
        watcher = Meanwhile(1, change(second, start_time=at("12:00")))
        result = do(seen(), watcher=watcher)
        assert (result.state, result.error) == (RunState.CANCELLED, SOME)
        assert (counts(result), result.done, result.total) == ({"created": 3}, 1, 3)
        assert set(ScheduledClass.objects.values_list("recurring_slot", flat=True)) == {first.pk}
        assert third.classes.count() == 0

    def test_a_schedule_that_is_new_since_is_not_carried_out(self, small):
        first, second = make.slot(), make.slot()
        watcher = Meanwhile(1, lambda: make.slot(second.teacher, weekday=5))
        result = do(seen(), watcher=watcher)
        assert (result.error, first.classes.count(), lessons()) == (SOME, 3, 3)

    def test_one_that_is_gone_since_is_missed_at_the_end(self, small):
        _, second = make.slot(), make.slot()
        result = do(seen(), watcher=Meanwhile(1, lambda: second.delete()))
        assert (result.state, result.error, lessons()) == (RunState.CANCELLED, SOME, 3)

    def test_so_is_one_that_someone_brought_in_line_meanwhile(self, small):
        first, second = make.slot(weekday=2), make.slot(weekday=2)
        horizon(weeks=3)
        for slot in (first, second):
            change(slot, subject="Cello")()
        asked = seen()
        brought = partial(ScheduledClass.objects.filter(recurring_slot=second).update)
        result = do(asked, watcher=Meanwhile(1, lambda: brought(subject="Cello")))
        assert (result.state, counts(result)["moved"]) == (RunState.CANCELLED, 3)

    def test_a_guest_of_the_chunk_is_held_against_the_look_too(self, monkeypatch, small):
        marta, leo = make.teacher(), make.teacher()
        neighbour, first = make.slot(marta, weekday=3), make.slot(leo, weekday=3)
        horizon(weeks=3)
        # They exchange their teachers: the one of the first chunk needs the other out of its way.
        change(neighbour, teacher=leo)()
        change(first, teacher=marta)()
        after_the_look(monkeypatch, change(neighbour, subject="Cello"))
        result = do(seen())
        assert (result.error, result.counts["moved"]) == (STALE, 0)
        assert set(first.classes.values_list("teacher", flat=True)) == {leo.pk}

    def test_no_second_plan_and_no_halves_are_tried(self, monkeypatch):
        slots = [make.slot(make.teacher()) for _ in range(3)]
        after_the_look(monkeypatch, change(slots[0], weekday=5))
        plans, planning, asked = [], generator.plan_series, seen()
        monkeypatch.setattr(
            generator, "plan_series", lambda *args: plans.append(args) or planning(*args)
        )
        assert (do(asked).error, lessons()) == (STALE, 0)
        assert len(plans) == 2  # the worker's look, and the chunk's

    def test_what_is_only_in_the_way_may_change(self, monkeypatch):
        """How a run is cut into chunks decides on that as well."""
        slot = make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"))
        make.lesson(make.student(), MONDAY, whom=slot.teacher)
        after_the_look(
            monkeypatch,
            lambda: ScheduledClass.objects.update(
                starts_at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC), start_time=at("09:30")
            ),
        )
        result = do(seen())
        assert (result.state, counts(result)) == (
            RunState.SUCCEEDED,
            {"conflict": 1, "created": 2},
        )
