"""Redirects of the login and of the choice of a language end on pages that exist."""

import pytest
from django.contrib.auth.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

INDEX = "/admin/"


def landing(client, target):
    """Where a login with ``next`` leads."""
    client.logout()
    answer = client.post(
        f"/admin/login/?next={target}", {"username": "teresa", "password": "secret", "next": target}
    )
    return answer["Location"]


@pytest.fixture
def teresa():
    return User.objects.create_superuser("teresa", password="secret")


def test_login_leads_to_the_page_that_was_asked_for(client, teresa):
    for page in ("/admin/calendar/", "/admin/scheduling/student/?q=ana"):
        assert landing(client, page) == page


@pytest.mark.parametrize(
    "target", ["/nothing/", "/admin/nothing/", "//evil.example/", "https://evil.example"]
)
def test_login_with_a_bad_next_leads_to_the_home_page(client, teresa, target):
    assert landing(client, target) == INDEX
    assert client.get(INDEX).status_code == 200


def test_choice_of_a_language_leads_to_an_existing_page(client, teresa):
    client.force_login(teresa)
    for target, expected in (("/admin/calendar/", "/admin/calendar/"), ("/nothing/", INDEX)):
        answer = client.post("/language/", {"language": "es", "next": target})
        assert (answer.status_code, answer["Location"]) == (302, expected)
