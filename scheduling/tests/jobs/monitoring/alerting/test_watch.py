"""The watch: it marks crashed runs and notifies each incident and its end once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from scheduling.jobs.execution.runner import run
from scheduling.jobs.monitoring.alerting.incidents import current_incidents
from scheduling.jobs.notifications import http_post
from scheduling.models import Incident, IncidentKind, Job, JobRun, RunState, Trigger
from scheduling.tests.jobs.helpers import request, run_options
from scheduling.tests.support.servers.http_listener import listening

pytestmark = pytest.mark.django_db
# A Wednesday: the horizon was due at two, the weekly job on Monday at six.
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _mailboxes(settings):
    settings.ALERT_EMAILS = ["teresa@example.org", "tom@example.org"]


@pytest.fixture
def webhook(settings):
    with listening() as listener:
        settings.ALERT_WEBHOOK_URL = f"{listener.url}/hook"
        yield listener


def store_run(job, state, started_at, **values):
    values = {"finished_at": started_at + timedelta(minutes=1)} | values
    return JobRun.objects.create(
        job=job, state=state, trigger=Trigger.CRON, started_at=started_at, **values
    )


def store_current_runs(now=NOW):
    """Store a current run of both jobs, so that no job is late at any hour."""
    for job in (Job.WEEKLY, Job.HORIZON):
        store_run(job, RunState.SUCCEEDED, now - timedelta(minutes=1), finished_at=now)


def watch(now=NOW):
    return run(request(Job.WATCH, now.date()), run_options(now))


def test_watch_without_incident_sends_nothing():
    store_current_runs()
    result = watch()
    assert (result.state, result.incidents, mail.outbox) == (RunState.SUCCEEDED, 0, [])


def test_late_job_is_notified_once_and_its_end_once():
    store_run(Job.WEEKLY, RunState.SUCCEEDED, NOW - timedelta(days=9))
    store_run(Job.HORIZON, RunState.SUCCEEDED, NOW - timedelta(hours=3))
    assert [watch().incidents, watch().incidents] == [1, 1]
    message, second = mail.outbox
    assert (message.to, second.to) == (["teresa@example.org"], ["tom@example.org"])
    assert message.subject == "Class Tracker: This week's lessons: late"
    assert "It was due on 16 November 2026 06:00 and has not run since." in message.body
    store_run(Job.WEEKLY, RunState.SUCCEEDED, NOW)
    assert watch(NOW + timedelta(minutes=15)).incidents == 0
    watch(NOW + timedelta(minutes=30))
    assert len(mail.outbox) == 4
    assert mail.outbox[2].subject == "Class Tracker: This week's lessons: no longer late"
    incident = Incident.objects.get()
    assert incident.over_at == NOW + timedelta(minutes=15)


def test_recurring_incident_is_notified_again():
    store_current_runs()
    for number, state in enumerate([RunState.FAILED, RunState.SUCCEEDED, RunState.FAILED]):
        store_run(Job.HORIZON, state, NOW, error="disk full")
        watch(NOW + timedelta(minutes=15 * number))
    assert [message.subject.rpartition(": ")[2] for message in mail.outbox[::2]] == [
        "failed",
        "no longer failed",
        "failed",
    ]
    assert "disk full" in mail.outbox[0].body


def test_watch_marks_run_without_process_as_crashed():
    now = timezone.now()
    store_current_runs(now)
    last_beat = now - timedelta(minutes=5)
    dead = JobRun.objects.create(
        job=Job.HORIZON,
        state=RunState.RUNNING,
        trigger=Trigger.CRON,
        started_at=last_beat,
        heartbeat=last_beat,
        host="elsewhere",
    )
    watch(now)
    dead.refresh_from_db()
    assert dead.state == RunState.CRASHED
    assert [incident.kind for incident in Incident.objects.all()] == [IncidentKind.CRASHED]


def test_long_live_run_is_stuck_and_not_crashed():
    now = timezone.now()
    store_current_runs(now)
    slow = JobRun.objects.create(
        job=Job.HORIZON,
        state=RunState.RUNNING,
        trigger=Trigger.CRON,
        started_at=now - timedelta(hours=3),
        heartbeat=now,
        host="elsewhere",
    )
    assert [incident.kind for incident in current_incidents(now)] == [IncidentKind.STUCK]
    watch(now)
    slow.refresh_from_db()
    assert slow.state == RunState.RUNNING


def test_failed_email_is_retried_and_does_not_delay_webhook(monkeypatch, webhook):
    store_current_runs()
    store_run(Job.WEEKLY, RunState.FAILED, NOW)

    def refuse(self):
        raise OSError("no route to host")

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "open", refuse)
        assert watch().state == RunState.SUCCEEDED
    assert (len(mail.outbox), len(webhook.received)) == (0, 1)
    watch(NOW + timedelta(minutes=15))
    assert (len(mail.outbox), len(webhook.received)) == (2, 1)


def test_webhook_receives_incident(webhook):
    store_current_runs()
    failed = store_run(Job.WEEKLY, RunState.FAILED, NOW, error="disk full")
    watch()
    body = webhook.json()
    assert {name: body[name] for name in ("event", "kind", "job", "overAt")} == {
        "event": "begin",
        "kind": "failed",
        "job": "weekly",
        "overAt": None,
    }
    assert f"run {failed.pk}" in body["text"]


@pytest.mark.parametrize("silent", [False, True], ids=["refuses", "hangs"])
def test_failing_webhook_fails_no_run_and_is_retried(webhook, monkeypatch, silent):
    monkeypatch.setattr(http_post, "SECONDS", 0.2)
    webhook.status, webhook.silent = 500, silent
    store_current_runs()
    store_run(Job.WEEKLY, RunState.CRASHED, NOW)
    assert watch().state == RunState.SUCCEEDED
    assert len(webhook.received) == 1
    assert Incident.objects.get().told_begin == ["email"]
    watch()
    assert len(webhook.received) == 2


def test_incident_over_before_delivery_is_not_notified(monkeypatch, webhook):
    webhook.status = 500
    store_current_runs()
    store_run(Job.WEEKLY, RunState.FAILED, NOW)
    watch()
    store_run(Job.WEEKLY, RunState.SUCCEEDED, NOW)
    webhook.status = 200
    watch()
    assert [body for _path, body in webhook.received if '"end"' in body] == []
    assert len(mail.outbox) == 4


def test_alert_is_in_studio_language(settings):
    settings.LANGUAGE_CODE = "es"
    store_current_runs()
    store_run(Job.WEEKLY, RunState.FAILED, NOW)
    watch()
    assert mail.outbox[0].subject.startswith("Class Tracker: Clases de esta semana")
