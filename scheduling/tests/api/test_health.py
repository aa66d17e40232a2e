"""/healthz, /readyz and /healthz/jobs: open to anyone, with and without a slash."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from classtracker import __version__
from scheduling.api.views import health
from scheduling.models import Job, JobRun

pytestmark = pytest.mark.one_database(name="sqlite")

PATHS = ("/healthz", "/healthz/", "/readyz", "/readyz/", "/healthz/jobs", "/healthz/jobs/")


def add_finished_run(job, age):
    """Create a full run of ``job`` that succeeded ``age`` ago."""
    then = timezone.now() - age
    return JobRun.objects.create(
        job=job, trigger="cron", state="succeeded", started_at=then, finished_at=then
    )


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("bearer", ["", "garbage"])
def test_health_is_200_with_or_without_credential(client, path, bearer):
    headers = {"HTTP_AUTHORIZATION": f"Bearer {bearer}"} if bearer else {}
    answer = client.get(path, **headers)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer["Cache-Control"] == "no-store"
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_plain_http_is_not_redirected(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_other_methods_are_405(client):
    for path in PATHS:
        assert client.post(path).status_code == 405


def test_healthz_makes_no_query(client):
    # Without the mark django_db any query fails the test.
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok", "version": __version__}


@pytest.mark.django_db
def test_readyz_lists_its_checks(client):
    checks = {"database": "ok", "migrations": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "checks": checks}


def get_unready(client, **headers):
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
def test_unreachable_database_is_503(client):
    with patch.object(connection, "cursor", side_effect=OperationalError("password of ana")):
        found = get_unready(client)
    assert found["checks"] == {"database": "can't be reached"}
    assert found["message"] == "Not ready: database."
    assert "ana" not in str(found)


@pytest.mark.django_db
def test_unapplied_migration_is_503(client):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'scheduling' AND name ="
            " (SELECT max(name) FROM django_migrations WHERE app = 'scheduling')"
        )
    found = get_unready(client)
    assert found["checks"]["database"] == "ok"
    assert "not applied" in found["checks"]["migrations"]


def get_unhealthy(client, **headers):
    answer = client.get("/healthz/jobs", **headers)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    found = answer.json()
    assert (found["success"], found["error"]) == (False, "jobs_need_attention")
    assert client.head("/healthz/jobs").status_code == 503
    # The server that can run the jobs must stay ready.
    assert client.get("/readyz").status_code == 200
    return found


@pytest.mark.django_db
def test_late_job_is_an_incident_and_the_server_stays_ready(client):
    for job in (Job.WEEKLY, Job.WATCH, Job.PRUNE):
        add_finished_run(job, timedelta(minutes=1))
    add_finished_run(Job.HORIZON, timedelta(days=3))
    (incident,) = get_unhealthy(client)["incidents"]
    assert (incident["kind"], incident["job"], incident["runId"]) == ("late", "horizon", None)
    add_finished_run(Job.HORIZON, timedelta(minutes=1))
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
    found = get_unhealthy(client)
    stalled = {"kind": "stuck", "job": "missing", "jobName": "Missing classes", "state": "stalled"}
    assert stalled.items() <= next(i for i in found["incidents"] if i["runId"]).items()
    assert run.pk in [incident["runId"] for incident in found["incidents"]]


@pytest.mark.django_db
def test_failed_run_is_named_without_the_names_in_its_error(client):
    run = add_finished_run(Job.WEEKLY, timedelta(minutes=1))
    JobRun.objects.filter(pk=run.pk).update(state="failed", error="Ana Pérez")
    found = get_unhealthy(client)
    assert "This week's lessons: failed" in found["message"]
    assert "Ana" not in str(found)


@pytest.mark.django_db
def test_readyz_makes_few_queries(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        assert set(health.examine().values()) == {"ok"}


@pytest.mark.django_db
def test_incidents_are_named_in_the_readers_language(client):
    add_finished_run(Job.HORIZON, timedelta(days=9))
    for language, text in (("en", "Needs attention: "), ("es", "Requiere atención: ")):
        found = get_unhealthy(client, headers={"accept-language": language})
        assert found["message"].startswith(text)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_health_accepts_any_host_header(client, path):
    for host in ("10.0.0.7:8000", "evil.example", "_", ""):
        assert client.get(path, HTTP_HOST=host).status_code != 400


@pytest.mark.django_db
def test_unknown_host_is_refused_elsewhere(client, settings):
    settings.ALLOWED_HOSTS = ["classes.example.org"]
    assert client.get("/admin/login/", HTTP_HOST="evil.example").status_code == 400
    assert client.get("/healthz", HTTP_HOST="evil.example").status_code == 200
