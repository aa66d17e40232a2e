"""Pruning of old job logs, which keeps classes and the data that later runs need."""

from datetime import UTC, datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from scheduling.jobs.execution import prune as pruning
from scheduling.jobs.execution.runner import run
from scheduling.jobs.workers.tasks import perform_run
from scheduling.models import (
    Incident,
    Job,
    JobRun,
    JobRunItem,
    RefusedCredentials,
    RunState,
    TimetableUpload,
    Trigger,
)
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY
from scheduling.tests.jobs.helpers import calendar, request, run_job, run_options, weekly

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 3, 30, tzinfo=UTC)


def log(days_ago, state=RunState.SUCCEEDED, job=Job.HORIZON, **values):
    """Store a run with one item, created ``days_ago``; return its id."""
    row = JobRun.objects.create(job=job, trigger=Trigger.CRON, state=state, **values)
    JobRun.objects.filter(pk=row.pk).update(created_at=NOW - timedelta(days=days_ago))
    JobRunItem.objects.create(run=row, outcome="conflict", code="teacher_busy")
    return row.pk


def prune():
    result = run(request(Job.PRUNE, NOW.date()), run_options(NOW))
    left = JobRun.objects.exclude(pk=result.run_id)
    return result, set(left.values_list("pk", flat=True))


def test_runs_older_than_retention_are_deleted_with_items():
    old = [log(days) for days in (31, 40, 400)]
    kept = [log(days) for days in (0, 1, 29)]
    result, left = prune()
    assert (result.state, result.pruned) == (RunState.SUCCEEDED, len(old))
    assert left == set(kept)
    assert set(JobRunItem.objects.values_list("run_id", flat=True)) == set(kept)


def test_retention_is_a_setting(settings):
    settings.JOB_LOG_RETENTION_DAYS = 10
    log(11)
    kept = {log(9), log(1)}
    assert prune()[1] == kept


def test_newest_success_and_failure_of_each_job_are_kept():
    kept = set()
    for job in (Job.WEEKLY, Job.HORIZON):
        for state in (RunState.SUCCEEDED, RunState.FAILED):
            log(300, state, job)
            kept.add(log(200, state, job))
    assert prune()[1] == kept


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.QUEUED])
def test_active_run_is_kept(state):
    active = log(300, state)
    log(200)
    newest = log(100)
    assert prune()[1] == {active, newest}


def test_runs_are_deleted_in_batches(monkeypatch):
    monkeypatch.setattr(pruning, "RUNS_A_BATCH", 2)
    for days in range(40, 47):
        log(days)
    kept = log(1)
    result, left = prune()
    assert result.pruned == 7
    assert left == {kept}


def test_classes_are_neither_deleted_nor_rewritten():
    make.schedule()
    weekly()
    JobRun.objects.update(created_at=NOW - timedelta(days=100))
    log(1, job=Job.WEEKLY)
    before = calendar()
    assert prune()[0].pruned == 1
    assert calendar() == before


@pytest.mark.parametrize(
    "later",
    [
        [{"state": RunState.SUCCEEDED, "is_dated": True}],
        [{"state": RunState.SUCCEEDED, "is_full": False}],
        [{"state": RunState.FAILED}],
    ],
    ids=["a dated run", "a narrowed run", "a failure"],
)
@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.PARTIAL])
def test_missed_weeks_are_known_after_pruning(later, state):
    """The last full run is no longer the newest success or failure."""
    make.schedule()
    last = log(70, state, Job.WEEKLY, window_start=MONDAY, window_end=MONDAY + timedelta(7))
    for values in later:
        log(40, job=Job.WEEKLY, **values)
    _result, left = prune()
    assert last in left
    today = MONDAY + timedelta(weeks=10)
    assert weekly(today).catch_up_from == MONDAY + timedelta(weeks=6)


def test_prune_is_recorded_as_run():
    result = run_job(Job.PRUNE)
    row = JobRun.objects.get(pk=result.run_id)
    assert (row.job, row.state, row.window_start) == (Job.PRUNE, RunState.SUCCEEDED, None)


def test_old_queue_tasks_are_deleted_whatever_their_status():
    def task(days_ago, status):
        result = perform_run.enqueue(1)
        rows = DBTaskResult.objects.filter(id=result.id)
        rows.update(status=status, enqueued_at=NOW - timedelta(days=days_ago))
        return rows.get().pk

    # A worker that was killed leaves its task as RUNNING.
    for status in ("SUCCESSFUL", "FAILED", "RUNNING", "READY"):
        task(31, status)
    kept = {task(29, "SUCCESSFUL"), task(0, "READY")}
    assert prune()[0].pruned == 0  # tasks and counts are not runs
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) == kept


def test_expired_counts_of_refused_credentials_are_deleted(monkeypatch):
    monkeypatch.setattr(pruning, "RUNS_A_BATCH", 2)
    for second in range(5):
        RefusedCredentials.add("192.0.2.1", NOW - timedelta(seconds=second))
    ahead = NOW + timedelta(seconds=1)
    RefusedCredentials.add("192.0.2.1", ahead)
    assert prune()[0].pruned == 0  # tasks and counts are not runs
    assert list(RefusedCredentials.objects.values_list("window_end", flat=True)) == [ahead]


@pytest.fixture
def edits(monkeypatch):
    """Return the ages in days of the logged edits, in the audit log and in the admin's own."""
    monkeypatch.setattr(pruning, "RUNS_A_BATCH", 2)
    teresa = User.objects.create_user("teresa")
    student = make.student()
    LogEntry.objects.all().delete()
    for days in (0, 729, 731, 732, 733, 800, 3000):
        when = NOW - timedelta(days=days)
        entry = LogEntry.objects.log_create(student, action=LogEntry.Action.ACCESS, force_log=True)
        LogEntry.objects.filter(pk=entry.pk).update(timestamp=when)
        (own,) = AdminLogEntry.objects.log_actions(teresa.pk, [student], CHANGE)
        AdminLogEntry.objects.filter(pk=own.pk).update(action_time=when)

    def edits():
        return [
            sorted((NOW - when).days for when in rows)
            for rows in (
                LogEntry.objects.values_list("timestamp", flat=True),
                AdminLogEntry.objects.values_list("action_time", flat=True),
            )
        ]

    return edits


def test_edits_are_deleted_after_two_years(edits):
    assert prune()[0].pruned == 0  # edits are not runs
    assert edits() == [[0, 729]] * 2


def test_retention_of_edits_is_a_setting(edits, settings):
    settings.AUDIT_LOG_RETENTION_DAYS = 732
    prune()
    assert edits() == [[0, 729, 731, 732]] * 2
    settings.AUDIT_LOG_RETENTION_DAYS = 0
    prune()
    assert edits() == [[0, 729, 731, 732]] * 2


def test_closed_incidents_and_imports_are_kept_as_long_as_runs(settings):
    settings.JOB_LOG_RETENTION_DAYS = 10

    def ago(days):
        return NOW - timedelta(days=days)

    for since, over in ((40, 11), (40, 9), (40, None)):
        over_at = None if over is None else ago(over)
        Incident.objects.create(kind="late", job="weekly", since=ago(since), over_at=over_at)
    for name, days, imported in (("old", 11, 11), ("new", 9, 9), ("left", 11, None)):
        imported_at = None if imported is None else ago(imported)
        TimetableUpload.objects.create(
            file_name=name, content=b"", created_at=ago(days), imported_at=imported_at
        )
    assert prune()[0].pruned == 0  # incidents and imports are not runs
    assert set(Incident.objects.values_list("over_at", flat=True)) == {None, ago(9)}
    assert list(TimetableUpload.objects.values_list("file_name", flat=True)) == ["new"]


def test_expired_sessions_are_deleted():
    for key, expires in (("old", NOW - timedelta(seconds=1)), ("open", NOW + timedelta(days=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    prune()
    assert [session.session_key for session in Session.objects.all()] == ["open"]
