"""The credentials, permissions and methods of the resources."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from scheduling.tests import factories as make

from .helpers import ok, refused

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

# Address and model.
LISTS = {
    "teachers": "teacher",
    "students": "student",
    "guardians": "guardian",
    "recurring-slots": "recurringslot",
    "closures": "closure",
    "classes": "scheduledclass",
}
ROWS: dict[str, Callable[[], Any]] = {
    "teachers": make.teacher,
    "students": make.student,
    "guardians": make.guardian,
    "recurring-slots": make.slot,
    "closures": lambda: make.closure("Day", make.MONDAY),
    "classes": make.lesson,
}
CHANGES = ("post", "patch", "put", "delete")


@pytest.mark.parametrize("name", LISTS)
def test_missing_credential_is_401(name: str) -> None:
    client = APIClient()
    for address in (f"/api/{name}", f"/api/{name}/", f"/api/{name}/1", f"/api/{name}/1/"):
        for method in ("get", *CHANGES):
            answer = getattr(client, method)(address)
            refused(answer, 401, "not_authenticated")
            assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", [*LISTS, "conflicts", "openings", "plan"])
def test_cron_secret_is_refused(name: str, settings: Any) -> None:
    settings.CRON_SECRET = "s3cret"
    client = APIClient()
    refused(
        client.get(f"/api/{name}", HTTP_AUTHORIZATION="Bearer s3cret"), 401, "authentication_failed"
    )
    settings.CRON_SECRET, settings.DEBUG = "", True
    refused(client.get(f"/api/{name}"), 401, "not_authenticated")


@pytest.mark.parametrize("name", LISTS)
def test_token_is_accepted_until_it_expires(name: str) -> None:
    user = User.objects.create_superuser("root")
    _row, token = AuthToken.objects.create(user)
    _row, old = AuthToken.objects.create(user, expiry=timedelta(seconds=-1))
    client = APIClient()

    ok(client.get(f"/api/{name}", HTTP_AUTHORIZATION=f"Bearer {token}"))
    answer = client.get(f"/api/{name}", HTTP_AUTHORIZATION=f"Bearer {old}")
    refused(answer, 401, "authentication_failed")


@pytest.mark.parametrize("name", LISTS)
def test_each_action_needs_its_permission(name: str, staff: Callable[..., APIClient]) -> None:
    row, model = ROWS[name](), LISTS[name]
    row_url = f"/api/{name}/{row.pk}"
    actions: dict[str, tuple[str, str]] = {
        "view": ("get", row_url),
        "add": ("post", f"/api/{name}"),
        "change": ("patch", row_url),
    }
    if name in ("closures", "classes", "guardians"):
        actions["delete"] = ("delete", row_url)
    for action, (method, address) in actions.items():
        without = staff(*(f"{other}_{model}" for other in actions if other != action))
        refused(getattr(without, method)(address, {}), 403, "permission_denied")
        not_staff = staff(f"{action}_{model}", is_staff=False)
        refused(getattr(not_staff, method)(address, {}), 403, "permission_denied")
        allowed = getattr(staff(f"{action}_{model}"), method)(address, {})
        assert allowed.status_code in (200, 204, 400), allowed.content


@pytest.mark.parametrize("name", LISTS)
def test_unsupported_method_is_405(name: str, staff: Callable[..., APIClient]) -> None:
    row = ROWS[name]()
    caller = staff(f"view_{LISTS[name]}")
    row_url = f"/api/{name}/{row.pk}"
    refused(caller.put(row_url, {}), 405, "method_not_allowed")
    refused(caller.post(row_url, {}), 405, "method_not_allowed")
    for method in ("put", "patch", "delete"):
        refused(getattr(caller, method)(f"/api/{name}"), 405, "method_not_allowed")
    if name not in ("closures", "classes", "guardians"):
        refused(caller.delete(row_url), 405, "method_not_allowed")


@pytest.mark.parametrize("name", LISTS)
def test_unknown_row_is_404(name: str, api: APIClient) -> None:
    for pk in ("0", "999", "9" * 18, "9" * 19, "x", "-1", "1.0"):
        refused(api.get(f"/api/{name}/{pk}"), 404, "not_found")
    refused(api.patch(f"/api/{name}/999", {}), 404, "not_found")


@pytest.mark.parametrize("name", [*LISTS, "conflicts", "plan"])
def test_trailing_slash_is_optional(name: str, api: APIClient) -> None:
    for address in (f"/api/{name}", f"/api/{name}/"):
        ok(api.get(address))
        head = api.head(address)
        assert (head.status_code, head.content) == (200, b"")


def test_change_by_session_needs_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))

    answer = client.post("/api/teachers", {"name": "x"}, content_type="application/json")

    refused(answer, 403, "permission_denied", "CSRF")


@pytest.mark.parametrize("name", LISTS)
def test_body_that_is_not_json_is_400(name: str, api: APIClient) -> None:
    answer = api.post(f"/api/{name}", "name=x", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
