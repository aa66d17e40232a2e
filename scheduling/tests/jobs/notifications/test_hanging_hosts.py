"""Mail servers, webhooks and watchmen that hang: real sockets, and runs that end all the same."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from scheduling.jobs.execution.runner import run
from scheduling.jobs.notifications import http_post, mail_server
from scheduling.models import Incident, Job, JobRun, Message, RunState, Trigger
from scheduling.tests.jobs.helpers import conduct, request
from scheduling.tests.support.hanging_server import dawdling

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
# Says nothing at all; or a byte now and then, so that no step ever takes too long.
WAYS = pytest.mark.parametrize("byte", [b"", b"2"], ids=["silent", "a byte at a time"])
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def incident(monkeypatch):
    for module in (mail_server, http_post):
        monkeypatch.setattr(module, "SECONDS", 0.5)
    begun = NOW - timedelta(hours=3)
    for job, state in ((Job.WEEKLY, RunState.FAILED), (Job.HORIZON, RunState.SUCCEEDED)):
        JobRun.objects.create(
            job=job, state=state, trigger=Trigger.CRON, started_at=begun, finished_at=begun
        )


def watch(trigger=Trigger.COMMAND):
    return run(request(Job.WATCH, NOW.date(), trigger=trigger), conduct(NOW))


@WAYS
def test_a_mail_server_that_hangs_fails_no_run_and_is_tried_again(settings, byte):
    settings.ALERT_EMAILS = ["teresa@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 2
    with dawdling(byte) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        assert watch().state == RunState.SUCCEEDED
    assert Message.objects.get().state == "waiting"
    settings.EMAIL_BACKEND = LOCMEM
    watch()
    assert [message.to for message in mail.outbox] == [["teresa@example.org"]]


@WAYS
def test_a_webhook_that_hangs_fails_no_run_and_the_mail_goes_out(settings, byte):
    settings.ALERT_EMAILS = ["teresa@example.org"]
    with dawdling(byte) as port:
        settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{port}/hook"
        assert watch().state == RunState.SUCCEEDED
    assert Incident.objects.get().told_begin == ["email"]
    assert len(mail.outbox) == 1


@WAYS
def test_no_host_is_waited_for_beyond_the_limit(byte):
    with dawdling(byte) as port:
        begun = time.monotonic()
        assert not http_post.call(f"http://127.0.0.1:{port}/ping", "the watchman")
        # Ten times the limit: only a call that would not end takes that long.
        assert time.monotonic() - begun < 10 * http_post.SECONDS
