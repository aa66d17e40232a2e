"""/healthz and /readyz: for anyone, by GET and HEAD, with and without a slash."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from scheduling.api.views import health
from scheduling.models import Job, JobRun

pytestmark = pytest.mark.one_database(name="postgresql")

PATHS = ("/healthz", "/healthz/", "/readyz", "/readyz/", "/healthz/jobs", "/healthz/jobs/")


def finished(job, age):
    """A whole run of ``job`` that went well so long ago."""
    then = timezone.now() - age
    return JobRun.objects.create(
        job=job, trigger="cron", state="succeeded", started_at=then, finished_at=then
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("bearer", ["", "garbage"])
def test_all_is_well_and_no_credential_is_asked_for(client, path, bearer):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {bearer}"} if bearer else {}
    answer = client.get(path, **headers)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer["Cache-Control"] == "no-store"
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_plain_http_is_answered_where_it_is(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_other_methods_are_405(client):
    for path in PATHS:
        assert client.post(path).status_code == 405


def test_alive_asks_nothing_of_the_database(client):
    # Without the mark django_db any query is a failure of the test.
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_says_what_it_looked_at(client):
    checks = {"database": "ok", "migrations": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "checks": checks}


def unready(client, **headers):
    answer = client.get("/readyz", **headers)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    found = answer.json()
    assert (found["success"], found["error"], found["status"]) == (
        False,
        "not_ready",
        "unavailable",
    )
    assert client.head("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    return found


@pytest.mark.django_db
def test_a_database_out_of_reach(client):
    with patch.object(connection, "cursor", side_effect=OperationalError("password of ana")):
        found = unready(client)
    assert found["checks"] == {"database": "can't be reached"}
    assert found["message"] == "Not ready: database."
    assert "ana" not in str(found)


@pytest.mark.django_db
def test_a_migration_that_is_not_applied(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'scheduling' AND name ="
            " (SELECT max(name) FROM django_migrations WHERE app = 'scheduling')"
        )
    found = unready(client)
    assert found["checks"]["database"] == "ok"
    assert "not applied" in found["checks"]["migrations"]


def unhealthy(client, **headers):
    answer = client.get("/healthz/jobs", **headers)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    found = answer.json()
    assert (found["success"], found["error"]) == (False, "jobs_need_attention")
    assert client.head("/healthz/jobs").status_code == 503
    # The endpoint that heals it must stay within reach.
    assert client.get("/readyz").status_code == 200
    return found


@pytest.mark.django_db
def test_late_job_is_an_incident_and_the_server_stays_ready(client):
    for job in (Job.WEEKLY, Job.WATCH, Job.PRUNE):
        finished(job, timedelta(minutes=1))
    finished(Job.HORIZON, timedelta(days=3))
    (incident,) = unhealthy(client)["incidents"]
    assert (incident["kind"], incident["job"], incident["runId"]) == ("late", "horizon", None)
    finished(Job.HORIZON, timedelta(minutes=1))
    assert client.get("/healthz/jobs").json() == {"status": "ok", "incidents": []}


@pytest.mark.django_db
def test_stalled_run_is_an_incident_without_its_error(client):
    run = JobRun.objects.create(
        job=Job.MISSING,
        trigger="api",
        state="running",
        heartbeat=timezone.now() - timedelta(minutes=5),
        host="elsewhere",
        process="1@1",
    )
    found = unhealthy(client)
    stalled = {"kind": "stuck", "job": "missing", "jobName": "Missing classes", "state": "stalled"}
    assert stalled.items() <= next(one for one in found["incidents"] if one["runId"]).items()
    assert run.pk in [one["runId"] for one in found["incidents"]]


@pytest.mark.django_db
def test_failed_run_is_named_without_the_names_in_its_error(client):
    run = finished(Job.WEEKLY, timedelta(minutes=1))
    JobRun.objects.filter(pk=run.pk).update(state="failed", error="Ana Pérez")
    found = unhealthy(client)
    assert "This week's lessons: failed" in found["message"]
    assert "Ana" not in str(found)


@pytest.mark.django_db
def test_it_asks_little(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        assert set(health.examine().values()) == {"ok"}


@pytest.mark.django_db
def test_incidents_are_named_in_the_readers_language(client):
    finished(Job.HORIZON, timedelta(days=9))
    for language, text in (("en", "Needs attention: "), ("es", "Requiere atención: ")):
        found = unhealthy(client, headers={"accept-language": language})
        assert found["message"].startswith(text)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_health_is_answered_whatever_the_host_header_says(client, path):
    for host in ("10.0.0.7:8000", "evil.example", "_", ""):
        assert client.get(path, HTTP_HOST=host).status_code != 400


@pytest.mark.django_db
def test_other_addresses_refuse_an_unknown_host(client, settings):
    settings.ALLOWED_HOSTS = ["classes.example.org"]
    assert client.get("/admin/login/", HTTP_HOST="evil.example").status_code == 400
    assert client.get("/healthz", HTTP_HOST="evil.example").status_code == 200
