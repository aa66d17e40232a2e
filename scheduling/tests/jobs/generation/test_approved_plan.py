"""Runs of an approved plan: they apply exactly that plan or stop with an error."""

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

# The heartbeat of a worker has its own connection.
pytestmark = pytest.mark.django_db(transaction=True)
PARTLY_STALE = (
    "The data has changed since the preview. What was done is as the preview showed it; the rest "
    "was not done. Check the new plan."
)
RUN_REQUEST = request(Job.HORIZON, weeks=3)


@pytest.fixture
def small(monkeypatch):
    """Give runs, but not previews, a chunk for every teacher."""

    def cut(kinds, scope, window, preview=False):
        return chunks.chunks(kinds, scope, window, preview, None if preview else 1)

    monkeypatch.setattr(runner, "chunks", cut)


def approve(run_request=RUN_REQUEST):
    """Return the request with the fingerprint of the current plan."""
    return replace(run_request, plan=preview_plan(run_request, run_options(EARLY)).fingerprint)


def run_now(run_request, **values):
    return run(run_request, run_options(EARLY, **values))


def call_after_preview(monkeypatch, action):
    """Call ``action`` between the worker's preview and its first chunk."""

    def preview_then_act(*args):
        plan = preview_plan(*args)
        action()
        return plan

    monkeypatch.setattr(runner, "preview_plan", preview_then_act)


class Meanwhile(Recorder):
    """An observer that calls ``action`` once ``done`` series are done."""

    def __init__(self, done, action):
        super().__init__()
        self.done, self.action = done, action

    def progressed(self, result):
        if result.done == self.done:
            self.action()


def change(row, **values):
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


def class_count():
    return ScheduledClass.objects.count()


class TestUnchangedData:
    def test_plan_is_applied_in_full(self):
        make.slot()
        make.slot()
        result = run_now(approve())
        assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 6})

    def test_plan_is_applied_in_chunks_with_neighbours_and_conflicts(self, small):
        marta, leo, ana = make.teacher(), make.teacher(), make.student()
        first, second = make.slot(marta, weekday=3), make.slot(leo, weekday=4)
        make.slot(make.teacher(), ana)
        paused = make.slot(weekday=2)
        horizon(weeks=3)
        # The two swap teachers, so each conflicts with the other.
        RecurringSlot.objects.filter(pk=first.pk).update(teacher=leo, weekday=4)
        RecurringSlot.objects.filter(pk=second.pk).update(teacher=marta, weekday=3)
        make.slot(make.teacher(), ana)
        change(paused, status="paused")()
        make.slot()
        run_request = approve()
        result = run_now(run_request)
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
        assert run_now(approve(weekly)).state == RunState.SUCCEEDED
        late = approve(request(Job.WEEKLY, MONDAY.replace(day=26)))
        result = run_now(late)
        assert (result.state, result.classes_created) == (RunState.SUCCEEDED, 6)

    def test_queued_run_carries_plan_to_worker(self):
        make.slot()
        stored = enqueue_run(approve())
        assert RunRequest.of(stored).plan == approve().plan
        perform(stored.pk, lambda: EARLY)
        stored.refresh_from_db()
        assert (stored.state, stored.classes_created) == (RunState.SUCCEEDED, 3)

    def test_language_of_preview_does_not_matter(self):
        """A worker uses the studio's language; “no teacher” is translated as well."""
        ana = make.student()
        make.lesson(ana, MONDAY, "10:30", "11:30")
        make.slot(student=ana)
        with translation.override("es"):
            run_request = approve()
        result = run_now(run_request)
        assert (result.state, counts(result)) == (
            RunState.SUCCEEDED,
            {"conflict": 1, "created": 2},
        )

    def test_series_refused_by_database_is_reported_and_others_are_applied(
        self, monkeypatch, small
    ):
        bad = make.slot()
        make.slot()
        run_request, apply = approve(), generator.write_plan

        def refusing(plan, *args):
            if any(planned.series.id == bad.pk for planned in plan.creates):
                raise ValueError("refused")
            apply(plan, *args)

        monkeypatch.setattr(generator, "write_plan", refusing)
        result = run_now(run_request)
        assert (result.state, counts(result)) == (RunState.PARTIAL, {"created": 3, "error": 1})

    @pytest.mark.parametrize(
        "seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 9))]
    )
    def test_random_plans_are_applied(self, small, seed):
        studio = Studio(seed)
        for _ in range(6):
            studio.change()
            for job in (Job.HORIZON, Job.WEEKLY, Job.MISSING):
                run_request, clock = request(job, studio.today, weeks=3), run_options(studio.now)
                plan = preview_plan(run_request, clock).fingerprint
                assert run(replace(run_request, plan=plan), clock).state == RunState.SUCCEEDED


class TestChangeBeforePreview:
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
        ids=["a slot", "a closure", "a weekday", "a subject", "a zone", "a deleted slot"],
    )
    def test_stale_plan_writes_nothing_and_run_records_reason(self, action):
        slot = make.slot()
        stored = enqueue_run(approve())
        action(slot)
        perform(stored.pk, lambda: EARLY)
        stored.refresh_from_db()
        assert (stored.state, stored.error) == (RunState.CANCELLED, STALE)
        assert (class_count(), stored.counts) == (0, {})
        assert stored.finished_at is not None

    def test_error_is_in_studio_language(self):
        make.slot()
        run_request = approve()
        make.slot()
        with translation.override("es"):
            error = run_now(run_request).error
        assert error == (
            "Los datos han cambiado desde la vista previa y no se ha hecho nada. "
            "Conviene revisar el nuevo plan."
        )

    def test_next_run_can_begin_at_once(self):
        make.slot()
        run_request = approve()
        make.slot()
        run_now(run_request)
        assert run_now(approve()).classes_created == 6

    def test_run_stopped_while_planning_is_cancelled_without_error(self):
        make.slot()
        result = run_now(approve(), stop=lambda: True)
        assert (result.state, result.error, class_count()) == (RunState.CANCELLED, "", 0)


class TestChangeAfterPreview:
    @pytest.mark.parametrize(
        "values",
        [{"weekday": 3}, {"subject": "Cello"}, {"is_shared": True}, {"status": "paused"}],
        ids=lambda values: next(iter(values)),
    )
    def test_change_before_first_chunk_writes_nothing(self, monkeypatch, values):
        call_after_preview(monkeypatch, change(make.slot(), **values))
        result = run_now(approve())
        assert (result.state, result.error, class_count()) == (RunState.CANCELLED, STALE, 0)

    def test_changed_chunk_is_rolled_back_and_earlier_chunks_are_kept(self, small):
        first, second, third = (make.slot() for _ in range(3))
        observer = Meanwhile(1, change(second, start_time=at("12:00")))
        result = run_now(approve(), observer=observer)
        assert (result.state, result.error) == (RunState.CANCELLED, PARTLY_STALE)
        assert (counts(result), result.done, result.total) == ({"created": 3}, 1, 3)
        assert set(ScheduledClass.objects.values_list("recurring_slot", flat=True)) == {first.pk}
        assert third.classes.count() == 0

    def test_series_added_since_preview_is_not_applied(self, small):
        first, second = make.slot(), make.slot()
        observer = Meanwhile(1, lambda: make.slot(second.teacher, weekday=5))
        result = run_now(approve(), observer=observer)
        assert (result.error, first.classes.count(), class_count()) == (PARTLY_STALE, 3, 3)

    def test_series_deleted_since_preview_cancels_run(self, small):
        _, second = make.slot(), make.slot()
        result = run_now(approve(), observer=Meanwhile(1, lambda: second.delete()))
        assert (result.state, result.error, class_count()) == (RunState.CANCELLED, PARTLY_STALE, 3)

    def test_series_already_brought_in_line_cancels_run(self, small):
        first, second = make.slot(weekday=2), make.slot(weekday=2)
        horizon(weeks=3)
        for slot in (first, second):
            change(slot, subject="Cello")()
        run_request = approve()
        update = partial(ScheduledClass.objects.filter(recurring_slot=second).update)
        result = run_now(run_request, observer=Meanwhile(1, lambda: update(subject="Cello")))
        assert (result.state, counts(result)["moved"]) == (RunState.CANCELLED, 3)

    def test_neighbour_of_chunk_is_compared_with_preview(self, monkeypatch, small):
        marta, leo = make.teacher(), make.teacher()
        neighbour, first = make.slot(marta, weekday=3), make.slot(leo, weekday=3)
        horizon(weeks=3)
        # They swap teachers: the series of the first chunk needs the other one moved.
        change(neighbour, teacher=leo)()
        change(first, teacher=marta)()
        call_after_preview(monkeypatch, change(neighbour, subject="Cello"))
        result = run_now(approve())
        assert (result.error, result.counts["moved"]) == (STALE, 0)
        assert set(first.classes.values_list("teacher", flat=True)) == {leo.pk}

    def test_stale_chunk_is_neither_planned_again_nor_split(self, monkeypatch):
        slots = [make.slot(make.teacher()) for _ in range(3)]
        call_after_preview(monkeypatch, change(slots[0], weekday=5))
        plans, planning, run_request = [], generator.plan_series, approve()
        monkeypatch.setattr(
            generator, "plan_series", lambda *args: plans.append(args) or planning(*args)
        )
        assert (run_now(run_request).error, class_count()) == (STALE, 0)
        assert len(plans) == 2  # of the worker's preview and of the chunk

    def test_change_of_conflicting_class_is_allowed(self, monkeypatch):
        """The class that is named also depends on the chunks."""
        slot = make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"))
        make.lesson(make.student(), MONDAY, teacher=slot.teacher)
        call_after_preview(
            monkeypatch,
            lambda: ScheduledClass.objects.update(
                starts_at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC), start_time=at("09:30")
            ),
        )
        result = run_now(approve())
        assert (result.state, counts(result)) == (
            RunState.SUCCEEDED,
            {"conflict": 1, "created": 2},
        )
