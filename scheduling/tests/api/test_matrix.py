"""Every endpoint of the URL conf × every kind of credential × every method."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken

from scheduling.api.authentication import (
    ApiTokenAuthentication,
    CookieAuthentication,
    CronSecretAuthentication,
    CronSecretOrUserAuthentication,
    MetricsTokenAuthentication,
)
from scheduling.api.errors import not_found
from scheduling.api.urls import monitoring, urlpatterns
from scheduling.models import ApiTokenDetails, TokenScope
from scheduling.tests.factories import lesson, schedule, slot

# An allowed call may start a run, whose heartbeat has its own connection.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

SECRET = "the-cron-secret"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
# A remote address: on the server's own machine /metrics needs no credential.
ADDRESS = "203.0.113.9"
# The pages that staff sees without any permission: the description of the API.
FOR_STAFF = {"api-schema", "api-docs"}


class Endpoint:
    """An address (1 for each variable), its methods, its authentication classes."""

    def __init__(self, pattern, prefix):
        view = pattern.callback.cls
        route = pattern.pattern.regex.pattern.removeprefix("^").removesuffix("/?$")
        self.name = pattern.name
        self.path = prefix + re.sub(r"\(\?P<\w+>[^)]*\)", "1", route)
        self.methods = {name.upper() for name in view.http_method_names if hasattr(view, name)}
        self.methods -= {"OPTIONS"}
        if "GET" in self.methods and "head" in view.http_method_names:
            self.methods.add("HEAD")
        self.authentication_classes = set(view.authentication_classes)

    def expected(self, credential, method):
        """Return the expected statuses."""
        classes = self.authentication_classes
        if not classes:
            return self.allowed(method)
        if credential == "cron secret":
            accepted = classes & {CronSecretAuthentication, CronSecretOrUserAuthentication}
            return self.allowed(method) if accepted else {401}
        kind, _, person = credential.partition(" of ")
        if kind == "metrics token" and MetricsTokenAuthentication not in classes:
            refused = classes & {ApiTokenAuthentication, CronSecretOrUserAuthentication}
            return {403} if refused else {401}
        if kind == "token" and MetricsTokenAuthentication in classes:
            kind = "metrics token"
        authentication = {
            "token": ApiTokenAuthentication,
            "metrics token": MetricsTokenAuthentication,
            "session": CookieAuthentication,
            "session without CSRF": CookieAuthentication,
        }.get(kind)
        if authentication is None or not classes & {authentication, CronSecretOrUserAuthentication}:
            return {401}
        if kind == "session without CSRF" and method not in SAFE:
            return {403}
        if person == "administrator" or (person == "staff" and self.name in FOR_STAFF):
            return self.allowed(method)
        # A method without a permission may be refused before the permission is checked.
        return {403} if method in self.methods else {403, 405}

    def allowed(self, method):
        """Return the statuses of an allowed call."""
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
    *(f"metrics token of {person}" for person in PEOPLE),
    *(f"session of {person}" for person in PEOPLE),
    "session without CSRF of administrator",
)


@pytest.fixture
def studio(settings):
    settings.CRON_SECRET = SECRET
    settings.API_THROTTLE = settings.API_THROTTLE_FAILED = "1000000/sec"
    lesson(schedule().student)
    slot()


def create_user(name):
    if name == "administrator":
        return User.objects.create_superuser("teresa")
    return User.objects.create_user("pablo", is_staff=name == "staff")


def client_with(credential):
    """Return a client with the credential, and the headers to send."""
    client = Client(enforce_csrf_checks=True, REMOTE_ADDR=ADDRESS)
    kind, _, name = credential.partition(" of ")
    if kind.startswith("session"):
        client.force_login(create_user(name))
        if kind == "session":
            client.cookies["csrftoken"] = "a" * 32
            return client, {"HTTP_X_CSRFTOKEN": "a" * 32}
        return client, {}
    if credential == "nothing":
        return client, {}
    if credential == "garbage":
        bearer = "garbage"
    elif credential == "cron secret":
        bearer = SECRET
    else:
        expiry = timedelta(seconds=-1) if credential == "expired token" else None
        owner = create_user(name or "administrator")
        token, bearer = AuthToken.objects.create(owner, expiry=expiry)
        if kind == "metrics token":
            ApiTokenDetails.objects.create(token=token, scope=TokenScope.METRICS)
    return client, {"HTTP_AUTHORIZATION": f"Bearer {bearer}"}


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_each_credential_allows_its_methods(studio, credential):
    client, headers = client_with(credential)
    wrong = []
    for endpoint in ENDPOINTS:
        for method in METHODS:
            # An unknown field: an allowed call with a body gets 400.
            body = '{"nothingOfThisName": 1}'
            answer = client.generic(method, endpoint.path, body, "application/json", **headers)
            expected = endpoint.expected(credential, method)
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


def test_refusal_of_metrics_token_names_its_scope(studio):
    client, headers = client_with("metrics token of administrator")
    for language, sentence in (
        ("en", "This token may only read /metrics."),
        ("es", "Este token solo permite leer /metrics."),
    ):
        answer = client.get("/api/students", headers={"Accept-Language": language}, **headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "permission_denied")
        assert answer.json()["message"] == sentence


def test_all_endpoints_are_found():
    assert len(ENDPOINTS) > 20
    assert all(endpoint.methods for endpoint in ENDPOINTS)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/teachers/x/y"])
@pytest.mark.parametrize("method", METHODS)
def test_unknown_address_is_404_without_credential(client, path, method):
    client = Client(enforce_csrf_checks=True)
    answer = client.generic(method, path, "{}", "application/json")
    assert answer.status_code == 404
    assert method == "HEAD" or answer.json()["error"] == "not_found"
