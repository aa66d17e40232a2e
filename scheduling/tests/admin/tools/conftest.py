"""Fixtures of the tests of the tools."""

import pytest

from scheduling.services.roles import SCHEDULER
from scheduling.tests.support.roles import account


@pytest.fixture
def browser(client):
    """A client in which a scheduler is logged in."""
    client.force_login(account(SCHEDULER))
    return client
