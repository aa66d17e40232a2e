"""A new SECRET_KEY with the former one in SECRET_KEY_FALLBACKS closes nothing."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from scheduling.models import CalendarFeed
from scheduling.services.calendar_feeds import token_of
from scheduling.tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
PREVIEW = "/admin/background-jobs/horizon/preview/"
NEW_KEY = "the-new-key-" + "y" * 50
TOKEN = re.compile(r"[0-9a-f]{64}")


def path_of(feed):
    return reverse("calendar-feed", kwargs={"token": token_of(feed)})


@pytest.fixture
def before(client):
    """Values signed with the former key, as a browser, a calendar and a program keep them."""
    User.objects.create_superuser("teresa", password="correct horse")
    login = {"username": "teresa", "password": "correct horse", "next": "/admin/"}
    assert client.post("/admin/login/", login).status_code == 302
    for _number in range(2):
        make.student()
    make.slot()
    page = client.get(PREVIEW).content.decode()
    return {
        "feed": path_of(CalendarFeed.objects.create()),
        "plan": dict(re.findall(r'name="(plan|counts)" value="([^"]+)"', page)),
        "next": client.get("/api/students?pageSize=1").json()["next"],
        "user": str(User.objects.get().pk),
    }


@pytest.fixture
def rotate(settings):
    def rotate(*, fallback):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if fallback else []
        settings.SECRET_KEY = NEW_KEY

    return rotate


def add_token(client, user):
    """Add an API token in the admin; its text is in a message that the next page shows."""
    address = reverse("admin:knox_authtoken_add")
    page = client.get(address).content.decode()
    values = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert client.post(address, values | {"user": user}).status_code == 302


def test_session_stays_valid(before, client, rotate):
    rotate(fallback=True)
    assert client.get("/admin/").status_code == 200


def test_session_moves_to_new_key(before, client, rotate, settings):
    rotate(fallback=True)
    client.get("/admin/")
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/admin/").status_code == 200


def test_feed_address_stays_valid(before, rotate):
    rotate(fallback=True)
    assert Client().get(before["feed"]).status_code == 200


def test_feed_has_address_of_new_key(before, rotate):
    rotate(fallback=True)
    address = path_of(CalendarFeed.objects.get())
    assert address != before["feed"]
    assert Client().get(address).status_code == 200


def test_pending_message_is_shown(before, client, rotate):
    add_token(client, before["user"])
    rotate(fallback=True)
    page = client.get(reverse("admin:knox_authtoken_changelist")).content.decode()
    (token,) = TOKEN.findall(page)
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/students", headers=headers).status_code == 200


def test_changed_plan_is_compared_with_preview(before, client, rotate):
    rotate(fallback=True)
    make.slot()
    page = unescape(client.post(PREVIEW, before["plan"]).content.decode())
    assert "create: 12 → 24" in page


def test_preview_can_be_applied(before, client, rotate):
    rotate(fallback=True)
    assert client.post(PREVIEW, before["plan"]).status_code == 302


def test_cursor_of_api_stays_valid(before, client, rotate):
    rotate(fallback=True)
    address = urlsplit(before["next"])
    answer = client.get(f"{address.path}?{address.query}")
    assert answer.status_code == 200
    assert len(answer.json()["results"]) == 1


def test_without_fallback_signed_values_are_refused(before, client, rotate):
    """Shows that the other tests depend on the fallback."""
    add_token(client, before["user"])
    rotate(fallback=False)
    assert client.get("/admin/").status_code == 302
    assert Client().get(before["feed"]).status_code == 404
    client.force_login(User.objects.get())
    address = urlsplit(before["next"])
    assert client.get(f"{address.path}?{address.query}").status_code == 400
    make.slot()
    page = unescape(client.post(PREVIEW, before["plan"]).content.decode())
    assert "create: 12 → 24" not in page
    page = client.get(reverse("admin:knox_authtoken_changelist")).content.decode()
    assert not TOKEN.findall(page)
