"""SIGINT and SIGTERM end a run between two chunks; a second signal ends it at once."""

import json
import signal

import pytest

from scheduling.models import JobRun, RunState, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import counts, horizon
from scheduling.tests.jobs.waiting import wait_for_message, wait_until_stopped

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


@pytest.fixture
def slow(slow_generation):
    """Return `slow_generation` for a studio with three chunks."""
    for _ in range(3):
        make.slot()
    return slow_generation


def resume(process, *numbers):
    """Send these signals, resume the process, and return its outputs."""
    for number in numbers:
        process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    out, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    return out, errors


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_signal_ends_run_between_two_chunks(slow, number, status):
    process = slow("chunk", "--json")
    out, _errors = resume(process, number)
    assert process.returncode == status
    run = JobRun.objects.get(job="horizon")
    assert (run.state, run.classes_created, run.progress_done) == (RunState.CANCELLED, 24, 2)
    assert ScheduledClass.objects.count() == 24
    document = json.loads(out)
    assert document["success"] is False
    weekly, cancelled = document["runs"]
    assert (cancelled["state"], cancelled["classesCreated"]) == ("cancelled", 24)
    assert weekly["state"] == "succeeded"


def test_next_run_completes_cancelled_run(slow):
    resume(slow("chunk"), signal.SIGTERM)
    assert counts(horizon(make.day("2040-01-02"))) == {"created": 12, "exists": 24}


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_signal_in_first_job_prevents_second_job(slow, number, status):
    make.schedule()
    process = slow("weekly")
    resume(process, number)
    assert process.returncode == status
    assert [(run.job, run.state) for run in JobRun.objects.all()] == [("weekly", "cancelled")]


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_signal_cancels_dry_run(slow, number, status):
    process = slow("chunk", "--dry-run", "--json", "--only", "horizon")
    out, _errors = resume(process, number)
    assert process.returncode == status
    assert [run["state"] for run in json.loads(out)["runs"]] == ["cancelled"]
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_second_signal_rolls_current_chunk_back(slow, number, status):
    process = slow("fence")
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    wait_until_stopped(process)
    resume(process, number)
    assert process.returncode == status
    run = JobRun.objects.get(job="horizon")
    assert (run.state, run.error, run.classes_created) == (RunState.CANCELLED, "", 12)
    assert ScheduledClass.objects.count() == 12


def test_signal_ends_wait_for_next_attempt(spawn_manage):
    process = spawn_manage(
        "generate_classes", "--only", "weekly", "--timeout", "0.001", "--retry-delay", "3600"
    )
    wait_for_message(process, "failed:")
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Traceback" not in errors
