"""Dead runs hold nobody up, live ones are never taken for dead."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from scheduling.db.clock import database_now
from scheduling.jobs.runs import takeover
from scheduling.jobs.runs.claims import AlreadyRunningError, claim, release
from scheduling.jobs.runs.process import ProcessId, is_gone, this_process
from scheduling.jobs.runs.takeover import mark_crashed_runs
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.jobs.waiting import until
from scheduling.tests.support import processes

pytestmark = pytest.mark.django_db
MARK = "from scheduling.jobs.runs.process import this_process; p = this_process(); print(p.mark)"


@pytest.fixture
def process():
    """A process that lives until its input is closed, and says its mark."""
    child = subprocess.Popen(
        [sys.executable, "-c", f"{MARK}; import sys; sys.stdout.flush(); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    child.mark = child.stdout.readline().strip()
    yield child
    processes.end(child)


def run_of(mark, host="", seconds_ago=0.0, **values):
    """An active run of a process, which gave its last sign of life so long ago."""
    moment = database_now() - timedelta(seconds=seconds_ago)
    values = {"job": Job.HORIZON, "state": RunState.RUNNING, "heartbeat": moment} | values
    return JobRun.objects.create(
        trigger=Trigger.COMMAND, host=host or this_process().host, process=mark,
        token="11111111-1111-1111-1111-111111111111", started_at=moment, **values,
    )  # fmt: skip


def state_of(run):
    return JobRun.objects.get(pk=run.pk).state


def test_a_run_whose_process_has_ended_is_taken_over_at_once(process):
    run = run_of(process.mark)
    with pytest.raises(AlreadyRunningError):
        horizon()
    processes.end(process)
    assert horizon().state == RunState.SUCCEEDED
    run.refresh_from_db()
    assert run.state == RunState.CRASHED
    assert run.error == (
        "The process ended before the run was over; the next run completes the work."
    )
    assert run.finished_at == run.heartbeat


def test_a_zombie_counts_as_gone(process):
    run = run_of(process.mark)
    process.stdin.close()  # it ends; nobody has asked for its status yet
    stat = Path(f"/proc/{process.pid}/stat")
    until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
    assert horizon().state == RunState.SUCCEEDED
    assert state_of(run) == RunState.CRASHED


def test_a_later_process_with_the_same_number_is_another():
    mine = this_process()
    number, _, started = mine.mark.partition("@")
    assert not is_gone(mine)
    assert is_gone(ProcessId(mine.host, f"{number}@{int(started) - 1}"))


@pytest.mark.parametrize("mark", ["", "x@y", "-1@0"])
def test_of_a_process_that_cannot_be_told_nobody_knows(mark):
    assert not is_gone(ProcessId(this_process().host, mark))


def test_a_name_with_spaces_and_brackets_is_read_all_the_same(process):
    comm = Path(f"/proc/{os.getpid()}/comm")
    before = comm.read_text()
    comm.write_text("a) b (c) R")
    try:
        assert not is_gone(this_process())
        assert this_process().mark.startswith(f"{os.getpid()}@")
    finally:
        comm.write_text(before)


def test_a_process_of_another_host_is_never_gone_but_may_be_silent():
    run = run_of("1@1", host="elsewhere", seconds_ago=40)
    with pytest.raises(AlreadyRunningError):
        horizon()
    JobRun.objects.filter(pk=run.pk).update(heartbeat=run.heartbeat - timedelta(seconds=6))
    assert horizon().state == RunState.SUCCEEDED
    run.refresh_from_db()
    assert run.error == "Stalled for 45 seconds; the next run completes the work."


@pytest.mark.parametrize("seconds", [0, 5, 40])
def test_a_live_run_is_never_taken_for_dead(process, seconds):
    run = run_of(process.mark, seconds_ago=seconds)
    with pytest.raises(AlreadyRunningError) as caught:
        horizon()
    assert caught.value.run.pk == run.pk
    assert state_of(run) == RunState.RUNNING


def test_a_process_that_lives_but_is_silent_is_taken_over(process):
    run = run_of(process.mark, seconds_ago=46)
    horizon()
    assert state_of(run) == RunState.CRASHED


@pytest.mark.parametrize("fraction", ["", ".0", ".000", ".000000", ".123", ".123456"])
def test_whatever_fraction_of_a_second_its_last_beat_had(process, fraction):
    run = run_of(process.mark)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scheduling_jobrun SET heartbeat = %s WHERE id = %s",
            [f"2026-01-05 10:00:00{fraction}", run.pk],
        )
    assert horizon().state == RunState.SUCCEEDED
    assert state_of(run) == RunState.CRASHED


def test_a_beat_that_comes_just_before_the_takeover_saves_the_run(process, monkeypatch):
    run = run_of(process.mark, seconds_ago=46)
    dead = takeover.is_dead

    def and_then_it_beats(row):
        answer = dead(row)
        JobRun.objects.filter(pk=run.pk).update(heartbeat=database_now())
        return answer

    monkeypatch.setattr(takeover, "is_dead", and_then_it_beats)
    assert mark_crashed_runs(Job.HORIZON) == []
    assert state_of(run) == RunState.RUNNING


def test_only_one_of_two_takes_it_over(process):
    run = run_of(process.mark, seconds_ago=46)
    assert [row.pk for row in mark_crashed_runs(Job.HORIZON)] == [run.pk]
    assert mark_crashed_runs(Job.HORIZON) == []


def test_a_queued_run_that_nobody_ever_started():
    run = run_of("", state=RunState.QUEUED, heartbeat=None)
    with pytest.raises(AlreadyRunningError):
        horizon()
    JobRun.objects.filter(pk=run.pk).update(created_at=database_now() - timedelta(seconds=46))
    assert horizon().state == RunState.SUCCEEDED
    assert state_of(run) == RunState.CRASHED


def test_a_narrowed_run_that_died_is_buried_too(process):
    run = run_of(process.mark, is_full=False, seconds_ago=46)
    horizon()
    assert state_of(run) == RunState.CRASHED


def test_runs_of_other_jobs_are_left_to_their_own(process):
    run = run_of(process.mark, job=Job.WEEKLY, seconds_ago=46)
    horizon()
    assert state_of(run) == RunState.RUNNING


def test_of_this_very_process_the_claims_that_are_held_are_alive():
    held = claim(JobRun(job=Job.HORIZON, trigger=Trigger.COMMAND))
    with pytest.raises(AlreadyRunningError):
        horizon()
    release(held)
    assert horizon().state == RunState.SUCCEEDED
    assert JobRun.objects.get(pk=held.run_id).state == RunState.CRASHED
