"""Fixtures of the calendar's tests: a logged-in user and a fixed time."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from scheduling.tests.support.roles import account

NOW = datetime(2026, 1, 5, 0, 5, tzinfo=UTC)
WEEK = {"start": "2026-01-05", "end": "2026-01-12"}
CALENDAR = "/admin/calendar/"


class Reader:
    """A logged-in user of the calendar."""

    def __init__(self, user):
        self.client = Client()
        self.client.force_login(user)

    def get(self, path="", **query):
        return self.client.get(CALENDAR + path, query)

    def feed(self, path="events/", **query):
        answer = self.get(path, **(WEEK | query))
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    def post(self, path, **data):
        """Send a form as the calendar's script does."""
        headers = {"X-Requested-With": "XMLHttpRequest"}
        return self.client.post(CALENDAR + path, data, headers=headers)


@pytest.fixture(autouse=True)
def fixed_time(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def owner(db):
    return Reader(account("Owner"))


@pytest.fixture
def reader_as(db):
    """Return a function that logs in a user with a role and, for a teacher, a teacher's row."""
    return lambda role, teacher=None: Reader(account(role, f"a-{role}".lower(), teacher))
