"""/healthz and /readyz: for anyone, by GET and HEAD, with and without a slash."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from scheduling.api.views import health
from scheduling.models import Job, JobRun

pytestmark = pytest.mark.one_database(name="postgresql")

PATHS = ("/healthz", "/healthz/", "/readyz", "/readyz/")


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
    checks = {"database": "ok", "migrations": "ok", "runs": "ok"}
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
    assert "runs" not in found["checks"]


@pytest.mark.django_db
def test_a_job_that_is_late(client):
    finished(Job.HORIZON, timedelta(days=3))
    finished(Job.WEEKLY, timedelta(minutes=1))
    found = unready(client)
    assert found["checks"]["runs"] == "late: Lessons for the next 12 weeks"
    finished(Job.HORIZON, timedelta(minutes=1))
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_run_that_shows_no_sign_of_life(client):
    run = JobRun.objects.create(
        job=Job.MISSING,
        trigger="api",
        state="running",
        heartbeat=timezone.now() - timedelta(minutes=5),
        host="elsewhere",
        process="1@1",
    )
    assert unready(client)["checks"]["runs"] == f"stuck: Missing classes #{run.pk}"


@pytest.mark.django_db
def test_it_asks_little(client, django_assert_max_num_queries):
    finished(Job.HORIZON, timedelta(minutes=1))
    with django_assert_max_num_queries(15):
        assert health.examine()["runs"] == "ok"


@pytest.mark.django_db
def test_what_is_not_ready_is_named_in_the_reader_s_language(client):
    finished(Job.HORIZON, timedelta(days=9))
    for language, text in (("en", "Not ready: runs."), ("es", "No está listo: ejecuciones.")):
        answer = client.get("/readyz", headers={"accept-language": language})
        assert (answer.status_code, answer.json()["message"]) == (503, text)
        assert set(answer.json()["checks"]) == {"database", "migrations", "runs"}
