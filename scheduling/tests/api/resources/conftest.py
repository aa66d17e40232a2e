"""Callers of the API: each with their own credentials and permissions."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from rest_framework.test import APIClient

from . import helpers


class Client(APIClient):
    """Sends JSON."""

    default_format = "json"


@pytest.fixture
def api(db: None) -> APIClient:
    """A superuser by cookie."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def staff(db: None) -> Callable[..., APIClient]:
    """`staff("view_teacher")`: somebody of the staff with these permissions, by cookie."""

    def make(*codenames: str, is_staff: bool = True) -> APIClient:
        user = User.objects.create_user(f"user{User.objects.count()}", is_staff=is_staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock at the edge stands five past midnight of Monday 5 January 2026."""
    monkeypatch.setattr(timezone, "now", lambda: helpers.NOW)
