"""``POST /api/admin/background-jobs/runs/{id}/undo``."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.tests import factories as make
from scheduling.tests.api.resources.conftest import api, now, staff  # noqa: F401
from scheduling.tests.api.resources.helpers import invalid, ok, refused
from scheduling.tests.factories import day, moment
from scheduling.tests.jobs.helpers import dates, weekly

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


@pytest.fixture
def run() -> int:
    """Run the weekly job, which creates two classes, on Wednesday and Friday; return its id."""
    ana, marta = make.student("Ana Ruiz"), make.teacher("Marta Gil", "Europe/Madrid")
    for weekday in (3, 5):
        make.schedule(ana, marta, weekday)
    run_id = weekly().run_id
    assert run_id is not None
    return run_id


def url(run: int) -> str:
    return f"/api/admin/background-jobs/runs/{run}/undo"


def test_response_lists_removed_and_kept_classes(api: APIClient, run: int) -> None:  # noqa: F811
    ScheduledClass.objects.filter(date=day("2026-01-09")).update(attendance="excused")
    removed, kept = ScheduledClass.objects.order_by("date")
    common: dict[str, Any] = {
        "student": removed.student_id,
        "studentName": "Ana Ruiz",
        "teacher": removed.teacher_id,
        "teacherName": "Marta Gil",
        "startTime": "10:00",
        "endTime": "11:00",
        "timeZone": "Europe/Madrid",
    }
    answer = {
        "success": True,
        "message": "1 class would be removed, 1 kept. "
        "The next run makes them again unless the schedules change.",
        "runId": run,
        "dryRun": True,
        "classesRemoved": 1,
        "classesKept": 1,
        "removed": [common | {"classId": removed.pk, "date": "2026-01-07", "reason": ""}],
        "kept": [
            common
            | {
                "classId": kept.pk,
                "date": "2026-01-09",
                "reason": "attendance is marked: stays",
            }
        ],
        "truncated": False,
    }

    assert ok(api.post(url(run), {"dryRun": True})) == answer
    assert ScheduledClass.objects.count() == 2

    answer["message"] = answer["message"].replace("would be removed", "removed")
    assert ok(api.post(url(run))) == answer | {"dryRun": False}
    assert dates() == ["2026-01-09"]


def test_run_shows_who_undid_it(api: APIClient, run: int) -> None:  # noqa: F811
    before = ok(api.get(url(run).removesuffix("/undo")))
    assert (before["undoneAt"], before["undoneBy"], before["classesUndone"]) == (None, "", 0)

    ok(api.post(url(run)))

    after = ok(api.get(url(run).removesuffix("/undo")))
    assert (after["undoneBy"], after["classesUndone"]) == ("root", 2)
    assert after["undoneAt"].startswith("2026-01-05T00:05:00")


def test_second_undo_removes_nothing(api: APIClient, run: int) -> None:  # noqa: F811
    ok(api.post(url(run)))
    again = ok(api.post(url(run)))
    assert (again["classesRemoved"], again["message"]) == (0, "0 classes removed, 0 kept.")


def test_started_class_is_kept(
    api: APIClient,  # noqa: F811
    run: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment("2026-01-07 09:00"))
    kept = ok(api.post(url(run)))["kept"]
    assert [scheduled_class["reason"] for scheduled_class in kept] == ["it has begun: stays"]


def test_undo_is_409_while_job_is_active(api: APIClient, run: int) -> None:  # noqa: F811
    active = JobRun.objects.create(job=Job.WEEKLY, trigger=Trigger.CRON, state=RunState.RUNNING)
    for body in ({}, {"dryRun": True}):
        refused(api.post(url(run), body), 409, "already_running", f"Run {active.pk} ")
    assert ScheduledClass.objects.count() == 2


def test_pruned_run_is_410_and_unknown_run_404(api: APIClient, run: int) -> None:  # noqa: F811
    JobRun.objects.all().delete()
    refused(api.post(url(run)), 410, "gone", f"The log of run {run} is pruned")
    assert ScheduledClass.objects.count() == 2
    refused(api.post(url(run + 1)), 404, "not_found")


def test_undo_needs_permission_to_run_jobs(staff: Any, run: int) -> None:  # noqa: F811
    refused(staff("delete_scheduledclass").post(url(run)), 403, "permission_denied")
    assert ok(staff("run_jobs").post(url(run)))["classesRemoved"] == 2


def test_unknown_or_invalid_field_is_refused(api: APIClient, run: int) -> None:  # noqa: F811
    invalid(api.post(url(run), {"force": True}), "force")
    invalid(api.post(url(run), {"dryRun": "yes"}), "dryRun")
    assert ScheduledClass.objects.count() == 2
