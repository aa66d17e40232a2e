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
from scheduling.tests.jobs.helpers import STALE, Recorder, counts, horizon, request, run_options
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
    return replace(asked, plan=preview_plan(asked, run_options(EARLY)).fingerprint)


def do(asked, **values):
    return run(asked, run_options(EARLY, **values))


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
    def test_plan_is_applied_in_full(self):
        make.slot()
        make.slot()
        result = do(seen())
        assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 6})

    def test_plan_is_applied_in_chunks_with_neighbours_and_conflicts(self, small):
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

    def test_weekly_plan_that_catches_up_is_applied(self, small):
        make.schedule(weekday=3)
        make.schedule(weekday=4)
        make.student("Without Schedule")
        weekly = request(Job.WEEKLY)
        assert do(seen(weekly)).state == RunState.SUCCEEDED
        late = seen(request(Job.WEEKLY, MONDAY.replace(day=26)))
        result = do(late)
        assert (result.state, result.classes_created) == (RunState.SUCCEEDED, 6)

    def test_queued_run_carries_plan_to_worker(self):
        make.slot()
        stored = enqueue_run(seen())
        assert RunRequest.of(stored).plan == seen().plan
        perform(stored.pk, lambda: EARLY)
        stored.refresh_from_db()
        assert (stored.state, stored.classes_created) == (RunState.SUCCEEDED, 3)

    def test_language_of_preview_does_not_matter(self):
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

    def test_series_refused_by_database_is_reported_and_others_are_applied(
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
    def test_random_plans_are_applied(self, small, seed):
        studio = Studio(seed)
        for _ in range(6):
            studio.change()
            for job in (Job.HORIZON, Job.WEEKLY, Job.MISSING):
                asked, clock = request(job, studio.today, weeks=3), run_options(studio.now)
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
    def test_stale_plan_writes_nothing_and_run_records_reason(self, action):
        slot = make.slot()
        stored = enqueue_run(seen())
        action(slot)
        perform(stored.pk, lambda: EARLY)
        stored.refresh_from_db()
        assert (stored.state, stored.error) == (RunState.CANCELLED, STALE)
        assert (lessons(), stored.counts) == (0, {})
        assert stored.finished_at is not None

    def test_error_is_in_studio_language(self):
        make.slot()
        asked = seen()
        make.slot()
        with translation.override("es"):
            error = do(asked).error
        assert error == (
            "Los datos han cambiado desde la vista previa y no se ha hecho nada. "
            "Conviene revisar el nuevo plan."
        )

    def test_next_run_can_begin_at_once(self):
        make.slot()
        asked = seen()
        make.slot()
        do(asked)
        assert do(seen()).classes_created == 6

    def test_run_stopped_while_planning_is_cancelled_without_error(self):
        make.slot()
        result = do(seen(), stop=lambda: True)
        assert (result.state, result.error, lessons()) == (RunState.CANCELLED, "", 0)


class TestChangedBetweenTheLookAndAChunk:
    @pytest.mark.parametrize(
        "values",
        [{"weekday": 3}, {"subject": "Cello"}, {"is_shared": True}, {"status": "paused"}],
        ids=lambda values: next(iter(values)),
    )
    def test_change_before_first_chunk_writes_nothing(self, monkeypatch, values):
        after_the_look(monkeypatch, change(make.slot(), **values))
        result = do(seen())
        assert (result.state, result.error, lessons()) == (RunState.CANCELLED, STALE, 0)

    def test_changed_chunk_is_rolled_back_and_earlier_chunks_are_kept(self, small):
        first, second, third = (make.slot() for _ in range(3))
        watcher = Meanwhile(1, change(second, start_time=at("12:00")))
        result = do(seen(), watcher=watcher)
        assert (result.state, result.error) == (RunState.CANCELLED, SOME)
        assert (counts(result), result.done, result.total) == ({"created": 3}, 1, 3)
        assert set(ScheduledClass.objects.values_list("recurring_slot", flat=True)) == {first.pk}
        assert third.classes.count() == 0

    def test_series_added_since_preview_is_not_applied(self, small):
        first, second = make.slot(), make.slot()
        watcher = Meanwhile(1, lambda: make.slot(second.teacher, weekday=5))
        result = do(seen(), watcher=watcher)
        assert (result.error, first.classes.count(), lessons()) == (SOME, 3, 3)

    def test_series_deleted_since_preview_cancels_run(self, small):
        _, second = make.slot(), make.slot()
        result = do(seen(), watcher=Meanwhile(1, lambda: second.delete()))
        assert (result.state, result.error, lessons()) == (RunState.CANCELLED, SOME, 3)

    def test_series_already_brought_in_line_cancels_run(self, small):
        first, second = make.slot(weekday=2), make.slot(weekday=2)
        horizon(weeks=3)
        for slot in (first, second):
            change(slot, subject="Cello")()
        asked = seen()
        brought = partial(ScheduledClass.objects.filter(recurring_slot=second).update)
        result = do(asked, watcher=Meanwhile(1, lambda: brought(subject="Cello")))
        assert (result.state, counts(result)["moved"]) == (RunState.CANCELLED, 3)

    def test_neighbour_of_chunk_is_compared_with_preview(self, monkeypatch, small):
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

    def test_stale_chunk_is_neither_planned_again_nor_split(self, monkeypatch):
        slots = [make.slot(make.teacher()) for _ in range(3)]
        after_the_look(monkeypatch, change(slots[0], weekday=5))
        plans, planning, asked = [], generator.plan_series, seen()
        monkeypatch.setattr(
            generator, "plan_series", lambda *args: plans.append(args) or planning(*args)
        )
        assert (do(asked).error, lessons()) == (STALE, 0)
        assert len(plans) == 2  # the worker's look, and the chunk's

    def test_change_of_conflicting_class_is_allowed(self, monkeypatch):
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
