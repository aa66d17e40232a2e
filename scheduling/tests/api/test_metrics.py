"""/metrics: read from the run rows at each scrape, for administrators and the local machine."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from knox.models import get_token_model
from prometheus_client.parser import text_string_to_metric_families

from scheduling.jobs.notifications.outbox import queue_alert
from scheduling.models import Incident, Job, JobRun, Message
from scheduling.tests.factories import lesson, slot

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def add_run(job, state="succeeded", classes=0, seconds=2, age=60, **values):
    end = timezone.now() - timedelta(seconds=age)
    return JobRun.objects.create(
        job=job,
        trigger="cron",
        state=state,
        classes_created=classes,
        started_at=end - timedelta(seconds=seconds),
        finished_at=None if state == "running" else end,
        **values,
    )


def scrape(client, path="/metrics", **extra):
    """Return all samples as a dict: name and labels → value."""
    answer = client.get(path, **extra)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_metrics_have_runs_classes_and_last_success(client):
    add_run(Job.HORIZON, classes=7, age=900)
    last = add_run(Job.HORIZON, classes=5, seconds=3)
    add_run(Job.HORIZON, state="failed", classes=1, age=1)
    add_run(Job.WEEKLY, classes=2)
    found = scrape(client)
    assert found["classtracker_job_runs", "horizon", "succeeded"] == 2
    assert found["classtracker_job_runs", "failed", "horizon"] == 1
    assert found["classtracker_job_classes_created", "horizon"] == 13
    assert found["classtracker_job_classes_created", "weekly"] == 2
    stamp = found["classtracker_job_last_success_timestamp_seconds", "horizon"]
    assert stamp == pytest.approx(last.finished_at.timestamp())
    assert found["classtracker_job_last_success_duration_seconds", "horizon"] == 3
    assert ("classtracker_job_last_success_timestamp_seconds", "prune") not in found


def test_metrics_have_active_and_overdue_runs(client):
    add_run(Job.HORIZON, age=3 * 86_400)
    silent = timezone.now() - timedelta(seconds=20)
    add_run(Job.HORIZON, state="running", heartbeat=silent, host="elsewhere", process="1@1")
    found = scrape(client)
    assert found["classtracker_job_active_runs", "horizon"] == 1
    assert found["classtracker_job_active_runs", "weekly"] == 0
    assert 19 < found["classtracker_job_heartbeat_age_seconds", "horizon"] < 40
    assert found["classtracker_job_overdue", "horizon"] == 1
    assert found["classtracker_job_overdue", "weekly"] == 0
    assert found["classtracker_stuck_runs",] == 0


def test_number_of_classes_is_an_estimate(client):
    lesson()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE classes")
    assert scrape(client)["classtracker_classes_approx",] >= 1


def test_empty_database_has_metrics(client):
    assert scrape(client)["classtracker_job_active_runs", "weekly"] == 0


def test_query_count_is_limited_in_large_studio(client, django_assert_max_num_queries):
    for _number in range(40):
        add_run(Job.HORIZON)
        lesson()
    with django_assert_max_num_queries(26):
        scrape(client)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
def test_local_machine_needs_no_credential(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    for address in ("127.0.0.1", "127.8.8.8", "::1"):
        scrape(client, path, REMOTE_ADDR=address)
    assert client.head(path).status_code == 200


@pytest.mark.parametrize(
    "extra",
    [
        ELSEWHERE,
        {"REMOTE_ADDR": ""},  # a Unix socket: the caller is unknown
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_X_REAL_IP": "203.0.113.9"},
    ],
    ids=str,
)
def test_remote_caller_and_proxy_need_credential(client, extra):
    answer = client.get("/metrics", **extra)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"]
    assert answer.json()["error"] == "not_authenticated"


def test_metrics_have_waiting_and_blocked_mail(client):
    now = timezone.now()
    queue_alert("teresa@example.org", "Subject", "Text", now, now + timedelta(hours=1))
    found = scrape(client)
    assert found["classtracker_messages", "alert", "waiting"] == 1
    assert found["classtracker_mail_blocked",] == 0
    Message.objects.update(blocked_since=now)
    assert scrape(client)["classtracker_mail_blocked",] == 1


def test_metrics_have_backlog(client):
    rival = slot(minutes=90)
    slot(rival.teacher)
    slot()
    Incident.objects.create(kind="missing", job=Job.HORIZON, since=timezone.now())
    add_run(Job.MISSING, state="queued", heartbeat=timezone.now())
    Message.objects.create(
        state="refused",
        next_try=timezone.now(),
        created_at=timezone.now(),
        expires_at=timezone.now(),
    )
    found = scrape(client)
    assert found["classtracker_missing_classes", "horizon"] > 20
    assert found["classtracker_missing_classes", "weekly"] == 0
    assert found["classtracker_conflicts",] > 10
    assert found["classtracker_messages_undelivered",] == 1
    assert found["classtracker_queued_runs",] == 1
    assert found["classtracker_open_incidents", "horizon", "missing"] == 1


def test_only_token_of_administrator_is_accepted(client):
    def status(user):
        token = get_token_model().objects.create(user)[1]
        return client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {token}", **ELSEWHERE).status_code

    assert status(User.objects.create_superuser("teresa")) == 200
    assert status(User.objects.create_user("pablo", is_staff=True)) == 403
    assert status(User.objects.create_user("ana")) == 403
