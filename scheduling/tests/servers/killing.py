"""Generation in processes of its own, and SIGKILL for them at random instants.

What is killed is the product's command as it is; only the size of a chunk can be made smaller
(``small_chunks.py``), so that a generation of a few seconds has many places to die at.
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

# Far ahead, a Monday: no class of it has begun, so that a run may change and remove them all.
DATE = "2040-01-02"
GENERATE = ("generate_classes", "--only", "horizon", "--date", DATE)
SMALL_CHUNKS = Path(__file__).with_name("small_chunks.py")
POLL_SECONDS = 0.002


def start(chunk_rows: int | None) -> "subprocess.Popen[str]":
    """A process of generate_classes; ``chunk_rows`` None: exactly as it is shipped."""
    # Nobody would read its log while it lives, and a pipe that is full would stop it.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if chunk_rows is None:
        return processes.popen(*GENERATE, **quiet)
    return processes.popen(chunk_rows, *GENERATE, program=SMALL_CHUNKS, **quiet)


def generate() -> JobRun:
    """One whole run, as shipped and left alone."""
    answer = processes.run(*GENERATE)
    assert answer.returncode == 0, answer.stderr
    return JobRun.objects.filter(job=Job.HORIZON).latest("id")


def stored() -> list[tuple[Any, ...]]:
    """Every class but for ids and for when and by which run it was made; twins would show."""
    columns = (
        "recurring_slot_id, week, occurrence_date, date, start_time, end_time, time_zone,"
        " starts_at, ends_at, student_id, teacher_id, subject, status, is_shared, cancelled_by,"
        " edited_at, notes"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM classes ORDER BY recurring_slot_id, week, date")
        return cursor.fetchall()


def states() -> Counter[str]:
    """How the runs so far ended."""
    return Counter(JobRun.objects.values_list("state", flat=True))


def erase() -> None:
    """Take away the classes and the log of runs; people and their slots stay."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM classes")
    JobRun.objects.all().delete()


@contextmanager
def claimed(chunk_rows: int | None) -> Iterator[tuple["subprocess.Popen[str]", JobRun]]:
    """A process that has just begun its run. It is dead when the block ends."""
    runs = JobRun.objects.filter(job=Job.HORIZON)
    last = runs.order_by("-id").values_list("id", flat=True).first() or 0
    process = start(chunk_rows)
    try:
        limit = time.monotonic() + 60
        while (run := runs.filter(id__gt=last).first()) is None:
            assert process.poll() is None, f"it never began: status {process.returncode}"
            assert time.monotonic() < limit
            time.sleep(POLL_SECONDS)
        yield process, run
    finally:
        process.send_signal(signal.SIGKILL)
        # Reaped at once: to the next run a zombie is as dead as can be, but why rely on it.
        processes.end(process)


def wait_until_stored(process: "subprocess.Popen[str]", classes: int) -> None:
    """Until so many classes are committed, or the process has come to its end."""
    count = "SELECT count(*) FROM classes"
    with connection.cursor() as cursor:
        while process.poll() is None:
            cursor.execute(count)
            if cursor.fetchone()[0] >= classes:
                return
            time.sleep(POLL_SECONDS)


def kill_at(classes: int, delay: float, chunk_rows: int | None) -> bool:
    """Kill a run ``delay`` seconds after that many classes are stored, by whomever.

    Whether it was killed in the middle; False where it was done by then.
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
    """What a killed run left: classes as they should be, and a log that counts each of them."""
    assert set(stored()) <= expected
    made = Counter(ScheduledClass.objects.values_list("created_by_run_id", flat=True))
    logged = {run.pk: run.classes_created for run in JobRun.objects.all() if run.classes_created}
    assert made == logged
