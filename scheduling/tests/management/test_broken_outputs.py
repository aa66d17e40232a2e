"""Jobs whose log or output cannot be written (full disk, closed pipe)."""

import os
import subprocess
import sys

import pytest

from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.support.processes import MANAGE, ROOT, environment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a full device"),
    pytest.mark.one_database(name="sqlite"),
]
WEEK = ("--date", "2040-01-02", "--weeks", "2")


@pytest.fixture
def full():
    with open("/dev/full", "w") as device:
        yield device


@pytest.fixture
def broken():
    """Return the write end of a pipe without a reader."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def states():
    return {run.job: run.state for run in JobRun.objects.all()}


def test_cron_entry_with_log_on_full_disk_creates_classes(spawn_manage, full):
    make.schedule()
    make.slot()
    process = spawn_manage("generate_classes", "--trigger", "cron", *WEEK, stdout=full, stderr=full)
    assert process.wait(120) == 0
    assert states() == {"weekly": RunState.SUCCEEDED, "horizon": RunState.SUCCEEDED}
    assert ScheduledClass.objects.count() == 3


@pytest.mark.parametrize("redirection", ["2>/dev/full", "2>&- >&- <&-"])
def test_unwritable_log_does_not_stop_generation(redirection):
    make.slot()
    done = run_in_shell(*("generate_classes", *WEEK), redirection)
    assert done.returncode == 0, done.stderr
    assert ScheduledClass.objects.count() == 2


def test_closed_log_pipe_stops_neither_job(spawn_manage, broken):
    make.schedule()
    make.slot()
    process = spawn_manage("generate_classes", *WEEK, stderr=broken)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert states() == {"weekly": RunState.SUCCEEDED, "horizon": RunState.SUCCEEDED}


@pytest.mark.parametrize(("command", "job"), [("prune_job_logs", "prune"), ("watch_jobs", "watch")])
def test_unwritable_log_does_not_stop_upkeep(spawn_manage, full, command, job):
    process = spawn_manage(command, stdout=full, stderr=full)
    assert process.wait(120) == 0
    assert states() == {job: RunState.SUCCEEDED}


FULL, CLOSED = "[Errno 28] No space left on device", "[Errno 9] Bad file descriptor"


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("generate_classes", "--json", *WEEK, ">/dev/full"), FULL),
        (("generate_classes", "--json", *WEEK, ">&-"), CLOSED),
        (("generate_classes", "--dry-run", *WEEK, ">/dev/full"), FULL),
        (("check_schedules", "--json", ">/dev/full"), FULL),
        (("check_jobs", "--json", ">/dev/full"), FULL),
    ],
    ids=str,
)
def test_unwritable_output_is_reported_in_one_line(command, reason):
    done = run_in_shell(*command)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if not line.startswith("[")]
    assert lines == [f"CommandError: Standard output can't be written: {reason}."]


def run_in_shell(*words):
    return subprocess.run(
        ["sh", "-c", f"exec {sys.executable} {MANAGE} {' '.join(words)}"],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
