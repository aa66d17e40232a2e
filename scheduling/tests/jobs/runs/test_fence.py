"""The fence: a run that has lost its claim commits nothing more."""

import threading
from functools import partial

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.generation import chunks, generator
from scheduling.jobs.runs.claims import Claim, ClaimLostError, claim, fence
from scheduling.models import Job, JobRun, JobRunItem, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import Recorder, counts, horizon, request, run_options

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_chunks(monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(chunks.chunks, limit=1))
    slots = [make.slot() for _ in range(3)]
    for slot in slots:
        make.lesson(
            on=MONDAY, teacher=slot.teacher
        )  # a conflict for each, so that each has an item
    return slots


LOST = [
    {"state": RunState.CRASHED},
    {"state": RunState.CANCELLED},
    {"state": RunState.SUCCEEDED},
    {"token": "11111111-1111-1111-1111-111111111111"},
    {"token": None},
]


@pytest.mark.parametrize("values", LOST, ids=str)
def test_fence_passes_only_with_valid_claim(values):
    held_claim = claim(JobRun(job=Job.HORIZON, trigger=Trigger.COMMAND))
    fence(held_claim, progress_done=1)
    JobRun.objects.update(**values)
    with pytest.raises(ClaimLostError):
        fence(held_claim, progress_done=2)
    assert JobRun.objects.get().progress_done == 1


def test_fence_refuses_token_of_other_run():
    held_claim = claim(JobRun(job=Job.HORIZON, trigger=Trigger.COMMAND))
    other_claim = claim(JobRun(job=Job.WEEKLY, trigger=Trigger.COMMAND))
    with pytest.raises(ClaimLostError):
        fence(Claim(held_claim.run_id, other_claim.token))


@pytest.mark.parametrize("values", LOST, ids=str)
def test_run_lost_during_chunk_rolls_chunk_back(three_chunks, monkeypatch, values):
    calls = []
    fenced = generator.fence

    def lose_claim_in_second_chunk(held_claim, **progress):
        calls.append(progress)
        if len(calls) == 2:
            JobRun.objects.filter(pk=held_claim.run_id).update(**values)
        fenced(held_claim, **progress)

    monkeypatch.setattr(generator, "fence", lose_claim_in_second_chunk)
    observer = Recorder()
    result = horizon(weeks=2, observer=observer)
    assert result.state == RunState.CRASHED
    assert len(calls) == 2
    rows = ScheduledClass.objects.filter(recurring_slot__isnull=False)
    assert [row.recurring_slot for row in rows] == [three_chunks[0]]
    assert JobRunItem.objects.count() == 1
    assert (counts(result), result.done) == ({"created": 1, "conflict": 1}, 1)
    assert len(observer.result_lines) == 1
    assert observer.progress == [(1, 3)]


def test_run_lost_between_chunks_stops(three_chunks):
    class ClaimTaker(Recorder):
        def progressed(self, result):
            super().progressed(result)
            JobRun.objects.update(state=RunState.CRASHED, error="taken")

    result = horizon(weeks=2, observer=ClaimTaker())
    assert result.state == RunState.CRASHED
    run = JobRun.objects.get()
    assert (run.state, run.error, run.progress_done) == (RunState.CRASHED, "taken", 1)


def test_run_lost_after_last_chunk_does_not_succeed(monkeypatch):
    make.slot()

    class ClaimTaker(Recorder):
        def progressed(self, result):
            JobRun.objects.update(state=RunState.CRASHED, error="taken")

    result = horizon(weeks=1, observer=ClaimTaker())
    assert result.state == RunState.CRASHED
    run = JobRun.objects.get()
    assert (run.state, run.error) == (RunState.CRASHED, "taken")


def test_progress_and_counts_are_stored_with_each_chunk(three_chunks):
    rows = []

    class Reader(Recorder):
        def progressed(self, result):
            run = JobRun.objects.get()
            rows.append(
                (run.progress_done, run.progress_total, run.classes_created, run.counts,
                 run.students_processed, run.teachers_processed, run.queries > 0)
            )  # fmt: skip

    horizon(weeks=3, observer=Reader())
    assert rows == [(n, 3, 2 * n, {"created": 2 * n, "conflict": n}, n, n, True) for n in (1, 2, 3)]


def test_stop_between_chunks_keeps_finished_chunks(three_chunks):
    observer = Recorder()
    options = run_options(observer=observer, stop=lambda: bool(observer.progress))
    result = runner.run(request(Job.HORIZON, weeks=2), options)
    assert result.state == RunState.CANCELLED
    run = JobRun.objects.get()
    assert (run.state, run.progress_done, run.classes_created) == (RunState.CANCELLED, 1, 1)
    assert run.finished_at is not None
    assert counts(horizon(weeks=2)) == {"created": 2, "exists": 1, "conflict": 3}


def test_heartbeat_thread_ends_with_run(three_chunks):
    horizon()
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}
