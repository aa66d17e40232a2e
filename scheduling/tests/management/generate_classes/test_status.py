"""The exit status of ``generate_classes``: the first applicable one of 1, 3, 4 and 0."""

import pytest

from scheduling.jobs.execution import runner
from scheduling.jobs.runs.claims import claim
from scheduling.models import JobRun, RunState, ScheduledClass, Teacher, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import dates
from scheduling.tests.management.generating import generate

pytestmark = pytest.mark.django_db
MONDAY = ("--date", "2026-01-05")


@pytest.fixture
def studio():
    """Create a fixed schedule, a slot, and a slot in conflict with a one-off class."""
    bach = make.teacher("Bach")
    make.schedule(make.student("Ana Ruiz"), None, weekday=2)
    make.slot(bach, make.student("Juan"), weekday=3)
    make.lesson(make.student("Eva"), make.day("2026-01-08"), teacher=bach)
    make.slot(bach, make.student("Ida"), weekday=4)
    return bach


def test_invalid_series_are_status_3(studio):
    Teacher.objects.filter(pk=studio.pk).update(time_zone="Mars/Olympus")
    answer = generate("--json", *MONDAY)
    assert answer.status == 3
    weekly, horizon = answer.json["runs"]
    assert answer.json["success"] is False
    assert (weekly["state"], horizon["state"]) == ("succeeded", "partial")
    assert horizon["counts"] == {"invalid": 2}
    assert len(horizon["errors"]) == 2
    assert "Mars/Olympus" in horizon["errors"][0]


def test_conflicts_are_status_0(studio):
    ScheduledClass.objects.all().delete()
    make.lesson(on=make.day("2026-01-07"), teacher=studio)
    assert generate("--only", "horizon", "--weeks", 1, *MONDAY).status == 0


def test_active_run_is_status_4_and_other_job_runs(studio):
    active = claim(JobRun(job="weekly", trigger=Trigger.ADMIN))
    answer = generate("--json", *MONDAY)
    assert answer.status == 4
    weekly, horizon = answer.json["runs"]
    assert (weekly["state"], weekly["runId"]) == ("running", active.run_id)
    assert f"another run of this job is active: run {active.run_id}" in weekly["errors"][0]
    assert horizon["state"] == RunState.SUCCEEDED
    assert len(dates()) == 24


def test_failure_precedes_errors_and_errors_precede_active_run(studio, monkeypatch):
    Teacher.objects.filter(pk=studio.pk).update(time_zone="Mars/Olympus")
    claim(JobRun(job="weekly", trigger=Trigger.ADMIN))
    assert generate(*MONDAY).status == 3
    monkeypatch.setattr(runner, "chunks", lambda *args: 1 / 0)
    assert generate(*MONDAY).status == 1
