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


def add_run(job, state, ago, **values):
    begun = timezone.now() - ago
    return JobRun.objects.create(
        job=job, state=state, trigger=Trigger.CRON, started_at=begun, finished_at=begun, **values
    )


def check(*options):
    out, status = io.StringIO(), 0
    try:
        call_command("check_jobs", *options, stdout=out)
    except SystemExit as ended:
        status = ended.code
    return status, out.getvalue()


def test_new_studio_has_no_incident():
    status, output = check()
    assert status == 0
    assert "All is well" in output
    assert "Nothing runs by itself yet." in output
    assert "next on" not in output
    assert {job["nextRun"] for job in json.loads(check("--json")[1])["jobs"]} == {None}


def test_scheduled_jobs_show_their_next_run():
    add_run(Job.WATCH, RunState.SUCCEEDED, timedelta(minutes=5))
    output = check()[1]
    for name in ("This week's lessons", "Lessons for the next 12 weeks", "Watch"):
        assert f"{name}: next on" in output
    assert "by itself" not in output
    assert None not in {job["nextRun"] for job in json.loads(check("--json")[1])["jobs"]}


def test_job_that_never_ran_is_late_once_work_exists():
    slot = make.slot(created_at=timezone.now())
    assert check()[0] == 0
    slot.created_at = timezone.now() - timedelta(days=2)
    slot.save()
    status, output = check()
    assert status == 3
    assert "Lessons for the next 12 weeks: late." in output
    assert "This week" not in output
    slot.status = "paused"
    slot.save()
    assert check()[0] == 0


def test_late_and_failed_jobs_are_reported():
    add_run(Job.WEEKLY, RunState.SUCCEEDED, timedelta(days=15))
    failed = add_run(Job.HORIZON, RunState.FAILED, timedelta(minutes=1), error="disk full")
    status, output = check("--json")
    assert status == 3
    answer = json.loads(output)
    assert answer["success"] is False
    assert [(i["kind"], i["job"], i["runId"]) for i in answer["troubles"]] == [
        ("late", "weekly", None),
        ("failed", "horizon", failed.pk),
    ]
    assert "disk full" in answer["troubles"][1]["message"]
    assert {job["job"] for job in answer["jobs"]} == {"weekly", "horizon", "prune", "watch"}
    status, output = check()
    assert status == 3
    assert "This week's lessons: late." in output


def test_success_after_crash_clears_incident():
    add_run(Job.HORIZON, RunState.CRASHED, timedelta(minutes=2))
    assert check()[0] == 3
    add_run(Job.HORIZON, RunState.SUCCEEDED, timedelta(minutes=1))
    assert check()[0] == 0


def test_run_cancelled_by_person_is_not_an_incident():
    add_run(Job.HORIZON, RunState.SUCCEEDED, timedelta(minutes=2))
    add_run(Job.HORIZON, RunState.CANCELLED, timedelta(minutes=1))
    assert check()[0] == 0
