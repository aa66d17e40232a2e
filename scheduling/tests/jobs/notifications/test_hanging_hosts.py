"""Runs beside mail servers, webhooks and ping hosts that hang, over real sockets."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from scheduling.jobs.execution.runner import run
from scheduling.jobs.notifications import http_post, mail_server
from scheduling.models import Incident, Job, JobRun, Message, RunState, Trigger
from scheduling.tests.jobs.helpers import request, run_options
from scheduling.tests.support.servers.hanging_server import hanging_server

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
# The host sends nothing, or a byte at a time, so that no single step times out.
HANGING = pytest.mark.parametrize("byte", [b"", b"2"], ids=["silent", "a byte at a time"])
LOCMEM = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(autouse=True)
def incident(monkeypatch):
    for module in (mail_server, http_post):
        monkeypatch.setattr(module, "SECONDS", 0.5)
    started = NOW - timedelta(hours=3)
    for job, state in ((Job.WEEKLY, RunState.FAILED), (Job.HORIZON, RunState.SUCCEEDED)):
        JobRun.objects.create(
            job=job, state=state, trigger=Trigger.CRON, started_at=started, finished_at=started
        )


def watch(trigger=Trigger.COMMAND):
    return run(request(Job.WATCH, NOW.date(), trigger=trigger), run_options(NOW))


@HANGING
def test_hanging_mail_server_fails_no_run_and_is_retried(settings, byte):
    settings.ALERT_EMAILS = ["teresa@example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 2
    with hanging_server(byte) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        assert watch().state == RunState.SUCCEEDED
    assert Message.objects.get().state == "waiting"
    settings.EMAIL_BACKEND = LOCMEM
    watch()
    assert [message.to for message in mail.outbox] == [["teresa@example.org"]]


@HANGING
def test_hanging_webhook_fails_no_run_and_email_is_sent(settings, byte):
    settings.ALERT_EMAILS = ["teresa@example.org"]
    with hanging_server(byte) as port:
        settings.ALERT_WEBHOOK_URL = f"http://127.0.0.1:{port}/hook"
        assert watch().state == RunState.SUCCEEDED
    assert Incident.objects.get().told_begin == ["email"]
    assert len(mail.outbox) == 1


@HANGING
def test_hanging_host_is_given_up_after_time_limit(byte):
    with hanging_server(byte) as port:
        started = time.monotonic()
        assert not http_post.call(f"http://127.0.0.1:{port}/ping", "the ping host")
        # Ten times the limit: only a call without a limit takes that long.
        assert time.monotonic() - started < 10 * http_post.SECONDS
