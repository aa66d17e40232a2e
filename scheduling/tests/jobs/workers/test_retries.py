"""A run in the background is tried again after faults that pass, as a command's run is."""

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

# What performs a run beats on a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)
ASKED = request(Job.HORIZON, weeks=2, trigger=Trigger.ADMIN, triggered_by="teresa")
GONE = "57P01"


class Chunks:
    """The next chunks fail with these, one after the other; ``waited`` is what was waited for.

    ``meanwhile`` happens while the worker waits.
    """

    def __init__(self, monkeypatch, *faults, meanwhile=lambda: None):
        apply, self.left, self.waited = generator.write_plan, list(faults), []
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


def unreachable_once(monkeypatch):
    """The database is gone just before the next run begins."""
    window_of = runner.window_of

    def unreachable(asked):
        monkeypatch.setattr(runner, "window_of", window_of)
        raise database_error(GONE)

    monkeypatch.setattr(runner, "window_of", unreachable)


def states():
    return list(JobRun.objects.order_by("id").values_list("state", flat=True))


def test_each_attempt_is_own_run_and_last_succeeds(monkeypatch):
    make.slot()
    chunks = Chunks(monkeypatch, database_error(GONE), database_error("08006"))
    chunks.perform(enqueue_run(ASKED))
    assert (states(), chunks.waited) == (["failed", "failed", "succeeded"], [5.0, 5.0])
    last = JobRun.objects.latest("id")
    assert (last.trigger, last.triggered_by, last.classes_created) == ("admin", "teresa", 2)
    assert (last.window_start, last.is_full) == (ASKED.today, True)


def test_error_is_raised_after_third_attempt(monkeypatch):
    make.slot()
    chunks = Chunks(monkeypatch, *[database_error(GONE)] * 9)
    with pytest.raises(type(database_error(GONE))):
        chunks.perform(enqueue_run(ASKED))
    assert states() == ["failed"] * 3
    assert len(chunks.waited) == 2


@pytest.mark.parametrize(
    "error", [database_error("53100"), database_error("42P01")], ids=["disk", "table"]
)
def test_permanent_database_error_is_not_retried(monkeypatch, error):
    make.slot()
    chunks = Chunks(monkeypatch, error)
    with pytest.raises(type(error)):
        chunks.perform(enqueue_run(ASKED))
    assert (states(), chunks.waited) == (["failed"], [])


def test_programming_error_is_not_retried(monkeypatch):
    def broken(*args):
        raise RuntimeError("out of chalk")

    run, chunks = enqueue_run(ASKED), Chunks(monkeypatch)
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
    perform(enqueue_run(ASKED).pk, lambda: EARLY, wait=lambda seconds: None)
    runs = JobRun.objects.order_by("id")
    assert [(run.state, run.classes_created) for run in runs] == [("failed", 2), ("succeeded", 2)]


def test_retry_is_left_to_run_queued_meanwhile(monkeypatch):
    make.slot()
    chunks = Chunks(monkeypatch, database_error(GONE), meanwhile=lambda: enqueue_run(ASKED))
    chunks.perform(enqueue_run(ASKED))
    assert states() == ["failed", "queued"]


def test_cancelled_run_is_not_retried(monkeypatch):
    make.slot()
    run = enqueue_run(ASKED)
    unreachable_once(monkeypatch)
    chunks = Chunks(monkeypatch, meanwhile=lambda: cancel_run(run))
    chunks.perform(run)
    assert (states(), len(chunks.waited)) == (["cancelled"], 1)
    assert not ScheduledClass.objects.exists()


def test_run_is_begun_after_error_before_start(monkeypatch):
    make.slot()
    run = enqueue_run(ASKED)
    unreachable_once(monkeypatch)
    Chunks(monkeypatch).perform(run)
    assert states() == ["succeeded"]


def test_run_is_retried_when_its_failure_was_not_recorded(monkeypatch):
    make.slot()
    record = runner.record_failure
    monkeypatch.setattr(runner, "record_failure", lambda *args: None)
    chunks = Chunks(
        monkeypatch,
        database_error(GONE),
        meanwhile=lambda: monkeypatch.setattr(runner, "record_failure", record),
    )
    chunks.perform(enqueue_run(ASKED))
    assert states() == ["crashed", "succeeded"]


def test_run_that_lost_its_claim_is_not_retried(monkeypatch):
    make.slot()
    run = enqueue_run(ASKED)
    chunks = Chunks(monkeypatch)
    fence = generator.fence

    def taken(*args, **progress):
        JobRun.objects.filter(pk=run.pk).update(state=RunState.CRASHED)
        fence(*args, **progress)

    monkeypatch.setattr(generator, "fence", taken)
    chunks.perform(run)
    assert (JobRun.objects.count(), chunks.waited) == (1, [])
    assert not ScheduledClass.objects.exists()


def test_retry_keeps_approved_plan(monkeypatch):
    make.slot()
    seen = replace(ASKED, plan=preview_plan(ASKED, run_options(EARLY)).fingerprint)
    chunks = Chunks(monkeypatch, database_error(GONE))
    chunks.perform(enqueue_run(seen))
    assert states() == ["failed", "succeeded"]
    assert {run.options["plan"] for run in JobRun.objects.all()} == {seen.plan}

    chunks = Chunks(monkeypatch, database_error(GONE), meanwhile=make.slot)
    make.slot()
    chunks.perform(
        enqueue_run(replace(ASKED, plan=preview_plan(ASKED, run_options(EARLY)).fingerprint))
    )
    assert states()[2:] == ["failed", "cancelled"]
    assert ScheduledClass.objects.count() == 2


def test_approved_plan_is_retried_at_once_after_deadlock(monkeypatch):
    make.slot()
    seen = replace(ASKED, plan=preview_plan(ASKED, run_options(EARLY)).fingerprint)
    chunks = Chunks(monkeypatch, database_error("40P01"))
    chunks.perform(enqueue_run(seen))
    assert (states(), chunks.waited) == (["succeeded"], [])


def test_each_attempt_has_own_connection(monkeypatch):
    make.slot()
    used = []
    chunks = Chunks(
        monkeypatch, database_error(GONE), meanwhile=lambda: used.append(connection.connection)
    )
    chunks.perform(enqueue_run(ASKED))
    assert used == [None]


def test_command_and_worker_share_retry_policy():
    assert performing.PATIENCE == RetryPolicy() == RetryPolicy(attempts=3, delay=5.0, timeout=None)
