"""Claims, which prevent overlapping runs of a job."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from scheduling.jobs.execution import closing, runner
from scheduling.jobs.runs import claims as claiming
from scheduling.jobs.runs.claims import AlreadyRunningError, claim, finish
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import Recorder, counts, horizon, weekly

pytestmark = pytest.mark.django_db


def new_run(job=Job.HORIZON, **values):
    return JobRun(job=job, trigger=Trigger.COMMAND, **values)


class During(Recorder):
    """An observer that calls ``action`` while its run is active."""

    def __init__(self, action):
        super().__init__()
        self.action = action
        self.result = None

    def started(self, result):
        try:
            self.result = self.action()
        except AlreadyRunningError as error:
            self.result = error


def test_second_run_is_refused_and_names_first():
    observer = During(horizon)
    first = horizon(observer=observer)
    assert isinstance(observer.result, AlreadyRunningError)
    assert observer.result.run.pk == first.run_id
    assert JobRun.objects.count() == 1


def test_other_job_can_run_meanwhile():
    observer = During(weekly)
    horizon(observer=observer)
    assert observer.result.state == RunState.SUCCEEDED


def test_narrowed_run_neither_claims_nor_is_refused():
    slot = make.slot()
    narrowed = {"teacher_ids": (slot.teacher_id,), "weeks": 1}
    observer = During(lambda: horizon(**narrowed))
    assert counts(horizon(observer=observer, weeks=1)) == {"exists": 1}
    assert counts(observer.result) == {"created": 1}
    observer = During(lambda: horizon(weeks=1))
    horizon(observer=observer, **narrowed)
    assert observer.result.state == RunState.SUCCEEDED
    assert list(JobRun.objects.order_by("id").values_list("is_full", flat=True)) == [
        True, False, False, True,
    ]  # fmt: skip


def test_next_run_can_begin_after_end():
    for _ in range(3):
        assert horizon().state == RunState.SUCCEEDED
    assert JobRun.objects.count() == 3


def test_claim_stores_process_and_times():
    held_claim = claim(new_run(triggered_by="root"))
    run = JobRun.objects.get(pk=held_claim.run_id)
    assert (run.state, run.token, run.triggered_by) == (RunState.RUNNING, held_claim.token, "root")
    assert run.host
    assert run.process
    assert run.heartbeat is not None
    assert run.started_at is not None
    assert run.finished_at is None


def test_database_refuses_second_active_run():
    claim(new_run())
    with pytest.raises(IntegrityError), transaction.atomic():
        new_run(state=RunState.QUEUED).save()


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_queued_or_running_run_prevents_claim(state):
    held_claim = claim(new_run())
    JobRun.objects.filter(pk=held_claim.run_id).update(state=state)
    with pytest.raises(AlreadyRunningError):
        claim(new_run())


def test_error_ends_run_and_frees_claim(monkeypatch):
    def fail(*args):
        raise RuntimeError("broken\nin two")

    with monkeypatch.context() as patch:
        patch.setattr(runner, "chunks", fail)
        with pytest.raises(RuntimeError):
            horizon()
    run = JobRun.objects.get()
    error = "Something unexpected went wrong: RuntimeError: broken in two. The log has the details."
    assert (run.state, run.error) == (RunState.FAILED, error)
    assert run.finished_at >= run.started_at
    assert horizon().state == RunState.SUCCEEDED


def test_run_whose_end_was_not_recorded_is_marked_crashed(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(runner, "chunks", lambda *args: 1 / 0)
        patch.setattr(closing, "finish", lambda *args, **values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            horizon()
    left = JobRun.objects.get()
    assert left.state == RunState.RUNNING
    assert horizon().state == RunState.SUCCEEDED
    left.refresh_from_db()
    assert left.state == RunState.CRASHED


def test_only_holder_of_token_can_finish_run():
    held_claim = claim(new_run())
    assert not finish(claiming.Claim(held_claim.run_id, held_claim.run_id), RunState.SUCCEEDED)
    assert finish(held_claim, RunState.SUCCEEDED)
    assert not finish(held_claim, RunState.FAILED)
    assert JobRun.objects.get().state == RunState.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_one_of_ten_concurrent_claims_succeeds():
    barrier, claims, refused = threading.Barrier(10), [], []

    def try_to_claim():
        barrier.wait(30)
        try:
            claims.append(claim(new_run()))
        except AlreadyRunningError as error:
            refused.append(error.run.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_to_claim) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(claims) == 1
    assert refused == [claims[0].run_id] * 9
    assert JobRun.objects.count() == 1
