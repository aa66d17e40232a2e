"""Takeover of dead runs, and only of dead runs."""

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
from scheduling.tests.jobs.waiting import wait_until
from scheduling.tests.support import processes

pytestmark = pytest.mark.django_db
MARK = "from scheduling.jobs.runs.process import this_process; p = this_process(); print(p.mark)"


@pytest.fixture
def process():
    """Start a process that prints its mark and ends when its input is closed."""
    child = subprocess.Popen(
        [sys.executable, "-c", f"{MARK}; import sys; sys.stdout.flush(); sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    child.mark = child.stdout.readline().strip()
    yield child
    processes.end(child)


def run_of(mark, host="", seconds_ago=0.0, **values):
    """Store an active run of a process with a heartbeat ``seconds_ago``."""
    moment = database_now() - timedelta(seconds=seconds_ago)
    values = {"job": Job.HORIZON, "state": RunState.RUNNING, "heartbeat": moment} | values
    return JobRun.objects.create(
        trigger=Trigger.COMMAND, host=host or this_process().host, process=mark,
        token="11111111-1111-1111-1111-111111111111", started_at=moment, **values,
    )  # fmt: skip


def state_of(run):
    return JobRun.objects.get(pk=run.pk).state


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.QUEUED])
def test_run_with_heartbeat_in_future_is_dead_after_silence(state):
    """The clock was a month ahead when it was begun."""
    ahead = database_now() + timedelta(days=30)
    run = run_of("", "elsewhere", state=state, heartbeat=ahead if state == "running" else None)
    JobRun.objects.update(created_at=ahead)
    assert mark_crashed_runs(Job.HORIZON) == []
    run.refresh_from_db()
    assert run.heartbeat <= database_now()
    assert state_of(run) == state
    JobRun.objects.update(heartbeat=run.heartbeat - takeover.SILENCE)
    assert mark_crashed_runs(Job.HORIZON) == [run]
    assert state_of(run) == RunState.CRASHED


def test_run_of_ended_process_is_taken_over_at_once(process):
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


def test_zombie_counts_as_gone(process):
    run = run_of(process.mark)
    process.stdin.close()  # it ends and becomes a zombie
    stat = Path(f"/proc/{process.pid}/stat")
    wait_until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "Z")
    assert horizon().state == RunState.SUCCEEDED
    assert state_of(run) == RunState.CRASHED


def test_later_process_with_same_pid_is_distinct():
    own = this_process()
    number, _, started = own.mark.partition("@")
    assert not is_gone(own)
    assert is_gone(ProcessId(own.host, f"{number}@{int(started) - 1}"))


@pytest.mark.parametrize("mark", ["", "x@y", "-1@0"])
def test_unreadable_process_mark_does_not_count_as_gone(mark):
    assert not is_gone(ProcessId(this_process().host, mark))


def test_process_name_with_brackets_is_parsed(process):
    comm = Path(f"/proc/{os.getpid()}/comm")
    before = comm.read_text()
    comm.write_text("a) b (c) R")
    try:
        assert not is_gone(this_process())
        assert this_process().mark.startswith(f"{os.getpid()}@")
    finally:
        comm.write_text(before)


def test_process_of_other_host_is_dead_only_when_silent():
    run = run_of("1@1", host="elsewhere", seconds_ago=40)
    with pytest.raises(AlreadyRunningError):
        horizon()
    JobRun.objects.filter(pk=run.pk).update(heartbeat=run.heartbeat - timedelta(seconds=6))
    assert horizon().state == RunState.SUCCEEDED
    run.refresh_from_db()
    assert run.error == "Stalled for 45 seconds; the next run completes the work."


@pytest.mark.parametrize("seconds", [0, 5, 40])
def test_live_run_is_not_taken_over(process, seconds):
    run = run_of(process.mark, seconds_ago=seconds)
    with pytest.raises(AlreadyRunningError) as caught:
        horizon()
    assert caught.value.run.pk == run.pk
    assert state_of(run) == RunState.RUNNING


def test_silent_run_of_live_process_is_taken_over(process):
    run = run_of(process.mark, seconds_ago=46)
    horizon()
    assert state_of(run) == RunState.CRASHED


@pytest.mark.parametrize("fraction", ["", ".0", ".000", ".000000", ".123", ".123456"])
def test_heartbeat_with_any_fraction_is_compared(process, fraction):
    run = run_of(process.mark)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE scheduling_jobrun SET heartbeat = %s WHERE id = %s",
            [f"2026-01-05 10:00:00{fraction}", run.pk],
        )
    assert horizon().state == RunState.SUCCEEDED
    assert state_of(run) == RunState.CRASHED


def test_beat_just_before_takeover_prevents_it(process, monkeypatch):
    run = run_of(process.mark, seconds_ago=46)
    dead = takeover.is_dead

    def check_then_beat(row):
        was_dead = dead(row)
        JobRun.objects.filter(pk=run.pk).update(heartbeat=database_now())
        return was_dead

    monkeypatch.setattr(takeover, "is_dead", check_then_beat)
    assert mark_crashed_runs(Job.HORIZON) == []
    assert state_of(run) == RunState.RUNNING


def test_run_is_taken_over_once(process):
    run = run_of(process.mark, seconds_ago=46)
    assert [row.pk for row in mark_crashed_runs(Job.HORIZON)] == [run.pk]
    assert mark_crashed_runs(Job.HORIZON) == []


def test_queued_run_that_never_began_is_taken_over():
    run = run_of("", state=RunState.QUEUED, heartbeat=None)
    with pytest.raises(AlreadyRunningError):
        horizon()
    JobRun.objects.filter(pk=run.pk).update(created_at=database_now() - timedelta(seconds=46))
    assert horizon().state == RunState.SUCCEEDED
    assert state_of(run) == RunState.CRASHED


def test_dead_narrowed_run_is_marked_crashed(process):
    run = run_of(process.mark, is_full=False, seconds_ago=46)
    horizon()
    assert state_of(run) == RunState.CRASHED


def test_runs_of_other_jobs_are_not_taken_over(process):
    run = run_of(process.mark, job=Job.WEEKLY, seconds_ago=46)
    horizon()
    assert state_of(run) == RunState.RUNNING


def test_claims_held_by_this_process_are_alive():
    held_claim = claim(JobRun(job=Job.HORIZON, trigger=Trigger.COMMAND))
    with pytest.raises(AlreadyRunningError):
        horizon()
    release(held_claim)
    assert horizon().state == RunState.SUCCEEDED
    assert JobRun.objects.get(pk=held_claim.run_id).state == RunState.CRASHED
