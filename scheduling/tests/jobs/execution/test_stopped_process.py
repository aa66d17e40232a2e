"""A stopped process (SIGSTOP) whose run is taken over, and which then resumes."""

import json
import signal
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from scheduling.db import advisory_locks
from scheduling.jobs.runs import takeover
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
    """Return a function that starts a process stopped in the second of three chunks."""
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


def make_silent(run):
    """Set the last heartbeat of ``run`` back by a minute."""
    then = run.heartbeat - timedelta(minutes=1)
    assert JobRun.objects.filter(pk=run.pk).update(heartbeat=then) == 1


def resume(process):
    """Resume ``process``, wait for its end and return its output."""
    process.send_signal(signal.SIGCONT)
    out, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors, errors
    return json.loads(out), errors


def assert_resumed_run_writes_nothing(process, run, expected):
    document, errors = resume(process)
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
    make_silent_when_unlocked(run)
    result = horizon(TODAY)
    assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 24, "exists": 12})
    run.refresh_from_db()
    assert run.state == RunState.CRASHED
    assert run.error == "Stalled for 45 seconds; the next run completes the work."
    assert_resumed_run_writes_nothing(process, run, calendar())


def make_silent_when_unlocked(run):
    """On PostgreSQL the stopped process may lock the run's row until the server ends it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '20s'")
        make_silent(run)
        if connection.vendor == "postgresql":
            cursor.execute("RESET lock_timeout")


@IN_A_TRANSACTION
@pytest.mark.parametrize("connection_kind", ["direct", "pooler"])
def test_process_stopped_during_copy_blocks_no_other_run(
    stopped, monkeypatch, request, connection_kind
):
    """PostgreSQL has no timeout for a COPY that waits for its client."""
    if connection_kind == "pooler":
        request.getfixturevalue("pooler")
    process, run = stopped("copy")
    make_silent(run)
    monkeypatch.setattr(advisory_locks, "LOCK_TIMEOUT", timedelta(seconds=1))
    monkeypatch.setattr(takeover, "SILENCE", timedelta(seconds=0.5))
    result = horizon(TODAY)
    assert (result.state, counts(result)) == (RunState.SUCCEEDED, {"created": 24, "exists": 12})
    assert_resumed_run_writes_nothing(process, run, calendar())


@IN_A_TRANSACTION
@pytest.mark.parametrize("where", ["before", "after", "copy"])
def test_uncommitted_chunk_is_invisible(stopped, where):
    stopped(where)
    assert ScheduledClass.objects.count() == 12
    assert JobRun.objects.get().classes_created == 12


def test_run_resumed_before_takeover_succeeds(stopped):
    process, run = stopped("between")
    document, _errors = resume(process)
    assert (process.returncode, document["success"]) == (0, True)
    run.refresh_from_db()
    assert (run.state, run.classes_created) == (RunState.SUCCEEDED, 36)
