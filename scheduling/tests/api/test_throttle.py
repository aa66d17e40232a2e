"""``API_THROTTLE``: calls of one caller; ``API_THROTTLE_FAILED``: refused credentials."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from knox.models import get_token_model

from scheduling.api.throttles import CallerThrottle
from scheduling.models import RefusedCredentials
from scheduling.tests.factories import EARLY
from scheduling.tests.support.curl import curl
from scheduling.tests.support.servers.gunicorn import serving

CLASSES = "/api/classes"
CRON = "/api/cron/generate-lessons"
WRONG = {"HTTP_AUTHORIZATION": "Bearer wrong"}


class Seconds:
    """A clock that the test sets, in seconds."""

    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds(monkeypatch):
    clock = Seconds()
    monkeypatch.setattr(CallerThrottle, "timer", clock)
    return clock


@pytest.mark.django_db
def test_too_many_calls_are_429_with_retry_after(admin_client, settings, seconds):
    settings.API_THROTTLE = "2/min"
    assert admin_client.get(CLASSES).status_code == 200
    seconds.now += 20
    assert admin_client.get(CLASSES).status_code == 200
    answer = admin_client.get(CLASSES)
    assert (answer.status_code, answer.json()["error"]) == (429, "throttled")
    assert answer["Retry-After"] == "40"
    seconds.now += 39
    assert admin_client.get(CLASSES).status_code == 429
    seconds.now += 1
    assert admin_client.get(CLASSES).status_code == 200


@pytest.mark.django_db
def test_callers_are_counted_separately(admin_client, settings):
    settings.API_THROTTLE = "1/min"
    other = Client()
    other.force_login(User.objects.create_superuser("other"))
    assert admin_client.get(CLASSES).status_code == other.get(CLASSES).status_code == 200
    assert admin_client.get(CLASSES).status_code == other.get(CLASSES).status_code == 429


@pytest.mark.django_db
def test_caller_without_account_is_counted_by_remote_address(client, settings):
    settings.API_THROTTLE, settings.CRON_SECRET = "1/min", "s3cret"
    secret = {"HTTP_AUTHORIZATION": "Bearer s3cret"}
    assert client.get(CRON, HTTP_X_FORWARDED_FOR="192.0.2.1", **secret).status_code == 200
    assert client.get(CRON, HTTP_X_FORWARDED_FOR="192.0.2.2", **secret).status_code == 429
    assert client.get(CRON, REMOTE_ADDR="192.0.2.3", **secret).status_code == 200


@pytest.mark.django_db
def test_clock_set_back_does_not_extend_wait(admin_client, settings):
    settings.API_THROTTLE = "1/min"
    with time_machine.travel(EARLY, tick=False) as clock:
        assert admin_client.get(CLASSES).status_code == 200
        clock.shift(-3600)
        answer = admin_client.get(CLASSES)
        assert answer.status_code == 429
        assert int(answer["Retry-After"]) <= 60


@pytest.mark.one_database(name="sqlite")
@pytest.mark.django_db(transaction=True)
def test_each_process_counts_its_calls():
    token = get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]
    with serving(API_THROTTLE="3/hour", workers=1, threads=1) as server:
        found = [curl(server.url + CLASSES, token=token).status for _call in range(5)]
    assert found == [200] * 3 + [429] * 2
    with serving(API_THROTTLE="3/hour", workers=2, threads=1) as server:
        found = [curl(server.url + CLASSES, token=token).status for _call in range(8)]
    assert 3 <= found.count(200) <= 6
    assert found.count(200) + found.count(429) == 8


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_get_does_not_wait_for_writer_of_sqlite(client):
    token = get_token_model().objects.create(User.objects.create_superuser("teresa"))[1]
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answer = client.get(CLASSES, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code == 200


@pytest.mark.django_db
def test_refused_credentials_are_counted_until_window_ends(client, settings):
    settings.API_THROTTLE_FAILED = "2/min"
    with time_machine.travel(EARLY + timedelta(seconds=20), tick=False) as clock:
        assert [client.get(CLASSES, **WRONG).status_code for _try in range(2)] == [401, 401]
        answer = client.get(CLASSES, **WRONG)
        assert (answer.status_code, answer.json()["error"]) == (429, "throttled")
        assert answer["Retry-After"] == "40"
        other = client.get(CLASSES, REMOTE_ADDR="192.0.2.1", **WRONG)
        assert other.status_code == 401
        clock.shift(40)
        assert client.get(CLASSES, **WRONG).status_code == 401
    assert sorted(RefusedCredentials.objects.values_list("address", "count")) == [
        ("127.0.0.1", 1),
        ("127.0.0.1", 3),
        ("192.0.2.1", 1),
    ]


@pytest.mark.django_db(transaction=True)
def test_all_processes_count_refused_credentials_together():
    limits = {"API_THROTTLE_FAILED": "15/day", "CRON_SECRET": "s3cret"}
    with serving(workers=2, threads=4, **limits) as server, ThreadPoolExecutor(8) as pool:
        urls = [server.url + CLASSES, server.url + CRON] * 15
        found = list(pool.map(lambda url: curl(url, token="wrong"), urls))
    assert sorted(answer.status for answer in found) == [401] * 15 + [429] * 15
    for answer in found:
        assert ("retry-after" in answer.headers) == (answer.status == 429)
    assert RefusedCredentials.objects.get().count == 30
