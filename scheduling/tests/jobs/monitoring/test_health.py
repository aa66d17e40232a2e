"""Crashed runs: counted until the work is done, by what they were asked for; then forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.jobs.monitoring.coverage import coverage
from scheduling.jobs.monitoring.health import health
from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon, missing, weekly

pytestmark = pytest.mark.django_db
AGAIN = "Run generate_classes again: it completes what was left."
MISSING = "Run generate_classes --only missing: it completes what was left."


def crashed(job=Job.MISSING, ago=timedelta(0), **values):
    run = JobRun.objects.create(job=job, trigger=Trigger.CHANGE, state=RunState.CRASHED, **values)
    JobRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - ago)


def of_crashes() -> tuple[int, list[str]]:
    """How many, and what to do."""
    now = timezone.now()
    found = health(now, coverage(now))
    said = [one.suggestion for one in found.findings if one.name == "crashed_runs"]
    return found.indicators["crashed_runs"], said


def test_suggestion_is_command_that_completes_work():
    crashed(is_full=False, options={"students": [1]})
    assert of_crashes() == (1, [MISSING])
    crashed(Job.HORIZON)
    assert of_crashes() == (2, [f"{AGAIN} {MISSING}"])
    weekly(), horizon()
    assert of_crashes() == (1, [MISSING])
    missing()
    assert of_crashes() == (0, [])


def test_crashed_narrowed_run_is_completed_by_same_request():
    ana, leo = make.schedule().student, make.schedule().student
    crashed(is_full=False, options={"students": [ana.pk]})
    missing(student_ids=(leo.pk,))
    assert of_crashes()[0] == 1
    missing(student_ids=(ana.pk,))
    assert of_crashes() == (0, [])


def test_earlier_success_does_not_complete_crashed_run():
    ana = make.schedule().student
    missing(student_ids=(ana.pk,))
    crashed(is_full=False, options={"students": [ana.pk]})
    assert of_crashes()[0] == 1


def test_narrowed_run_does_not_complete_crashed_full_run():
    ana = make.schedule().student
    crashed(Job.WEEKLY)
    weekly(student_ids=(ana.pk,))
    assert of_crashes() == (1, [AGAIN])


def test_crash_older_than_retention_is_ignored(settings):
    settings.JOB_LOG_RETENTION_DAYS = 30
    crashed(ago=timedelta(days=29))
    crashed(ago=timedelta(days=31))
    assert of_crashes()[0] == 1
