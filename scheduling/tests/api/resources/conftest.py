"""Callers of the API with their credentials and permissions, and the time."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from rest_framework.test import APIClient

from . import helpers


class Client(APIClient):
    """A client that sends JSON."""

    default_format = "json"


@pytest.fixture
def api(db: None) -> APIClient:
    """Return a client with the session of a superuser."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def staff(db: None) -> Callable[..., APIClient]:
    """Return `staff("view_teacher")`, which logs in a user with these permissions."""

    def make(*codenames: str, is_staff: bool = True) -> APIClient:
        user = User.objects.create_user(f"user{User.objects.count()}", is_staff=is_staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the time to five past midnight on Monday 5 January 2026."""
    monkeypatch.setattr(timezone, "now", lambda: helpers.NOW)
