"""The middleware and the redirects of `URL_PREFIX`."""

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import override_script_prefix
from django.urls import get_resolver

from classtracker.admin_site import to_existing_page
from classtracker.env.urls import OWN_PATHS
from classtracker.middleware import UrlPrefixMiddleware

pytestmark = pytest.mark.one_database(name="sqlite")

PREFIX = "/studio"
INDEX = f"{PREFIX}/admin/"


@pytest.fixture
def prefixed(settings):
    settings.URL_PREFIX = settings.FORCE_SCRIPT_NAME = PREFIX
    with override_script_prefix(f"{PREFIX}/"):
        yield settings


@pytest.mark.parametrize(
    ("passed_on", "path_info"),
    [
        ("/studio/admin/", "/admin/"),
        ("/admin/", "/admin/"),
        ("/studio/", "/"),
        ("/studio", "/"),
        ("/", "/"),
        ("/studios/", "/studios/"),
        ("/studio//evil.example/", "//evil.example/"),
        ("/studio/studio/", "/studio/"),
        ("/studio/calendar/%C3%A9.ics", "/calendar/é.ics"),
    ],
)
def test_middleware_removes_the_prefix_once(prefixed, passed_on, path_info):
    request = RequestFactory().get(passed_on)
    UrlPrefixMiddleware(lambda request: HttpResponse())(request)
    assert (request.path_info, request.path) == (path_info, PREFIX + path_info)


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("/studio/admin/calendar/?view=day", "/studio/admin/calendar/?view=day"),
        ("/studio/nothing/", INDEX),
        ("/studio", INDEX),
        # Pages of the other site, even if one of this product has the same path.
        ("/admin/calendar/", INDEX),
        ("/other/", INDEX),
        ("/studios/admin/", INDEX),
    ],
)
def test_redirect_outside_the_prefix_leads_to_the_index(prefixed, location, expected):
    response = to_existing_page(HttpResponse(headers={"Location": location}), INDEX)
    assert response["Location"] == expected


@pytest.mark.django_db
def test_login_and_language_redirect_below_the_prefix(prefixed, client):
    user = User.objects.create_superuser("teresa", password="secret")
    form = {"username": "teresa", "password": "secret"}
    for target, expected in ((f"{INDEX}calendar/", f"{INDEX}calendar/"), ("/admin/", INDEX)):
        assert client.post("/admin/login/", form | {"next": target})["Location"] == expected
        client.force_login(user)
        answer = client.post("/language/", {"language": "es", "next": target})
        assert answer["Location"] == expected
    assert client.get("/")["Location"] == INDEX


def test_reserved_names_are_the_root_paths_of_the_product():
    routes = [str(pattern.pattern).lstrip("^") for pattern in get_resolver().url_patterns]
    first_parts = {route.partition("/")[0] for route in routes}
    assert first_parts - {""} | {"static"} == OWN_PATHS
