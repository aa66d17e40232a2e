"""Fixtures of the tests of schedule changes: a logged-in owner and a slot."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from scheduling.selectors.studio import studio_today
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import dates, horizon

from .helpers import day


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("teresa"))
    return client


@pytest.fixture
def slot():
    """Create a slot on tomorrow's weekday with its classes of twelve weeks."""
    today = studio_today()
    row = make.slot(make.teacher("Marta"), make.student("Ana Ruiz"), weekday=day(1).isoweekday())
    horizon(today)
    assert len(dates()) == 12
    return row
