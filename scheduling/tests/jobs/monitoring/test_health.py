"""The health finding of crashed runs, which counts them until their work is completed."""

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


def store_crashed_run(job=Job.MISSING, ago=timedelta(0), **values):
    run = JobRun.objects.create(job=job, trigger=Trigger.CHANGE, state=RunState.CRASHED, **values)
    JobRun.objects.filter(pk=run.pk).update(created_at=timezone.now() - ago)


def crash_findings() -> tuple[int, list[str]]:
    """Return the number of crashed runs and the suggestions."""
    now = timezone.now()
    found = health(now, coverage(now))
    suggestions = [line.suggestion for line in found.findings if line.name == "crashed_runs"]
    return found.indicators["crashed_runs"], suggestions


def test_suggestion_is_command_that_completes_work():
    store_crashed_run(is_full=False, options={"students": [1]})
    assert crash_findings() == (1, [MISSING])
    store_crashed_run(Job.HORIZON)
    assert crash_findings() == (2, [f"{AGAIN} {MISSING}"])
    weekly()
    horizon()
    assert crash_findings() == (1, [MISSING])
    missing()
    assert crash_findings() == (0, [])


def test_crashed_narrowed_run_is_completed_by_same_request():
    ana, leo = make.schedule().student, make.schedule().student
    store_crashed_run(is_full=False, options={"students": [ana.pk]})
    missing(student_ids=(leo.pk,))
    assert crash_findings()[0] == 1
    missing(student_ids=(ana.pk,))
    assert crash_findings() == (0, [])


def test_earlier_success_does_not_complete_crashed_run():
    ana = make.schedule().student
    missing(student_ids=(ana.pk,))
    store_crashed_run(is_full=False, options={"students": [ana.pk]})
    assert crash_findings()[0] == 1


def test_narrowed_run_does_not_complete_crashed_full_run():
    ana = make.schedule().student
    store_crashed_run(Job.WEEKLY)
    weekly(student_ids=(ana.pk,))
    assert crash_findings() == (1, [AGAIN])


def test_crash_older_than_retention_is_ignored(settings):
    settings.JOB_LOG_RETENTION_DAYS = 30
    store_crashed_run(ago=timedelta(days=29))
    store_crashed_run(ago=timedelta(days=31))
    assert crash_findings()[0] == 1
