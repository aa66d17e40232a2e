"""A process that is stopped (SIGSTOP), taken for dead, and wakes up: it writes nothing more."""

import json
import signal
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from scheduling.jobs.runs import claims
from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import calendar, counts, horizon
from scheduling.tests.jobs.waiting import wait_until_stopped
from scheduling.tests.support import processes

STOPPING = Path(__file__).with_name("stopping.py")
TODAY = date(2040, 1, 2)
IN_A_TRANSACTION = pytest.mark.postgresql  # on SQLite a stopped writer holds the file's lock


@pytest.fixture
def stopped(transactional_db):
    """``stopped(where)``: a process that is still in the second of three chunks, and its run."""
    for _ in range(3):
        make.slot()
    started = []

    def start(where):
        process = processes.popen(where, program=STOPPING)
        started.append(process)
        wait_until_stopped(process)
        return process, JobRun.objects.get()

    yield start
    for process in started:
        processes.end(process)
    processes.wait_for_dead_sessions()


def fall_silent(run):
    """As if its last sign of life were a minute ago."""
    then = run.heartbeat - timedelta(minutes=1)
    assert JobRun.objects.filter(pk=run.pk).update(heartbeat=then) == 1


def wake(process):
    """Let it go on to its end; what it said."""
    process.send_signal(signal.SIGCONT)
    out, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors, errors
    return json.loads(out), errors


def assert_it_wakes_up_in_vain(process, run, expected):
    document, errors = wake(process)
    assert process.returncode == 1
    assert document["success"] is False
    assert calendar() == expected
    run.refresh_from_db()
    assert (run.state, run.classes_created, run.progress_done) == (RunState.CRASHED, 12, 1)
    assert ScheduledClass.objects.filter(created_by_run_id=run.pk).count() == 12
    return errors


@pytest.mark.parametrize(
    "where",
    [
        "between",
        pytest.param("before", marks=IN_A_TRANSACTION),
        pytest.param("after", marks=IN_A_TRANSACTION),
    ],
)
def test_stopped_run_is_taken_over_and_writes_nothing_more(stopped, where):
    process, run = stopped(where)
    fall_silent_when_free(run)
    result = horizon(TODAY)
    assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 24, "exists": 12})
    run.refresh_from_db()
    assert run.state == RunState.CRASHED
    assert run.error == "Stalled for 45 seconds; the next run completes the work."
    assert_it_wakes_up_in_vain(process, run, calendar())


def fall_silent_when_free(run):
    """On PostgreSQL the stopped process may hold the run's row until the server ends it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '20s'")
        fall_silent(run)
        if connection.vendor == "postgresql":
            cursor.execute("RESET lock_timeout")


@IN_A_TRANSACTION
@pytest.mark.parametrize("way", ["direct", "pooler"])
def test_process_stopped_during_copy_blocks_no_other_run(stopped, monkeypatch, request, way):
    """No timeout of PostgreSQL ends a COPY that waits for its client."""
    if way == "pooler":
        request.getfixturevalue("pooler")
    process, run = stopped("copy")
    fall_silent(run)
    monkeypatch.setattr(claims, "LOCK_TIMEOUT", timedelta(seconds=1))
    monkeypatch.setattr(claims, "SILENCE", timedelta(seconds=0.5))
    result = horizon(TODAY)
    assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 24, "exists": 12})
    assert_it_wakes_up_in_vain(process, run, calendar())


@IN_A_TRANSACTION
@pytest.mark.parametrize("where", ["before", "after", "copy"])
def test_uncommitted_chunk_is_invisible(stopped, where):
    stopped(where)
    assert ScheduledClass.objects.count() == 12
    assert JobRun.objects.get().classes_created == 12


def test_run_resumed_before_takeover_succeeds(stopped):
    process, run = stopped("between")
    document, _errors = wake(process)
    assert (process.returncode, document["success"]) == (0, True)
    run.refresh_from_db()
    assert (run.state, run.classes_created) == (RunState.SUCCEEDED, 36)
