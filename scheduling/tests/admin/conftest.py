"""Fixtures of the tests of the admin."""

from functools import partial

import pytest

from scheduling.tests.support import login


@pytest.fixture
def log_in(client):
    """Submit the login form; return the answer."""
    return partial(login.log_in, client)
