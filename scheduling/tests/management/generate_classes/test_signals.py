"""SIGINT and SIGTERM stop a run between two chunks; asked twice, it ends at once."""

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
    """Three chunks to do, for a process that stops."""
    for _ in range(3):
        make.slot()
    return slow_generation


def go_on(process, *numbers):
    """Send it these signals and let it run; what it wrote."""
    for number in numbers:
        process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    out, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    return out, errors


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_between_two_chunks(slow, number, status):
    process = slow("chunk", "--json")
    out, _errors = go_on(process, number)
    assert process.returncode == status
    run = JobRun.objects.get(job="horizon")
    assert (run.state, run.classes_created, run.progress_done) == (RunState.CANCELLED, 24, 2)
    assert ScheduledClass.objects.count() == 24
    document = json.loads(out)
    assert document["success"] is False
    weekly, cancelled = document["runs"]
    assert (cancelled["state"], cancelled["classesCreated"]) == ("cancelled", 24)
    assert weekly["state"] == "succeeded"


def test_the_next_run_completes_it(slow):
    go_on(slow("chunk"), signal.SIGTERM)
    assert counts(horizon(make.day("2040-01-02"))) == {"created": 12, "exists": 24}


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_in_the_first_job_the_second_is_not_begun(slow, number, status):
    make.schedule()
    process = slow("weekly")
    go_on(process, number)
    assert process.returncode == status
    assert [(run.job, run.state) for run in JobRun.objects.all()] == [("weekly", "cancelled")]


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_a_dry_run_is_cancelled_as_well(slow, number, status):
    process = slow("chunk", "--dry-run", "--json", "--only", "horizon")
    out, _errors = go_on(process, number)
    assert process.returncode == status
    assert [run["state"] for run in json.loads(out)["runs"]] == ["cancelled"]
    assert not JobRun.objects.exists()


@pytest.mark.parametrize(("number", "status"), SIGNALS)
def test_asked_twice_it_drops_the_chunk_in_hand(slow, number, status):
    process = slow("fence")
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    wait_until_stopped(process)
    go_on(process, number)
    assert process.returncode == status
    run = JobRun.objects.get(job="horizon")
    assert (run.state, run.error, run.classes_created) == (RunState.CANCELLED, "", 12)
    assert ScheduledClass.objects.count() == 12


def test_while_it_waits_for_the_next_attempt(spawn_manage):
    process = spawn_manage(
        "generate_classes", "--only", "weekly", "--timeout", "0.001", "--retry-delay", "3600"
    )
    wait_for_message(process, "failed:")
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Traceback" not in errors
