"""Redirects of the login and of the choice of a language end on pages that exist."""

import pytest
from django.contrib.auth.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

INDEX = "/admin/"


def log_in(client, target):
    """Log in with ``next`` and return the address of the redirect."""
    client.logout()
    answer = client.post(
        f"/admin/login/?next={target}", {"username": "teresa", "password": "secret", "next": target}
    )
    return answer["Location"]


@pytest.fixture
def teresa():
    return User.objects.create_superuser("teresa", password="secret")


def test_login_redirects_to_next(client, teresa):
    for page in ("/admin/calendar/", "/admin/scheduling/student/?q=ana"):
        assert log_in(client, page) == page


@pytest.mark.parametrize(
    "target", ["/nothing/", "/admin/nothing/", "//evil.example/", "https://evil.example"]
)
def test_login_with_invalid_next_redirects_to_home_page(client, teresa, target):
    assert log_in(client, target) == INDEX
    assert client.get(INDEX).status_code == 200


def test_choice_of_language_redirects_to_existing_page(client, teresa):
    client.force_login(teresa)
    for target, expected in (("/admin/calendar/", "/admin/calendar/"), ("/nothing/", INDEX)):
        answer = client.post("/language/", {"language": "es", "next": target})
        assert (answer.status_code, answer["Location"]) == (302, expected)
