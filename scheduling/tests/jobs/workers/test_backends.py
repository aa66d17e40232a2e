"""Background runs on every task backend."""

import os
from datetime import date

import pytest

from scheduling.jobs.execution.cancel import cancel_run
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.jobs.workers.tasks import perform_run
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import request
from scheduling.tests.jobs.waiting import wait_until

# Far in the future, so that no class has started by the real clock of a worker.
TODAY = date(2040, 1, 2)
HORIZON = request(Job.HORIZON, TODAY, trigger=Trigger.ADMIN, triggered_by="teresa")


@pytest.fixture(autouse=True)
def studio(transactional_db):
    """Return three slots, which make three small chunks of twelve classes each."""
    return [make.slot() for _ in range(3)]


def duplicate_count():
    classes = ScheduledClass.objects
    return classes.count() - classes.values("recurring_slot", "week").distinct().count()


def test_run_is_performed_by_other_process(backend):
    run = enqueue_run(HORIZON)
    assert run.state == RunState.QUEUED
    backend.call()
    backend.ended(run)
    assert (run.state, run.error, run.classes_created) == (RunState.SUCCEEDED, "", 36)
    assert (run.trigger, run.triggered_by) == ("admin", "teresa")
    assert run.process
    assert not run.process.startswith(f"{os.getpid()}@")
    assert ScheduledClass.objects.filter(created_by_run_id=run.pk).count() == 36
    assert backend.statuses() == ["SUCCESSFUL"]


def test_second_start_is_refused(backend):
    backend.where = "chunk"
    run = enqueue_run(HORIZON)
    backend.call()
    backend.stopped(run)
    # The progress that a page shows meanwhile.
    assert (run.progress_done, run.progress_total, run.classes_created) == (1, 3, 12)
    with pytest.raises(AlreadyRunningError) as caught:
        enqueue_run(HORIZON)
    assert caught.value.run.pk == run.pk
    backend.resume()
    assert backend.ended(run).state == RunState.SUCCEEDED
    assert run.progress_done == 3
    assert JobRun.objects.count() == 1


def test_cancelled_run_stops_after_whole_chunk(backend):
    backend.where = "chunk"
    run = enqueue_run(HORIZON)
    backend.call()
    backend.stopped(run)
    assert cancel_run(run)
    backend.resume()
    backend.ended(run)
    assert (run.state, run.error, run.classes_created) == (RunState.CANCELLED, "", 12)
    assert ScheduledClass.objects.count() == 12
    assert backend.statuses() == ["SUCCESSFUL"]


def test_cancelled_queued_run_never_starts(backend):
    backend.where = "chunk"
    # A worker is busy with this run, so that the next one waits or gets another worker.
    busy = enqueue_run(HORIZON)
    backend.call()
    backend.stopped(busy)
    backend.where = ""
    perform_run.enqueue(busy.pk)
    waiting = JobRun.objects.create(job=Job.WEEKLY, trigger=Trigger.ADMIN, options={})
    assert cancel_run(waiting)
    perform_run.enqueue(waiting.pk)
    backend.call()
    backend.resume()
    backend.ended(busy)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.started_at, waiting.process) == (RunState.CANCELLED, None, "")


def test_next_run_completes_work_of_killed_worker(backend):
    backend.where = "chunk"
    run = enqueue_run(HORIZON)
    backend.call()
    backend.stopped(run)
    backend.kill(run)
    assert ScheduledClass.objects.count() == 12
    backend.where = ""
    following = enqueue_run(HORIZON)
    run.refresh_from_db()
    assert run.state == RunState.CRASHED
    assert (
        run.error == "The process ended before the run was over; the next run completes the work."
    )
    backend.call()
    wait_until(lambda: not JobRun.objects.filter(state__in=["queued", "running"]).exists())
    following.refresh_from_db()
    assert (following.state, following.classes_created) == (RunState.SUCCEEDED, 24)
    assert (ScheduledClass.objects.count(), duplicate_count()) == (36, 0)


def test_task_delivered_several_times_is_performed_once(backend):
    run = enqueue_run(HORIZON)
    for _ in range(5):
        perform_run.enqueue(run.pk)
    backend.call(2)
    backend.ended(run)
    assert (run.state, run.classes_created) == (RunState.SUCCEEDED, 36)
    assert (ScheduledClass.objects.count(), duplicate_count()) == (36, 0)
    assert set(backend.statuses()) == {"SUCCESSFUL"}


def test_concurrent_runs_are_each_performed_once(backend, studio):
    runs = [
        enqueue_run(request(Job.HORIZON, TODAY, teacher_ids=(slot.teacher_id,)))
        for slot in studio
        for _ in range(2)
    ]
    runs.append(enqueue_run(request(Job.WEEKLY, TODAY)))
    backend.call(2)
    for run in runs:
        assert backend.ended(run).state == RunState.SUCCEEDED
    assert sum(run.classes_created for run in runs) == ScheduledClass.objects.count() == 36
    assert duplicate_count() == 0


def test_worker_finishes_its_run_on_sigterm(backend):
    backend.where = "chunk"
    run = enqueue_run(HORIZON)
    backend.call()
    pid = backend.stopped(run)
    backend.ask_to_stop(run)
    backend.resume()
    assert backend.ended(run).state == RunState.SUCCEEDED
    wait_until(lambda: pid not in backend.pids())
