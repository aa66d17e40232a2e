"""The API on gunicorn, called by curl as a remote cron service does."""

import http.client
import json

import pytest
from django.contrib.auth.models import User
from django.db import connection
from knox.models import get_token_model

from scheduling.db.advisory_locks import CALENDAR_LOCK
from scheduling.models import JobRun, ScheduledClass
from scheduling.tests.factories import schedule, slot
from scheduling.tests.jobs.waiting import is_calendar_lock_awaited, wait_until
from scheduling.tests.support.curl import Call, curl
from scheduling.tests.support.servers.gunicorn import serving

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database(name="postgresql"),
]

SECRET = "a-secret-of-sixteen-or-more"
CRON = "/api/cron/generate-lessons"
WEEKLY = "/api/class-tracking/generate-weekly-classes"


@pytest.fixture(scope="module")
def server(django_db_setup, django_db_blocker):
    # As in production, where other addresses redirect plain HTTP.
    environment = {"CRON_SECRET": SECRET, "SECURE_SSL_REDIRECT": "true"}
    with django_db_blocker.unblock(), serving(**environment) as started:
        yield started


@pytest.fixture
def token():
    return get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]


def scalar(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.postgresql
def test_overlapping_calls_are_200_and_202_and_create_each_class_once(server):
    for weekday in (1, 3, 5):
        slot(weekday=weekday)
    # While this lock is held, the first call waits in its first chunk.
    scalar(f"SELECT pg_advisory_lock({CALENDAR_LOCK})")
    try:
        first = Call(server.url + CRON, token=SECRET)
        wait_until(is_calendar_lock_awaited)
        second = curl(server.url + CRON, "-X", "POST", token=SECRET)
    finally:
        scalar(f"SELECT pg_advisory_unlock({CALENDAR_LOCK})")
    first = first.answer()
    run = JobRun.objects.get(job="horizon")
    assert second.status == 202
    assert second.json["status"] == "already_running"
    assert (second.json["success"], second.json["lessonsGenerated"]) == (True, 0)
    assert first.status == 200
    assert first.json["runId"] == second.json["runId"] == run.pk
    assert first.json["lessonsGenerated"] == ScheduledClass.objects.count() == 36
    assert first.json["data"]["lessonsGenerated"] == 36
    duplicates = "SELECT count(*) - count(DISTINCT (recurring_slot_id, week)) FROM classes"
    assert scalar(duplicates) == 0
    assert first.headers["cache-control"] == second.headers["cache-control"] == "no-store"
    third = curl(server.url + CRON, token=SECRET)
    assert (third.status, third.json["lessonsGenerated"]) == (200, 0)


def test_wrong_secret_is_401_with_www_authenticate(server):
    for given in ("", "wrong", SECRET + "x", SECRET[:-1], "ñandú", "a b"):
        answer = curl(server.url + CRON, token=given)
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="class-tracker"'
        assert answer.json["success"] is False
    by_query = curl(f"{server.url}{CRON}?secret={SECRET}&token={SECRET}&CRON_SECRET={SECRET}")
    assert by_query.status == 401
    assert not JobRun.objects.exists()


def test_unset_secret_is_503():
    slot()
    with serving(CRON_SECRET="") as server:
        for given in ("", "Bearer", "anything"):
            answer = curl(server.url + CRON, token=given)
            assert answer.status == 503
            assert answer.json["error"] == "cron_secret_unset"
            assert "CRON_SECRET" in answer.json["message"]
            assert int(answer.headers["retry-after"]) > 0
            assert curl(server.url + WEEKLY, "-X", "POST", token=given).status == 503
    assert not JobRun.objects.exists()


def test_head_is_405_and_generates_nothing(server):
    slot()
    answer = curl(server.url + CRON, "--head", token=SECRET)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"
    assert not JobRun.objects.exists()


@pytest.mark.parametrize("options", [(), ("-H", "Transfer-Encoding: chunked"), ("-H", "Expect:")])
@pytest.mark.parametrize("credential", ["secret", "none"])
def test_body_of_ten_megabytes_is_413(server, tmp_path, options, credential):
    body = tmp_path / "body.json"
    body.write_bytes(b'{"date": "' + b"x" * 10_000_000 + b'"}')
    sent = ("-X", "POST", "-H", "Content-Type: application/json", "--data-binary", f"@{body}")
    for _attempt in range(5):
        answer = curl(
            server.url + WEEKLY, *sent, *options, token=SECRET if credential == "secret" else ""
        )
        assert answer.status == 413
        assert answer.json["error"] == "too_large"
        assert answer.headers["x-request-id"]
    assert not JobRun.objects.exists()


def test_client_that_reads_after_sending_ten_megabytes_gets_413(server):
    host = server.url.removeprefix("http://")
    for _attempt in range(5):
        connection = http.client.HTTPConnection(host, timeout=30)
        connection.request("POST", WEEKLY, b"x" * 10_000_000, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 413


def test_chunked_body_is_read(server):
    schedule()
    sent = (
        "-X",
        "POST",
        "-H",
        "Content-Type: application/json",
        "-H",
        "Transfer-Encoding: chunked",
    )
    dry = curl(server.url + WEEKLY, *sent, "-d", '{"dryRun": true}', token=SECRET)
    assert (dry.status, dry.json["totalClassesCreated"], dry.json["runId"]) == (200, 1, None)
    assert not ScheduledClass.objects.exists()
    wrong = curl(server.url + WEEKLY, *sent, "-d", '{"dryrun": true}', token=SECRET)
    assert (wrong.status, wrong.json["message"]) == (400, "dryrun: Unknown field.")


def test_weekly_response_has_documented_keys_in_order(server, token):
    schedule()
    sent = ("-X", "POST", "-H", "Content-Type: application/json")
    answer = curl(server.url + WEEKLY + "/", *sent, "-d", "{}", token=token)
    assert answer.status == 200
    assert list(answer.json) == [
        "success",
        "message",
        "weekStart",
        "weekEnd",
        "totalClassesCreated",
        "studentsProcessed",
        "runId",
        "results",
    ]
    assert answer.json["message"] == "Weekly generation completed: 1 class created"


def test_no_address_redirects_with_or_without_slash(server, token):
    schema = curl(f"{server.url}/api/schema", token=token).json
    for path in schema["paths"]:
        plain = server.url + path.replace("{", "").replace("}", "")
        statuses = {curl(plain + slash, token=token).status for slash in ("", "/")}
        assert len(statuses) == 1, path
        assert statuses.isdisjoint(range(300, 400)), path


def test_log_has_json_lines_with_request_id_and_run_id(server):
    slot()
    answer = curl(server.url + CRON, "-H", "X-Request-Id: from-the-proxy-7", token=SECRET)
    assert answer.headers["x-request-id"] == "from-the-proxy-7"
    lines = [json.loads(line) for line in server.lines()]  # including gunicorn's
    ours = [line for line in lines if line.get("requestId") == "from-the-proxy-7"]
    horizon, prune = (line for line in ours if line["logger"] == "scheduling.jobs")
    assert horizon["runId"] == answer.json["runId"] < prune["runId"]
    assert (horizon["job"], horizon["state"], prune["job"]) == ("horizon", "succeeded", "prune")
    assert horizon["classesCreated"] == 12
    assert horizon["durationSeconds"] > 0
    assert horizon["queries"] > 0
