"""Every endpoint of the URL conf × every kind of credential × every method."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import get_token_model

from scheduling.api.authentication import (
    ApiTokenAuthentication,
    CookieAuthentication,
    CronSecretAuthentication,
    CronSecretOrUserAuthentication,
)
from scheduling.api.errors import not_found
from scheduling.api.urls import monitoring, urlpatterns
from scheduling.tests.factories import lesson, schedule, slot

# A call that is let in may start a run, whose heart beats on a connection of its own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

SECRET = "the-cron-secret"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
# Not on the server's own machine, where /metrics needs no credential.
ADDRESS = "203.0.113.9"
# What staff sees without any permission: the description of the API.
FOR_STAFF = {"api-schema", "api-docs"}


class Endpoint:
    """An address (1 for each variable), the methods that it knows, the credentials it takes."""

    def __init__(self, pattern, prefix):
        view = pattern.callback.cls
        route = pattern.pattern.regex.pattern.removeprefix("^").removesuffix("/?$")
        self.name = pattern.name
        self.path = prefix + re.sub(r"\(\?P<\w+>[^)]*\)", "1", route)
        self.methods = {name.upper() for name in view.http_method_names if hasattr(view, name)}
        self.methods -= {"OPTIONS"}
        if "GET" in self.methods and "head" in view.http_method_names:
            self.methods.add("HEAD")
        self.ways = set(view.authentication_classes)

    def expected(self, who, method):
        """The statuses of the right class."""
        if not self.ways:
            return self.let_in(method)
        if who == "cron secret":
            known = self.ways & {CronSecretAuthentication, CronSecretOrUserAuthentication}
            return self.let_in(method) if known else {401}
        kind, _, person = who.partition(" of ")
        way = {
            "token": ApiTokenAuthentication,
            "session": CookieAuthentication,
            "session without CSRF": CookieAuthentication,
        }.get(kind)
        if way is None or not self.ways & {way, CronSecretOrUserAuthentication}:
            return {401}
        if kind == "session without CSRF" and method not in SAFE:
            return {403}
        if person == "administrator" or (person == "staff" and self.name in FOR_STAFF):
            return self.let_in(method)
        # Before the permission a method may be refused that no permission is about.
        return {403} if method in self.methods else {403, 405}

    def let_in(self, method):
        """Whatever the endpoint itself says, short of a refusal or a fault."""
        if method not in self.methods:
            return {405}
        # No job has run here.
        late = {503} if self.name == "healthz-jobs" else set()
        return {200, 201, 204, 400, 404, 409} | late


ENDPOINTS = [
    Endpoint(pattern, prefix)
    for patterns, prefix in ((urlpatterns, "/api/"), (monitoring, "/"))
    for pattern in patterns
    if pattern.callback is not not_found
]
PEOPLE = ("nobody special", "staff", "administrator")
CREDENTIALS = (
    "nothing",
    "garbage",
    "cron secret",
    "expired token",
    *(f"token of {person}" for person in PEOPLE),
    *(f"session of {person}" for person in PEOPLE),
    "session without CSRF of administrator",
)


@pytest.fixture
def studio(settings):
    settings.CRON_SECRET = SECRET
    settings.API_THROTTLE = settings.API_THROTTLE_FAILED = "1000000/sec"
    lesson(schedule().student)
    slot()


def person(name):
    if name == "administrator":
        return User.objects.create_superuser("teresa")
    return User.objects.create_user("pablo", is_staff=name == "staff")


def client_with(who):
    """A client that carries the credential, and the headers that it takes along."""
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    kind, _, name = who.partition(" of ")
    if kind.startswith("session"):
        client.force_login(person(name))
        if kind == "session":
            client.cookies["csrftoken"] = "a" * 32
            return client, {"HTTP_X_CSRFTOKEN": "a" * 32}
        return client, {}
    if who == "nothing":
        return client, {}
    if who == "garbage":
        bearer = "garbage"
    elif who == "cron secret":
        bearer = SECRET
    else:
        expiry = timedelta(seconds=-1) if who == "expired token" else None
        owner = person(name or "administrator")
        bearer = get_token_model().objects.create(owner, expiry=expiry)[1]
    return client, {"HTTP_AUTHORIZATION": f"Bearer {bearer}"}


@pytest.mark.parametrize("who", CREDENTIALS)
def test_who_may_do_what(studio, who):
    client, headers = client_with(who)
    wrong = []
    for endpoint in ENDPOINTS:
        for method in METHODS:
            # A field that nothing has: what is let in and takes a body refuses it, by name.
            body = '{"nothingOfThisName": 1}'
            answer = client.generic(method, endpoint.path, body, "application/json", **headers)
            expected = endpoint.expected(who, method)
            if answer.status_code not in expected:
                wrong.append((method, endpoint.path, answer.status_code, expected))
            if answer.status_code == 401:
                assert answer["WWW-Authenticate"] == 'Bearer realm="class-tracker"'
            if answer.status_code == 405:
                assert method not in answer["Allow"].split(", ")
            assert "OPTIONS" not in answer.get("Allow", ""), endpoint.path
            if answer.status_code >= 400 and endpoint.name != "api-docs" and method != "HEAD":
                more = {"status", "incidents"} if answer.status_code == 503 else set()
                assert set(answer.json()) == {"success", "error", "message"} | more
    assert wrong == []


def test_the_conf_is_all_there():
    assert len(ENDPOINTS) > 20
    assert all(endpoint.methods for endpoint in ENDPOINTS)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/teachers/x/y"])
@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_address_is_404_whoever_asks(client, path, method):
    client = Client(enforce_csrf_checks=True)
    answer = client.generic(method, path, "{}", "application/json")
    assert answer.status_code == 404
    assert method == "HEAD" or answer.json()["error"] == "not_found"
