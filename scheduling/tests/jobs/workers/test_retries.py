"""Retries of background runs after temporary database errors."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import connection

from scheduling.jobs.execution import runner
from scheduling.jobs.execution.cancel import cancel_run
from scheduling.jobs.execution.runner import preview_plan
from scheduling.jobs.generation import generator
from scheduling.jobs.generation.chunks import chunks as small_chunks
from scheduling.jobs.runs.retry import RetryPolicy
from scheduling.jobs.workers import perform as performing
from scheduling.jobs.workers.enqueue import enqueue_run
from scheduling.jobs.workers.perform import perform
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.jobs.helpers import database_error, request, run_options

# The heartbeat of a worker has its own connection.
pytestmark = pytest.mark.django_db(transaction=True)
RUN_REQUEST = request(Job.HORIZON, weeks=2, trigger=Trigger.ADMIN, triggered_by="teresa")
GONE = "57P01"


class FailingChunks:
    """Make the next chunks fail with ``errors`` in turn; ``waited`` lists the delays.

    ``meanwhile`` is called while the worker waits.
    """

    def __init__(self, monkeypatch, *errors, meanwhile=lambda: None):
        apply, self.left, self.waited = generator.write_plan, list(errors), []
        self.meanwhile = meanwhile

        def failing(*args):
            if self.left:
                raise self.left.pop(0)
            apply(*args)

        monkeypatch.setattr(generator, "write_plan", failing)

    def wait(self, seconds):
        self.waited.append(seconds)
        self.meanwhile()

    def perform(self, run):
        perform(run.pk, lambda: EARLY, wait=self.wait)


def make_unreachable_once(monkeypatch):
    """Make the database unreachable once, just before the next run begins."""
    window_of = runner.window_of

    def unreachable(run_request):
        monkeypatch.setattr(runner, "window_of", window_of)
        raise database_error(GONE)

    monkeypatch.setattr(runner, "window_of", unreachable)


def states():
    return list(JobRun.objects.order_by("id").values_list("state", flat=True))


def test_each_attempt_is_own_run_and_last_succeeds(monkeypatch):
    make.slot()
    chunks = FailingChunks(monkeypatch, database_error(GONE), database_error("08006"))
    chunks.perform(enqueue_run(RUN_REQUEST))
    assert (states(), chunks.waited) == (["failed", "failed", "succeeded"], [5.0, 5.0])
    last = JobRun.objects.latest("id")
    assert (last.trigger, last.triggered_by, last.classes_created) == ("admin", "teresa", 2)
    assert (last.window_start, last.is_full) == (RUN_REQUEST.today, True)


def test_error_is_raised_after_third_attempt(monkeypatch):
    make.slot()
    chunks = FailingChunks(monkeypatch, *[database_error(GONE)] * 9)
    with pytest.raises(type(database_error(GONE))):
        chunks.perform(enqueue_run(RUN_REQUEST))
    assert states() == ["failed"] * 3
    assert len(chunks.waited) == 2


@pytest.mark.parametrize(
    "error", [database_error("53100"), database_error("42P01")], ids=["disk", "table"]
)
def test_permanent_database_error_is_not_retried(monkeypatch, error):
    make.slot()
    chunks = FailingChunks(monkeypatch, error)
    with pytest.raises(type(error)):
        chunks.perform(enqueue_run(RUN_REQUEST))
    assert (states(), chunks.waited) == (["failed"], [])


def test_programming_error_is_not_retried(monkeypatch):
    def broken(*args):
        raise RuntimeError("broken")

    run, chunks = enqueue_run(RUN_REQUEST), FailingChunks(monkeypatch)
    monkeypatch.setattr(runner, "chunks", broken)
    with pytest.raises(RuntimeError):
        chunks.perform(run)
    assert (states(), chunks.waited) == (["failed"], [])


def test_next_attempt_completes_finished_chunks(monkeypatch):
    monkeypatch.setattr(runner, "chunks", partial(small_chunks, limit=1))
    make.slot()
    make.slot()
    apply, calls = generator.write_plan, []

    def failing_once(*args):
        calls.append(args)
        if len(calls) == 2:
            raise database_error(GONE)
        apply(*args)

    monkeypatch.setattr(generator, "write_plan", failing_once)
    perform(enqueue_run(RUN_REQUEST).pk, lambda: EARLY, wait=lambda seconds: None)
    runs = JobRun.objects.order_by("id")
    assert [(run.state, run.classes_created) for run in runs] == [("failed", 2), ("succeeded", 2)]


def test_retry_is_left_to_run_queued_meanwhile(monkeypatch):
    make.slot()
    chunks = FailingChunks(
        monkeypatch, database_error(GONE), meanwhile=lambda: enqueue_run(RUN_REQUEST)
    )
    chunks.perform(enqueue_run(RUN_REQUEST))
    assert states() == ["failed", "queued"]


def test_cancelled_run_is_not_retried(monkeypatch):
    make.slot()
    run = enqueue_run(RUN_REQUEST)
    make_unreachable_once(monkeypatch)
    chunks = FailingChunks(monkeypatch, meanwhile=lambda: cancel_run(run))
    chunks.perform(run)
    assert (states(), len(chunks.waited)) == (["cancelled"], 1)
    assert not ScheduledClass.objects.exists()


def test_run_is_begun_after_error_before_start(monkeypatch):
    make.slot()
    run = enqueue_run(RUN_REQUEST)
    make_unreachable_once(monkeypatch)
    FailingChunks(monkeypatch).perform(run)
    assert states() == ["succeeded"]


def test_run_is_retried_when_its_failure_was_not_recorded(monkeypatch):
    make.slot()
    record = runner.record_failure
    monkeypatch.setattr(runner, "record_failure", lambda *args: None)
    chunks = FailingChunks(
        monkeypatch,
        database_error(GONE),
        meanwhile=lambda: monkeypatch.setattr(runner, "record_failure", record),
    )
    chunks.perform(enqueue_run(RUN_REQUEST))
    assert states() == ["crashed", "succeeded"]


def test_run_that_lost_its_claim_is_not_retried(monkeypatch):
    make.slot()
    run = enqueue_run(RUN_REQUEST)
    chunks = FailingChunks(monkeypatch)
    fence = generator.fence

    def fence_after_takeover(*args, **progress):
        JobRun.objects.filter(pk=run.pk).update(state=RunState.CRASHED)
        fence(*args, **progress)

    monkeypatch.setattr(generator, "fence", fence_after_takeover)
    chunks.perform(run)
    assert (JobRun.objects.count(), chunks.waited) == (1, [])
    assert not ScheduledClass.objects.exists()


def test_retry_keeps_approved_plan(monkeypatch):
    make.slot()
    approved = replace(RUN_REQUEST, plan=preview_plan(RUN_REQUEST, run_options(EARLY)).fingerprint)
    chunks = FailingChunks(monkeypatch, database_error(GONE))
    chunks.perform(enqueue_run(approved))
    assert states() == ["failed", "succeeded"]
    assert {run.options["plan"] for run in JobRun.objects.all()} == {approved.plan}

    chunks = FailingChunks(monkeypatch, database_error(GONE), meanwhile=make.slot)
    make.slot()
    chunks.perform(
        enqueue_run(
            replace(RUN_REQUEST, plan=preview_plan(RUN_REQUEST, run_options(EARLY)).fingerprint)
        )
    )
    assert states()[2:] == ["failed", "cancelled"]
    assert ScheduledClass.objects.count() == 2


def test_approved_plan_is_retried_at_once_after_deadlock(monkeypatch):
    make.slot()
    approved = replace(RUN_REQUEST, plan=preview_plan(RUN_REQUEST, run_options(EARLY)).fingerprint)
    chunks = FailingChunks(monkeypatch, database_error("40P01"))
    chunks.perform(enqueue_run(approved))
    assert (states(), chunks.waited) == (["succeeded"], [])


def test_each_attempt_has_own_connection(monkeypatch):
    make.slot()
    used = []
    chunks = FailingChunks(
        monkeypatch, database_error(GONE), meanwhile=lambda: used.append(connection.connection)
    )
    chunks.perform(enqueue_run(RUN_REQUEST))
    assert used == [None]


def test_command_and_worker_share_retry_policy():
    assert performing.POLICY == RetryPolicy() == RetryPolicy(attempts=3, delay=5.0, timeout=None)
