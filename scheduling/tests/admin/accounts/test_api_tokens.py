"""The page of API tokens: name, account, scope, expiry; revoking; and what expires soon."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from auditlog.models import LogEntry
from django.urls import reverse
from knox.models import AuthToken

from scheduling.models import ApiTokenDetails, TokenScope
from scheduling.services.roles import OWNER, SCHEDULER
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIST = "/admin/knox/authtoken/"
ADD = "/admin/knox/authtoken/add/"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def owner():
    return account(OWNER)


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


def token(user, days=365, **details):
    expiry = None if days is None else timedelta(days=days)
    row, _text = AuthToken.objects.create(user, expiry=expiry)
    if details:
        ApiTokenDetails.objects.create(token=row, **details)
    return row


def cells(answer, name):
    """Return the texts of a column of the list."""
    found = re.findall(rf'class="field-{name}[^"]*">(.*?)</t[dh]>', answer.content.decode())
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]


def test_list_shows_name_account_scope_and_expiry(browser, owner):
    token(owner, name="Prometheus", scope=TokenScope.METRICS)
    answer = browser.get(LIST)
    assert cells(answer, "name") == ["Prometheus"]
    assert cells(answer, "account") == ["owner"]
    assert cells(answer, "scope") == ["read /metrics only"]
    assert cells(answer, "created_at") == ["Mon 5 Jan 2026, 12:00"]
    assert cells(answer, "expires") == ["Tue 5 Jan 2027, 12:00"]


def test_token_without_details_has_full_scope(browser, owner):
    token(owner, days=None)
    answer = browser.get(LIST)
    assert cells(answer, "name") == ["–"]
    assert cells(answer, "scope") == ["everything that the account may do"]
    assert cells(answer, "expires") == ["never"]


def test_list_is_translated(browser, owner):
    token(owner, days=3, name="Prometheus", scope=TokenScope.METRICS)
    answer = browser.get(LIST, headers={"Accept-Language": "es"})
    assert cells(answer, "scope") == ["solo leer /metrics"]
    assert cells(answer, "expires")[0].endswith("pronto")


def test_expiring_tokens_are_marked_and_linked_from_home(browser, owner):
    for days in (None, 365, 15, 13, -1):
        token(owner, days, name=str(days))
    page = browser.get("/admin/").content.decode()
    (link,) = re.findall(
        '<a href="([^"]+)">2 API tokens expire within 14 days, or have expired.</a>', page
    )
    answer = browser.get(link)
    assert cells(answer, "name") == ["-1", "13", "15", "365", "None"]
    ends = [text.rpartition(" ")[2] for text in cells(answer, "expires")]
    assert ends == ["expired", "soon", "12:00", "12:00", "never"]


def test_new_token_expires_in_year_by_default(browser, owner):
    form = browser.get(ADD).context["adminform"].form
    assert form["expiry"].value() == NOW + timedelta(days=365)
    values = {"user": owner.pk, "name": "Prometheus", "scope": "metrics"}
    values |= {"expiry_0": "2026-03-01", "expiry_1": "10:00", "expiry": "2026-03-01T10:00"}
    page = browser.post(ADD, values, follow=True).content.decode()
    row = AuthToken.objects.get()
    assert (row.details.name, row.details.scope) == ("Prometheus", "metrics")
    assert row.expiry == datetime(2026, 3, 1, 10, tzinfo=UTC)
    (text,) = re.findall("[0-9a-f]{64}", page)
    headers = {"Authorization": f"Bearer {text}"}
    assert browser.get("/api/students", headers=headers).status_code == 403


@pytest.mark.parametrize(("name", "scope"), [("x" * 61, "all"), ("x", "everything")])
def test_invalid_name_or_scope_is_refused(browser, owner, name, scope):
    assert browser.post(ADD, {"user": owner.pk, "name": name, "scope": scope}).status_code == 200
    assert not AuthToken.objects.exists()


def test_creation_and_revocation_are_logged_with_author(browser, owner):
    browser.post(ADD, {"user": owner.pk, "name": "Prometheus", "scope": "metrics"})
    row = AuthToken.objects.get()
    page = reverse("admin:knox_authtoken_delete", args=[row.token_key])
    assert browser.post(page, {"post": "yes"}).status_code == 302
    assert not AuthToken.objects.exists()
    entries = LogEntry.objects.get_for_model(ApiTokenDetails).order_by("id")
    assert [(one.get_action_display(), one.actor) for one in entries] == [
        ("create", owner),
        ("delete", owner),
    ]
    log = browser.get("/admin/auditlog/logentry/").content.decode()
    assert f"Prometheus · owner · {row.token_key}…" in log
    assert row.digest not in log


@pytest.mark.parametrize(("days", "is_shown"), [(13, True), (-1, True), (15, False), (None, False)])
def test_home_lists_tokens_expiring_within_14_days(browser, owner, days, is_shown):
    token(owner, days)
    sentence = "1 API token expires within 14 days, or has expired."
    assert (sentence in browser.get("/admin/").content.decode()) == is_shown


def test_home_hides_tokens_without_permission(client, owner):
    token(owner, 3)
    client.force_login(account(SCHEDULER))
    assert "API token" not in client.get("/admin/").content.decode()
