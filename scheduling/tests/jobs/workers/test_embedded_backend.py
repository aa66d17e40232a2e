"""The worker processes of the embedded backend: number, start, end and isolation."""

import os
import signal
from datetime import date

import pytest
from django_tasks import task_backends
from django_tasks_db.models import DBTaskResult

from scheduling.jobs.workers import embedded_backend as embedding
from scheduling.jobs.workers import embedded_worker as working
from scheduling.jobs.workers.embedded_backend import EmbeddedBackend
from scheduling.jobs.workers.enqueue import EnqueueFailedError, enqueue_run
from scheduling.models import ACTIVE_STATES, Job, JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import request
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import processes

# The database does not matter here; test_backends.py runs on both.
pytestmark = pytest.mark.one_database(name="sqlite")
TODAY = date(2040, 1, 2)


def queue_narrowed_run():
    """Queue a run of one fixed schedule, in which a worker can stop at ``weekly``."""
    student = make.schedule().student
    return enqueue_run(request(Job.WEEKLY, TODAY, student_ids=(student.pk,)))


def wait_for_end(run):
    """Wait for the end of ``run`` and return it; tasks of killed workers stay RUNNING."""
    wait_until(lambda: JobRun.objects.get(pk=run.pk).state not in ACTIVE_STATES)
    run.refresh_from_db()
    return run


def test_at_most_two_workers_perform_every_run(embedded_workers):
    embedded_workers.where = "weekly"
    runs = [queue_narrowed_run() for _ in range(5)]
    for run in runs[:2]:
        embedded_workers.stopped(run)
    all_pids = set()

    def all_over():
        pids = embedded_workers.pids()
        assert len(pids) <= embedding.PROCESSES
        assert JobRun.objects.filter(state=RunState.RUNNING).count() <= embedding.PROCESSES
        all_pids.update(pids)
        embedded_workers.resume()
        return not JobRun.objects.filter(state__in=ACTIVE_STATES).exists()

    wait_until(all_over)
    assert set(JobRun.objects.values_list("state", flat=True)) == {RunState.SUCCEEDED}
    wait_until(lambda: not embedded_workers.pids())
    assert len(all_pids) >= 2


def test_task_queued_while_last_worker_ends_is_performed(embedded_workers, monkeypatch):
    backend = task_backends["default"]
    own_slot, other_slot = backend.slots.take(), backend.slots.take()
    calls = []

    def batch(called_with):
        calls.append(queue_narrowed_run() if not calls else DBTaskResult.objects.all().delete())
        # Both process slots are taken, so no worker was started.
        assert embedded_workers.pids() == []
        return False

    monkeypatch.setattr(working, "_batch", batch)
    working.work_until_empty(backend, own_slot)
    assert len(calls) == 2
    os.close(other_slot)


def test_stopping_worker_takes_no_further_task(embedded_workers, monkeypatch):
    backend = task_backends["default"]
    monkeypatch.setattr(EmbeddedBackend, "call_worker", lambda backend: None)
    queue_narrowed_run()
    calls = []
    monkeypatch.setattr(working, "_batch", lambda backend: calls.append(backend) or True)
    working.work_until_empty(backend, None)
    assert calls == [backend]


def test_killed_worker_frees_its_slot(embedded_workers):
    embedded_workers.where = "weekly"
    for _ in range(embedding.PROCESSES):
        run = queue_narrowed_run()
        embedded_workers.stopped(run)
        embedded_workers.kill(run)
    embedded_workers.where = ""
    assert wait_for_end(queue_narrowed_run()).state == RunState.SUCCEEDED


def test_idle_workers_end_without_zombie(embedded_workers):
    run = embedded_workers.ended(queue_narrowed_run())
    pid = int(run.process.partition("@")[0])
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_worker_has_own_session_and_no_inherited_files(embedded_workers):
    embedded_workers.where = "weekly"
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        pid = embedded_workers.stopped(queue_narrowed_run())
        assert os.getsid(pid) == pid
        opened = {os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")}
        assert os.readlink(f"/proc/self/fd/{writer}") not in opened
        assert any(name.endswith(".lock") for name in opened)
        assert os.readlink(f"/proc/{pid}/cwd") == str(processes.ROOT)
    finally:
        os.close(reader)
        os.close(writer)


def test_run_fails_when_no_process_can_be_started(embedded_workers, monkeypatch):
    make.slot()
    horizon_request = request(Job.HORIZON, TODAY)
    with monkeypatch.context() as patch:
        patch.setattr(embedding, "program", lambda: ["/nowhere/python"])
        with pytest.raises(EnqueueFailedError) as caught:
            enqueue_run(horizon_request)
    assert caught.value.run.state == RunState.FAILED
    assert "No such file or directory: '/nowhere/python'" in caught.value.run.error
    # The task of the first run is still queued and does nothing.
    run = embedded_workers.ended(enqueue_run(horizon_request))
    assert (run.state, run.classes_created) == (RunState.SUCCEEDED, 12)
    assert DBTaskResult.objects.filter(status="SUCCESSFUL").count() == 2


def test_runtime_directory_of_other_user_is_refused(embedded_workers, monkeypatch):
    slots = task_backends["default"].slots
    os.close(slots.take())
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with pytest.raises(PermissionError, match="belongs to someone else"):
        slots.take()


def test_embedded_worker_refuses_other_backends(manage):
    result = manage("embedded_worker", env={"TASKS_BACKEND": "database"})
    assert result.returncode == 2
    assert "start db_worker" in result.stderr


def test_second_signal_drops_current_chunk(embedded_workers):
    for _ in range(2):
        make.slot()
    embedded_workers.where = "fence"
    run = enqueue_run(request(Job.HORIZON, TODAY))
    for number in (signal.SIGTERM, signal.SIGINT):
        # Two signals that arrive together could count as one.
        pid = embedded_workers.stopped(run)
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not embedded_workers.pids())
    run.refresh_from_db()
    assert (run.state, run.error, run.classes_created) == (RunState.CANCELLED, "", 12)
    assert ScheduledClass.objects.count() == 12
