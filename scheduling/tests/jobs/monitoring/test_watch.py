"""The watch: dead runs are written down, every trouble is told once, and its end once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from scheduling.jobs.execution.runner import run
from scheduling.jobs.monitoring.incidents import current_incidents
from scheduling.jobs.notifications import http_post
from scheduling.models import Incident, IncidentKind, Job, JobRun, RunState, Trigger
from scheduling.tests.jobs.helpers import conduct, request
from scheduling.tests.support.http_listener import listening

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


def ran(job, state, begun, **values):
    values = {"finished_at": begun + timedelta(minutes=1)} | values
    return JobRun.objects.create(
        job=job, state=state, trigger=Trigger.CRON, started_at=begun, **values
    )


def all_is_well(now=NOW):
    """Both jobs have just run: whatever hour it is, nothing that was due since has been missed."""
    for job in (Job.WEEKLY, Job.HORIZON):
        ran(job, RunState.SUCCEEDED, now - timedelta(minutes=1), finished_at=now)


def watch(now=NOW):
    return run(request(Job.WATCH, now.date()), conduct(now))


def test_all_is_well():
    all_is_well()
    result = watch()
    assert (result.state, result.incidents, mail.outbox) == (RunState.SUCCEEDED, 0, [])


def test_a_late_job_is_told_once_and_its_end_once():
    ran(Job.WEEKLY, RunState.SUCCEEDED, NOW - timedelta(days=9))
    ran(Job.HORIZON, RunState.SUCCEEDED, NOW - timedelta(hours=3))
    assert [watch().incidents, watch().incidents] == [1, 1]
    message, second = mail.outbox
    assert (message.to, second.to) == (["teresa@example.org"], ["tom@example.org"])
    assert message.subject == "Class Tracker: This week's lessons: late"
    assert "It was due on 16 November 2026 06:00 UTC and has not run since." in message.body
    ran(Job.WEEKLY, RunState.SUCCEEDED, NOW)
    assert watch(NOW + timedelta(minutes=15)).incidents == 0
    watch(NOW + timedelta(minutes=30))
    assert len(mail.outbox) == 4
    assert mail.outbox[2].subject == "Class Tracker: This week's lessons: no longer late"
    incident = Incident.objects.get()
    assert incident.over_at == NOW + timedelta(minutes=15)


def test_the_same_trouble_again_is_told_again():
    all_is_well()
    for number, state in enumerate([RunState.FAILED, RunState.SUCCEEDED, RunState.FAILED]):
        ran(Job.HORIZON, state, NOW, error="disk full")
        watch(NOW + timedelta(minutes=15 * number))
    assert [message.subject.rpartition(": ")[2] for message in mail.outbox[::2]] == [
        "failed",
        "no longer failed",
        "failed",
    ]
    assert "disk full" in mail.outbox[0].body


def test_a_run_whose_process_is_gone_is_written_down_as_crashed():
    now = timezone.now()
    all_is_well(now)
    silent = now - timedelta(minutes=5)
    dead = JobRun.objects.create(
        job=Job.HORIZON,
        state=RunState.RUNNING,
        trigger=Trigger.CRON,
        started_at=silent,
        heartbeat=silent,
        host="elsewhere",
    )
    watch(now)
    dead.refresh_from_db()
    assert dead.state == RunState.CRASHED
    assert [one.kind for one in Incident.objects.all()] == [IncidentKind.CRASHED]


def test_a_live_run_that_goes_on_for_too_long_is_stuck_and_not_taken_for_dead():
    now = timezone.now()
    all_is_well(now)
    slow = JobRun.objects.create(
        job=Job.HORIZON,
        state=RunState.RUNNING,
        trigger=Trigger.CRON,
        started_at=now - timedelta(hours=3),
        heartbeat=now,
        host="elsewhere",
    )
    assert [one.kind for one in current_incidents(now)] == [IncidentKind.STUCK]
    watch(now)
    slow.refresh_from_db()
    assert slow.state == RunState.RUNNING


def test_a_mailbox_that_fails_is_tried_again_and_the_webhook_does_not_wait(monkeypatch, webhook):
    all_is_well()
    ran(Job.WEEKLY, RunState.FAILED, NOW)

    def refuse(self):
        raise OSError("no route to host")

    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "open", refuse)
        assert watch().state == RunState.SUCCEEDED
    assert (len(mail.outbox), len(webhook.heard)) == (0, 1)
    watch(NOW + timedelta(minutes=15))
    assert (len(mail.outbox), len(webhook.heard)) == (2, 1)


def test_what_a_webhook_gets(webhook):
    all_is_well()
    failed = ran(Job.WEEKLY, RunState.FAILED, NOW, error="disk full")
    watch()
    said = webhook.json()
    assert {name: said[name] for name in ("event", "kind", "job", "overAt")} == {
        "event": "begin",
        "kind": "failed",
        "job": "weekly",
        "overAt": None,
    }
    assert f"run {failed.pk}" in said["text"]


@pytest.mark.parametrize("silent", [False, True], ids=["refuses", "hangs"])
def test_a_webhook_that_hangs_or_refuses_fails_no_run(webhook, monkeypatch, silent):
    monkeypatch.setattr(http_post, "SECONDS", 0.2)
    webhook.status, webhook.silent = 500, silent
    all_is_well()
    ran(Job.WEEKLY, RunState.CRASHED, NOW)
    assert watch().state == RunState.SUCCEEDED
    assert len(webhook.heard) == 1
    assert Incident.objects.get().told_begin == ["email"]
    watch()
    assert len(webhook.heard) == 2


def test_what_was_over_before_anyone_could_be_told_is_not_told(monkeypatch, webhook):
    webhook.status = 500
    all_is_well()
    ran(Job.WEEKLY, RunState.FAILED, NOW)
    watch()
    ran(Job.WEEKLY, RunState.SUCCEEDED, NOW)
    webhook.status = 200
    watch()
    assert [one[1] for one in webhook.heard if '"end"' in one[1]] == []
    assert len(mail.outbox) == 4


def test_in_the_studio_s_language(settings):
    settings.LANGUAGE_CODE = "es"
    all_is_well()
    ran(Job.WEEKLY, RunState.FAILED, NOW)
    watch()
    assert mail.outbox[0].subject.startswith("Class Tracker: Clases de esta semana")
