"""Queued runs: request, start, cancellation, failure and takeover."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from scheduling.db.clock import database_now
from scheduling.jobs.execution.cancel import cancel_run
from scheduling.jobs.runs.claims import AlreadyRunningError
from scheduling.jobs.runs.request import RunRequest
from scheduling.jobs.workers import enqueue
from scheduling.jobs.workers.enqueue import EnqueueFailedError, enqueue_run
from scheduling.jobs.workers.perform import perform
from scheduling.jobs.workers.tasks import perform_run
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import horizon, request, run_job, run_options, weekly

# The heartbeat of a worker has its own connection.
pytestmark = pytest.mark.django_db(transaction=True)


def perform_run_now(run):
    """Perform ``run`` as a worker does, with the real clock at MONDAY."""
    perform(run.pk, run_options(MONDAY).clock)
    run.refresh_from_db()
    return run


def make_older(run, seconds=46):
    JobRun.objects.filter(pk=run.pk).update(created_at=database_now() - timedelta(seconds=seconds))


def test_run_is_queued_with_window_and_task():
    run = enqueue_run(request(Job.HORIZON, trigger=Trigger.ADMIN, triggered_by="teresa"))
    assert (run.state, run.trigger, run.triggered_by) == ("queued", "admin", "teresa")
    assert (run.window_start, run.window_end) == (MONDAY, MONDAY + timedelta(weeks=12))
    assert (run.started_at, run.heartbeat, run.token, run.process) == (None, None, None, "")
    task = DBTaskResult.objects.get()
    assert (task.task_path, task.args_kwargs["args"]) == (
        "scheduling.jobs.workers.tasks.perform_run",
        [run.pk],
    )


def test_worker_performs_request_and_records_it():
    make.slot()
    make.slot()
    run = perform_run_now(enqueue_run(request(Job.HORIZON, weeks=4)))
    assert (run.state, run.classes_created, run.progress_done) == (RunState.SUCCEEDED, 8, 2)
    assert run.started_at is not None
    assert run.finished_at >= run.started_at
    assert run.process
    assert set(ScheduledClass.objects.values_list("created_by_run_id", flat=True)) == {run.pk}


@pytest.mark.parametrize(
    "run_request",
    [
        request(Job.HORIZON, weeks=104, trigger=Trigger.API, triggered_by="teresa"),
        request(Job.WEEKLY, weeks=1, dated=True, triggered_by="x"),
        request(Job.MISSING, weeks=1, student_ids=(3, 1)),
        request(Job.HORIZON, teacher_ids=(7,), dated=True, trigger=Trigger.ADMIN),
        request(Job.PRUNE, weeks=1),
        request(Job.HORIZON, plan="1f0c", trigger=Trigger.ADMIN),
    ],
)
def test_request_is_read_as_it_was_queued(run_request):
    run = enqueue_run(run_request)
    assert RunRequest.of(JobRun.objects.get(pk=run.pk)) == run_request


def test_queued_run_keeps_date_of_request():
    make.slot()
    run = enqueue_run(request(Job.HORIZON, weeks=1))
    perform(run.pk, run_options(MONDAY + timedelta(days=1)).clock)  # just after midnight
    run.refresh_from_db()
    assert (run.window_start, run.is_dated) == (MONDAY, False)


def test_queued_weekly_run_catches_up():
    make.schedule()
    weekly()
    run = perform_run_now(enqueue_run(request(Job.WEEKLY, MONDAY + timedelta(weeks=3))))
    assert run.catch_up_from == MONDAY + timedelta(weeks=1)
    assert ScheduledClass.objects.count() == 4


def test_task_delivered_twice_is_performed_once():
    make.slot()
    run = enqueue_run(request(Job.HORIZON))
    first = perform_run_now(run)
    ended = first.finished_at
    again = perform_run_now(run)
    assert (again.finished_at, again.classes_created) == (ended, 12)
    assert not DBTaskResult.objects.filter(status="FAILED").exists()


def test_second_run_is_refused_while_first_is_queued():
    run = enqueue_run(request(Job.HORIZON))
    for again in (lambda: enqueue_run(request(Job.HORIZON)), horizon):
        with pytest.raises(AlreadyRunningError) as caught:
            again()
        assert caught.value.run.pk == run.pk
    assert DBTaskResult.objects.count() == 1


def test_narrowed_runs_block_no_other_run():
    slot = make.slot()
    narrowed = request(Job.HORIZON, teacher_ids=(slot.teacher_id,), weeks=1)
    runs = [
        enqueue_run(narrowed),
        enqueue_run(narrowed),
        enqueue_run(request(Job.HORIZON, weeks=2)),
    ]
    assert [perform_run_now(run).classes_created for run in runs] == [1, 0, 1]


def test_cancelled_queued_run_never_starts():
    make.slot()
    run = enqueue_run(request(Job.HORIZON))
    assert cancel_run(run)
    perform_run_now(run)
    assert (run.state, run.started_at) == (RunState.CANCELLED, None)
    assert not ScheduledClass.objects.exists()
    enqueue_run(request(Job.HORIZON))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"today": "yesterday"},
        {"today": "2026-01-05", "weeks": "many"},
        {"today": "2026-01-05", "weeks": True},
        {"today": "2026-01-05", "students": [1, None]},
        {"today": "2026-01-05", "students": 3},
        {"today": "2026-01-05", "weeks": 12, "plan": 5},
        {"today": "2026-01-05", "weeks": 12, "rooms": [1]},
        # A narrowed run must not be read as a full one.
        {"today": "2026-01-05", "teachers": [1]},
    ],
)
def test_unreadable_request_fails_with_message(options):
    run = enqueue_run(request(Job.HORIZON))
    JobRun.objects.filter(pk=run.pk).update(options=options)
    perform_run_now(run)
    assert run.state == RunState.FAILED
    assert run.error.startswith("What this run was asked to do can't be read (")
    assert run.finished_at is not None
    horizon()


def test_unknown_job_fails():
    run = enqueue_run(request(Job.PRUNE))
    JobRun.objects.filter(pk=run.pk).update(job="dance")
    assert perform_run_now(run).state == RunState.FAILED


def test_failed_run_is_recorded_and_raised_to_worker(monkeypatch):
    def broken(*args):
        raise RuntimeError("broken")

    run = enqueue_run(request(Job.HORIZON))
    monkeypatch.setattr("scheduling.jobs.execution.runner.chunks", broken)
    with pytest.raises(RuntimeError):
        perform_run_now(run)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "RuntimeError: broken. The log has the details." in run.error


@pytest.mark.parametrize("when", ["within the transaction", "after it"])
def test_run_fails_when_no_worker_can_be_called(monkeypatch, when):
    def broken(*args):
        raise OSError("no more processes")

    if when == "after it":  # as with Redis
        monkeypatch.setattr(enqueue, "DatabaseBackend", type("Another", (), {}))
        monkeypatch.setattr(type(perform_run.get_backend()), "enqueue", broken)
    else:
        monkeypatch.setattr(type(perform_run.get_backend()), "call_worker", broken)
    with pytest.raises(EnqueueFailedError) as caught:
        enqueue_run(request(Job.HORIZON))
    run = caught.value.run
    assert (run.state, run.error) == (
        RunState.FAILED,
        "No worker could be called to do it: no more processes",
    )
    assert horizon().state == RunState.SUCCEEDED


def test_refusing_queue_leaves_no_run(monkeypatch):
    def broken(*args):
        raise ValueError("not now")

    monkeypatch.setattr(type(perform_run.get_backend()), "enqueue", broken)
    with pytest.raises(ValueError, match="not now"):
        enqueue_run(request(Job.HORIZON))
    assert not JobRun.objects.exists()


def test_run_cannot_be_queued_in_transaction():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        enqueue_run(request(Job.HORIZON))


def test_queued_run_without_worker_is_taken_over():
    run = enqueue_run(request(Job.HORIZON))
    make_older(run)
    assert horizon().state == RunState.SUCCEEDED
    run.refresh_from_db()
    assert run.state == RunState.CRASHED
    assert run.error == "No worker began this run within 45 seconds; another run does the work."
    assert perform_run_now(run).state == RunState.CRASHED


def test_queued_run_waits_while_worker_is_busy():
    run = enqueue_run(request(Job.HORIZON))
    make_older(run)
    other = JobRun.objects.create(
        job=Job.WEEKLY, trigger=Trigger.ADMIN, state=RunState.RUNNING, heartbeat=database_now()
    )
    with pytest.raises(AlreadyRunningError):
        enqueue_run(request(Job.HORIZON))
    JobRun.objects.filter(pk=other.pk).update(heartbeat=database_now() - timedelta(seconds=46))
    assert enqueue_run(request(Job.HORIZON)).pk > run.pk


def test_watch_marks_queued_run_without_worker_as_crashed():
    run = enqueue_run(request(Job.HORIZON))
    make_older(run)
    assert run_job(Job.WATCH).state == RunState.SUCCEEDED
    run.refresh_from_db()
    assert run.state == RunState.CRASHED


def test_late_worker_performs_queued_run():
    make.slot()
    run = enqueue_run(request(Job.HORIZON, date(2026, 1, 5)))
    make_older(run, seconds=3600)
    assert perform_run_now(run).classes_created == 12
