"""Addresses with values outside the range of any column: 400 or 404, never a server error."""

import re
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db.models import DateField
from django.test import Client

from scheduling.api.urls import monitoring, urlpatterns
from scheduling.tests.admin.pages import QUERIES, VALUES, every_page
from scheduling.tests.test_query_limits import Studio

pytestmark = [pytest.mark.django_db]

ODD_NUMBERS = ("9" * 23, "%00")
ODD_VALUES = ("\x00", "9" * 23, "99999999999", "-1", "1e400", "\ud800", "9999-12-31", "0001-01-01")
# fmt: off
KEYS = [
    "q", "p", "o", "e", "_changelist_filters", "_to_field", "date", "date__year", "date__month",
    "date__gte", "id__exact", "pk__in", "student", "student__id__exact", "teacher",
    "teacher__id__exact", "state", "status", "when", "from", "until", "day", "start", "end",
    "zone", "closure", "run", "job", "outcome", "page", "cursor", "pageSize", "ordering",
    "search", "weekday", "weeks", "plan", "next", "term", "app_label", "model_name",
    "field_name", "ids", "country", "region", "year", "kind", "series", "isActive",
    "timestamp__year",
]
# fmt: on
# The keys in the suite; `make soak` uses all keys and columns (`soak/test_odd_addresses.py`).
FEW_KEYS = ("date__year", "id__exact", "student")


def page_addresses(number: str = "1") -> dict[str, str]:
    """Return the pages of the admin that GET can open, with ``number`` as id."""
    found = {}
    for page in every_page():
        route = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: VALUES.get(match[1], number), page.route)
        if "(" not in route and "logout" not in page.name:
            found[page.name] = f"/admin/{route}"
    return found


def api_addresses(number: str = "1") -> dict[str, str]:
    """Return the addresses of the API, except those that start jobs."""
    named = [(pattern, "/api/") for pattern in urlpatterns if pattern.name]
    named += [(pattern, "/") for pattern in monitoring]
    found = {}
    for pattern, prefix in named:
        route = pattern.pattern.regex.pattern.strip("^$").removesuffix("/?")
        if "cron" not in pattern.name:
            found[pattern.name] = prefix + re.sub(r"\(\?P<\w+>[^)]*\)", number, route)
    return found


def columns(page: str) -> list[str]:
    """Return the lookups that a list or an add form accepts as parameters."""
    app, _, rest = page.partition("_")
    model, _, kind = rest.partition("_")
    if kind not in ("changelist", "add"):
        return []
    fields = apps.get_model(app, model)._meta.get_fields()
    return [name for field in fields for name in (field.name, f"{field.name}__exact")]


@pytest.fixture
def client():
    studio = Studio()
    browser = Client(raise_request_exception=False)
    browser.force_login(studio.owner)
    return browser


def failing(client, addresses):
    """Return the addresses with a server error, except 503 of /healthz/jobs."""
    return [url for url in addresses if client.get(url).status_code not in {*range(500), 503}]


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_odd_numbers_in_paths_are_refused(client, number):
    addresses = [*page_addresses(number).values(), *api_addresses(number).values()]
    assert len(addresses) > 100
    assert failing(client, addresses) == []


def test_large_numbers_in_queries_are_refused(client):
    found = [
        f"{address}?{QUERIES.get(name, '')}&{key}={'9' * 23}"
        for name, address in (page_addresses() | api_addresses()).items()
        for key in FEW_KEYS
    ]
    assert failing(client, found) == []


def test_a_year_that_no_date_has_is_refused_by_every_list(client):
    addresses = [
        f"{page_addresses()[page.name]}?{field.name}__year={year}"
        for page in every_page()
        if page.name.endswith("_changelist")
        for field in apps.get_model(*page.name.split("_")[:2])._meta.get_fields()
        if isinstance(field, DateField)
        for year in (-1, 10_000)
    ]
    assert len(addresses) > 40
    assert failing(client, addresses) == []


def test_related_row_that_is_no_number_is_ignored_in_add_forms(client):
    for address in ("scheduledclass", "recurringslot", "calendarfeed", "lessonsettings"):
        for value in ("1e400", "-1", "\ud800", "x"):
            query = urlencode({"student": value, "teacher": value}, errors="surrogatepass")
            answer = client.get(f"/admin/scheduling/{address}/add/?{query}")
            assert answer.status_code == 200, (address, value)


def test_null_character_is_400_and_large_number_404(client):
    assert client.get("/admin/scheduling/student/?q=%00").status_code == 400
    large = "9" * 23
    assert client.get(f"/admin/scheduling/recurringslot/add/?student={large}").status_code in {
        200,
        404,
    }


def test_address_of_a_visitor_is_no_filter_of_the_audit_log(client):
    for value in ("9" * 23, "127.0.0.1"):
        assert client.get(f"/admin/auditlog/logentry/?remote_addr={value}").status_code == 400


def test_null_character_in_api_query_names_its_field(client):
    answer = client.get("/api/students?search=%00")
    assert answer.status_code == 400
    assert "search" in answer.json()["message"]
