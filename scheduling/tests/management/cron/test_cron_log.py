"""What cron and the scheduler write into the log: one format, and no names of people."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.models import Job, JobRun, JobRunItem, RunState, Trigger
from scheduling.tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Fitzgerald", "Rosalind", "Peabody")


@pytest.fixture
def conflict():
    """Two series of which the second has no place."""
    teacher = make.teacher(NAMES[0])
    for name in NAMES[1:]:
        make.slot(teacher, make.student(name))


def make_late():
    """Record a horizon of three days ago, so that the next one is late."""
    began = timezone.now() - timedelta(days=3)
    JobRun.objects.create(
        job=Job.HORIZON, state=RunState.SUCCEEDED, trigger=Trigger.CRON, started_at=began
    )


def lines(answer):
    """Return the lines of both outputs, each a JSON object, as `>> cron.log 2>&1` has them."""
    found = [json.loads(line) for line in (answer.stdout + answer.stderr).splitlines()]
    assert all({"time", "level", "logger", "message"} <= line.keys() for line in found)
    return [line["message"] for line in found]


@pytest.mark.parametrize("trigger", ["cron", "scheduler"])
def test_a_run_that_nobody_watches_logs_counts_and_no_names(manage, conflict, trigger):
    answer = manage("generate_classes", "--only", "horizon", "--trigger", trigger)
    assert answer.returncode == 0, answer.stderr
    said = lines(answer)
    run = JobRun.objects.get()
    assert run.counts["conflict"] > 0
    assert JobRunItem.objects.filter(run=run, outcome="conflict").exists()
    assert f"classes created: {run.classes_created}" in said
    assert not any(name in line for name in NAMES for line in said)


def test_a_person_at_a_terminal_sees_names(manage, conflict):
    answer = manage("generate_classes", "--only", "horizon")
    assert all(name in answer.stderr for name in NAMES)


@pytest.mark.parametrize("command", ["prune_job_logs", "watch_jobs"])
def test_upkeep_logs_in_the_same_format(manage, command):
    said = lines(manage(command, "--trigger", "cron"))
    assert any("start, attempt 1/3" in line for line in said)
    assert any(" in 0." in line for line in said)


def test_the_scheduler_logs_in_the_same_format(manage, conflict):
    make_late()
    said = lines(manage("run_scheduler", "--once"))
    assert any(line.startswith("due: generate_classes") for line in said)
    assert not any(name in line for name in NAMES for line in said)


def test_a_dry_run_still_prints_its_plan(manage, conflict):
    answer = manage("generate_classes", "--only", "horizon", "--trigger", "cron", "--dry-run")
    assert "Peabody" in answer.stdout
