"""``check_jobs``: its exit status and its output as text and JSON."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from scheduling.models import Job, JobRun, RunState, Trigger
from scheduling.tests import factories as make

pytestmark = pytest.mark.django_db


def ran(job, state, ago, **values):
    begun = timezone.now() - ago
    return JobRun.objects.create(
        job=job, state=state, trigger=Trigger.CRON, started_at=begun, finished_at=begun, **values
    )


def check(*options):
    output, status = io.StringIO(), 0
    try:
        call_command("check_jobs", *options, stdout=output)
    except SystemExit as ended:
        status = ended.code
    return status, output.getvalue()


def test_new_studio_has_no_incident():
    status, said = check()
    assert status == 0
    assert "All is well" in said
    assert "Nothing runs by itself yet." in said
    assert "next on" not in said
    assert {job["nextRun"] for job in json.loads(check("--json")[1])["jobs"]} == {None}


def test_scheduled_jobs_show_their_next_run():
    ran(Job.WATCH, RunState.SUCCEEDED, timedelta(minutes=5))
    said = check()[1]
    for name in ("This week's lessons", "Lessons for the next 12 weeks", "Watch"):
        assert f"{name}: next on" in said
    assert "by itself" not in said
    assert None not in {job["nextRun"] for job in json.loads(check("--json")[1])["jobs"]}


def test_job_that_never_ran_is_late_once_work_exists():
    slot = make.slot(created_at=timezone.now())
    assert check()[0] == 0
    slot.created_at = timezone.now() - timedelta(days=2)
    slot.save()
    status, said = check()
    assert status == 3
    assert "Lessons for the next 12 weeks: late." in said
    assert "This week" not in said
    slot.status = "paused"
    slot.save()
    assert check()[0] == 0


def test_late_and_failed_jobs_are_reported():
    ran(Job.WEEKLY, RunState.SUCCEEDED, timedelta(days=15))
    failed = ran(Job.HORIZON, RunState.FAILED, timedelta(minutes=1), error="disk full")
    status, said = check("--json")
    assert status == 3
    answer = json.loads(said)
    assert answer["success"] is False
    assert [(one["kind"], one["job"], one["runId"]) for one in answer["troubles"]] == [
        ("late", "weekly", None),
        ("failed", "horizon", failed.pk),
    ]
    assert "disk full" in answer["troubles"][1]["message"]
    assert {job["job"] for job in answer["jobs"]} == {"weekly", "horizon", "prune", "watch"}
    status, said = check()
    assert status == 3
    assert "This week's lessons: late." in said


def test_success_after_crash_clears_incident():
    ran(Job.HORIZON, RunState.CRASHED, timedelta(minutes=2))
    assert check()[0] == 3
    ran(Job.HORIZON, RunState.SUCCEEDED, timedelta(minutes=1))
    assert check()[0] == 0


def test_run_cancelled_by_person_is_not_an_incident():
    ran(Job.HORIZON, RunState.SUCCEEDED, timedelta(minutes=2))
    ran(Job.HORIZON, RunState.CANCELLED, timedelta(minutes=1))
    assert check()[0] == 0
