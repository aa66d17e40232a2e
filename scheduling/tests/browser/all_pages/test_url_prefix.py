"""The product below a path of another site (`URL_PREFIX`), in a browser."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.browser.harness import pages
from scheduling.tests.browser.harness.contexts import Contexts
from scheduling.tests.browser.harness.sample_studio import populate
from scheduling.tests.support.servers.gunicorn import Server, serving
from scheduling.tests.support.servers.path_proxy import OTHER_COOKIES, proxying

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.one_database(name="sqlite"),
    pytest.mark.soak,
]

PREFIX = "/studio"


@pytest.fixture(scope="module")
def studio_server(chromium_browser: Browser, django_db_blocker: Any) -> Iterator[Server]:
    app = "scheduling.tests.browser.harness.server"
    with (
        django_db_blocker.unblock(),
        serving(app=app, workers=1, threads=4, URL_PREFIX=PREFIX) as started,
    ):
        yield started


@pytest.fixture(
    params=[
        pytest.param(False, id="prefix kept"),
        pytest.param(True, id="prefix removed"),
    ]
)
def site(studio_server: Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of a host whose proxy passes the prefix on, or removes it."""
    with proxying(studio_server.url, PREFIX, removed=request.param) as url:
        yield url


@pytest.fixture
def owner() -> User:
    # The server is another process, with production's hashers.
    password = make_password("correct-horse", hasher="pbkdf2_sha256")
    return User.objects.create(
        username="teresa", password=password, is_staff=True, is_superuser=True
    )


@pytest.fixture
def visitor(chromium_browser: Browser, site: str) -> Iterator[Page]:
    """Return a page with the cookies of the other site. All requests must be below the prefix."""
    contexts = Contexts(chromium_browser, site)
    context = contexts.take(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/")
    context.watch.begin()  # the other site has no icon
    requested: list[str] = []
    page.on("request", lambda request: requested.append(urlsplit(request.url).path))
    yield page
    context.watch.check()
    contexts.close()
    assert requested
    assert [path for path in requested if not path.startswith(f"{PREFIX}/")] == []


def log_in(page: Page) -> None:
    page.goto(f"{PREFIX}/")
    page.get_by_label("Username").fill("teresa")
    page.get_by_label("Password").fill("correct-horse")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"**{PREFIX}/admin/")


def test_requests_of_common_tasks_are_below_the_prefix(
    visitor: Page, owner: User, workers: Any
) -> None:
    page = visitor
    make.slot(make.teacher("Marta Gil"), make.student("Ana Ruiz"))
    log_in(page)

    page.goto(f"{PREFIX}/admin/background-jobs/")
    page.get_by_role("button", name="Generate Lessons Now").first.click()
    created = page.get_by_text(re.compile("12 (lessons|classes) (were )?created")).first
    expect(created).to_be_visible(timeout=30_000)
    assert ScheduledClass.objects.count() == 12

    page.get_by_role("link", name="Calendar", exact=True).first.click()
    event = page.locator("#calendar a.ct-event", has_text="Ana Ruiz").first
    expect(event).to_be_visible()
    event.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Ana Ruiz").first).to_be_visible()
    page.keyboard.press("Escape")

    page.goto(f"{PREFIX}/admin/scheduling/recurringslot/add/")
    page.locator(".field-student .select2-selection").click()
    page.locator(".select2-search__field").fill("Ana")
    page.locator(".select2-results__option", has_text="Ana Ruiz").click()

    page.goto(f"{PREFIX}/admin/scheduling/calendarfeed/add/")
    page.get_by_label("The whole studio").check()
    page.get_by_role("button", name="Save", exact=True).click()
    # A message of the session: the other site's cookie of that name stays as it is.
    expect(page.locator(".messagelist .success")).to_be_visible()
    address = page.locator("a.ct-address").get_attribute("href") or ""
    assert address.startswith(page.url.partition("/admin/")[0] + "/calendar/")
    feed = page.request.get(address)
    assert (feed.status, feed.text().count("BEGIN:VEVENT")) == (200, 12)

    page.goto(f"{PREFIX}/api/docs")
    expect(page.get_by_text("/api/students").first).to_be_visible()

    page.goto(f"{PREFIX}/admin/")
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert urlsplit(page.url).path == f"{PREFIX}/admin/"

    cookies: dict[str, Any] = {}
    for cookie in page.context.cookies():
        cookies[cookie["name"]] = (cookie["path"], cookie["value"] == "other")
    others = dict.fromkeys(OTHER_COOKIES, ("/", True))
    names = ("sessionid_studio", "csrftoken_studio", "django_language_studio")
    assert cookies == others | dict.fromkeys(names, (PREFIX, False))


@pytest.mark.parametrize("site", [False], ids=["prefix kept"], indirect=True)
def test_links_and_requests_of_all_pages_are_below_the_prefix(visitor: Page, owner: User) -> None:
    populate(owner)
    log_in(visitor)
    urls = [pages.page_named(name).url for name in pages.names()]
    for model in pages.models():
        urls += [address.url for address in pages.pages_of_model(model, owner)]
    assert len(urls) > 50
    for url in urls:
        visitor.goto(PREFIX + url)
        found = visitor.locator("a[href^='/'], form[action^='/']").evaluate_all(
            "all => all.map(item => item.getAttribute('href') || item.getAttribute('action'))"
        )
        assert [link for link in found if not link.startswith(f"{PREFIX}/")] == [], url
