"""Helpers that run generation in a process and kill it at a random moment.

The process runs the product's command. Smaller chunks (``small_chunks.py``) give a generation of a
few seconds many moments between commits.
"""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from scheduling.models import Job, JobRun, RunState, ScheduledClass
from scheduling.tests.support import processes

# A Monday in the far future: none of its classes has begun, so a run may change and remove all.
DATE = "2040-01-02"
GENERATE = ("generate_classes", "--only", "horizon", "--date", DATE)
SMALL_CHUNKS = Path(__file__).with_name("small_chunks.py")
POLL_SECONDS = 0.002


def start(chunk_rows: int | None) -> "subprocess.Popen[str]":
    """Start generate_classes; ``chunk_rows`` None: with the product's chunks."""
    # A pipe that nobody reads would fill up and block the process.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if chunk_rows is None:
        return processes.popen(*GENERATE, **quiet)
    return processes.popen(chunk_rows, *GENERATE, program=SMALL_CHUNKS, **quiet)


def generate() -> JobRun:
    """Run generate_classes to its end; return the run."""
    result = processes.run(*GENERATE)
    assert result.returncode == 0, result.stderr
    return JobRun.objects.filter(job=Job.HORIZON).latest("id")


def stored() -> list[tuple[Any, ...]]:
    """Return all classes without ids, creation times and runs; duplicates are included."""
    columns = (
        "recurring_slot_id, week, occurrence_date, date, start_time, end_time, time_zone,"
        " starts_at, ends_at, student_id, teacher_id, subject, status, is_shared, cancelled_by,"
        " edited_at, notes"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM classes ORDER BY recurring_slot_id, week, date")
        return cursor.fetchall()


def states() -> Counter[str]:
    """Return the number of runs by state."""
    return Counter(JobRun.objects.values_list("state", flat=True))


def erase() -> None:
    """Delete the classes and runs; keep people and slots."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM classes")
    JobRun.objects.all().delete()


@contextmanager
def claimed(chunk_rows: int | None) -> Iterator[tuple["subprocess.Popen[str]", JobRun]]:
    """Start a process and wait for its run; kill it at the end of the block."""
    runs = JobRun.objects.filter(job=Job.HORIZON)
    last = runs.order_by("-id").values_list("id", flat=True).first() or 0
    process = start(chunk_rows)
    try:
        limit = time.monotonic() + 60
        while (run := runs.filter(id__gt=last).first()) is None:
            assert process.poll() is None, f"no run began: status {process.returncode}"
            assert time.monotonic() < limit
            time.sleep(POLL_SECONDS)
        yield process, run
    finally:
        process.send_signal(signal.SIGKILL)
        # Reap the process, so that no zombie is left.
        processes.end(process)


def wait_until_stored(process: "subprocess.Popen[str]", classes: int) -> None:
    """Wait until ``classes`` are committed or the process has ended."""
    count = "SELECT count(*) FROM classes"
    with connection.cursor() as cursor:
        while process.poll() is None:
            cursor.execute(count)
            if cursor.fetchone()[0] >= classes:
                return
            time.sleep(POLL_SECONDS)


def kill_at(classes: int, delay: float, chunk_rows: int | None) -> bool:
    """Kill a run ``delay`` seconds after ``classes`` are stored, by any run.

    Return False if the run had already ended.
    """
    with claimed(chunk_rows) as (process, run):
        wait_until_stored(process, classes)
        time.sleep(delay)
    processes.wait_for_dead_sessions()
    run.refresh_from_db()
    if run.state == RunState.RUNNING:
        assert process.returncode == -signal.SIGKILL
        return True
    assert run.state == RunState.SUCCEEDED
    return False


def assert_whole_chunks(expected: set[tuple[Any, ...]]) -> None:
    """Check that all stored classes are expected and that the log counts each of them."""
    assert set(stored()) <= expected
    created = Counter(ScheduledClass.objects.values_list("created_by_run_id", flat=True))
    logged = {run.pk: run.classes_created for run in JobRun.objects.all() if run.classes_created}
    assert created == logged
