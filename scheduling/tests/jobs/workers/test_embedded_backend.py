"""The embedded backend's processes: bounded, called by themselves, and nobody's burden."""

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

# What a database has to do with it is in test_backends.py, on both.
pytestmark = pytest.mark.one_database(name="sqlite")
TODAY = date(2040, 1, 2)


def narrowed():
    """A run of one student's fixed schedule, in which a worker of ``weekly`` stops."""
    student = make.schedule().student
    return enqueue_run(request(Job.WEEKLY, TODAY, student_ids=(student.pk,)))


def over(run):
    """``run`` once it has ended; the tasks of workers that were killed go on for ever."""
    wait_until(lambda: JobRun.objects.get(pk=run.pk).state not in ACTIVE_STATES)
    run.refresh_from_db()
    return run


def test_at_most_two_workers_perform_every_run(own):
    own.where = "weekly"
    runs = [narrowed() for _ in range(5)]
    for run in runs[:2]:
        own.stopped(run)
    seen = set()

    def all_over():
        pids = own.pids()
        assert len(pids) <= embedding.PROCESSES
        assert JobRun.objects.filter(state=RunState.RUNNING).count() <= embedding.PROCESSES
        seen.update(pids)
        own.go_on()
        return not JobRun.objects.filter(state__in=ACTIVE_STATES).exists()

    wait_until(all_over)
    assert set(JobRun.objects.values_list("state", flat=True)) == {RunState.SUCCEEDED}
    wait_until(lambda: not own.pids())
    assert len(seen) >= 2


def test_task_queued_while_last_worker_ends_is_performed(own, monkeypatch):
    backend = task_backends["default"]
    mine, other = backend.slots.take(), backend.slots.take()
    looks = []

    def batch(called_with):
        looks.append(narrowed() if not looks else DBTaskResult.objects.all().delete())
        assert own.pids() == []  # both slots are taken: nobody was called
        return False

    monkeypatch.setattr(working, "_batch", batch)
    working.work_until_empty(backend, mine)
    assert len(looks) == 2
    os.close(other)


def test_stopping_worker_takes_no_further_task(own, monkeypatch):
    backend = task_backends["default"]
    monkeypatch.setattr(EmbeddedBackend, "call_worker", lambda backend: None)
    narrowed()
    looks = []
    monkeypatch.setattr(working, "_batch", lambda backend: looks.append(backend) or True)
    working.work_until_empty(backend, None)
    assert looks == [backend]


def test_killed_worker_frees_its_slot(own):
    own.where = "weekly"
    for _ in range(embedding.PROCESSES):
        run = narrowed()
        own.stopped(run)
        own.kill(run)
    own.where = ""
    assert over(narrowed()).state == RunState.SUCCEEDED


def test_idle_workers_end_without_zombie(own):
    run = own.ended(narrowed())
    pid = int(run.process.partition("@")[0])
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_worker_has_own_session_and_no_inherited_files(own):
    own.where = "weekly"
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        pid = own.stopped(narrowed())
        assert os.getsid(pid) == pid
        opened = {os.readlink(f"/proc/{pid}/fd/{n}") for n in os.listdir(f"/proc/{pid}/fd")}
        assert os.readlink(f"/proc/self/fd/{writer}") not in opened
        assert any(name.endswith(".lock") for name in opened)
        assert os.readlink(f"/proc/{pid}/cwd") == str(processes.ROOT)
    finally:
        os.close(reader)
        os.close(writer)


def test_run_fails_when_no_process_can_be_started(own, monkeypatch):
    make.slot()
    asked = request(Job.HORIZON, TODAY)
    with monkeypatch.context() as patch:
        patch.setattr(embedding, "program", lambda: ["/nowhere/python"])
        with pytest.raises(EnqueueFailedError) as caught:
            enqueue_run(asked)
    assert caught.value.run.state == RunState.FAILED
    assert "No such file or directory: '/nowhere/python'" in caught.value.run.error
    # The task of the first is still there, and comes to nothing.
    run = own.ended(enqueue_run(asked))
    assert (run.state, run.classes_created) == (RunState.SUCCEEDED, 12)
    assert DBTaskResult.objects.filter(status="SUCCESSFUL").count() == 2


def test_runtime_directory_of_other_user_is_refused(own, monkeypatch):
    slots = task_backends["default"].slots
    os.close(slots.take())
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    with pytest.raises(PermissionError, match="belongs to someone else"):
        slots.take()


def test_embedded_worker_refuses_other_backends(manage):
    answer = manage("embedded_worker", env={"TASKS_BACKEND": "database"})
    assert answer.returncode == 2
    assert "start db_worker" in answer.stderr


def test_second_signal_drops_current_chunk(own):
    for _ in range(2):
        make.slot()
    own.where = "fence"
    run = enqueue_run(request(Job.HORIZON, TODAY))
    for number in (signal.SIGTERM, signal.SIGINT):
        # One after the other: the second of two that come together may be taken for the first.
        pid = own.stopped(run)
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: not own.pids())
    run.refresh_from_db()
    assert (run.state, run.error, run.classes_created) == (RunState.CANCELLED, "", 12)
    assert ScheduledClass.objects.count() == 12
