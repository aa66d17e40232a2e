"""Browser fixtures: `page`, `owner_page`, `page_as(…)`, `open_page(…)`.

A real Chromium uses a real gunicorn on the database of the test. Errors of the console, of the
network and of the Content-Security-Policy fail the test at its end. A test names the errors that it
causes on purpose: `watch_of(page).expect("status 404")`.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from scheduling.tests.browser.harness import chromium
from scheduling.tests.browser.harness.contexts import Contexts
from scheduling.tests.browser.harness.watch import Watch
from scheduling.tests.support.plugin import skip_or_fail
from scheduling.tests.support.roles import account
from scheduling.tests.support.servers.gunicorn import Server, serving

DESKTOP, PHONE = 1280, 390
HEIGHT = {DESKTOP: 900, PHONE: 844}


class OpenPage(Protocol):
    def __call__(
        self,
        user: User | None = None,
        *,
        width: int = DESKTOP,
        dark: bool = False,
        locale: str = "en",
        zone: str = "UTC",
        **options: Any,
    ) -> Page: ...


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium_browser(django_db_setup: None) -> Iterator[Browser]:
    """Start one browser for this folder. Without Chromium tests are skipped; with CI they fail."""
    try:
        chromium.path()
    except chromium.NoBrowser as error:
        skip_or_fail(str(error))
    # Playwright runs an event loop in this thread. Django treats that as async code with its own
    # connections, so the connections from before and after must be closed.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = chromium.launch(playwright)
        yield browser
        browser.close()
        connections.close_all()


@pytest.fixture(scope="package")
def server(chromium_browser: Browser, django_db_blocker: Any) -> Iterator[Server]:
    """Start gunicorn on the database of the tests."""
    with django_db_blocker.unblock():
        app = "scheduling.tests.browser.harness.server"
        with serving(app=app, workers=1, threads=4) as started:
            yield started


@pytest.fixture(scope="package")
def contexts(chromium_browser: Browser, server: Server) -> Iterator[Contexts]:
    pool = Contexts(chromium_browser, server.url)
    yield pool
    pool.close()


@pytest.fixture
def open_page(transactional_db: None, contexts: Contexts) -> Iterator[OpenPage]:
    """Return `open_page(user, width=390, dark=True, locale="es", zone="Europe/Madrid")`.

    It opens a page in a new context, like another person on another machine.
    """
    opened: list[Any] = []

    def new(
        user: User | None = None,
        *,
        width: int = DESKTOP,
        dark: bool = False,
        locale: str = "en",
        zone: str = "UTC",
        **options: Any,
    ) -> Page:
        context = contexts.take(
            viewport={"width": width, "height": HEIGHT.get(width, 900)},
            color_scheme="dark" if dark else "light",
            locale=locale,
            timezone_id=zone,
            # Animations would delay tests and give checks an intermediate state.
            reduced_motion="reduce",
            **options,
        )
        opened.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, contexts.url)])
        return context.new_page()

    yield new
    for context in opened:
        contexts.give_back(context)
    for context in opened:
        context.watch.check()


def session_cookie(user: User, url: str) -> Any:
    client = Client()
    client.force_login(user)
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}


def watch_of(page: Page) -> Watch:
    """Return the errors of this page's context."""
    return page.context.watch  # type: ignore[attr-defined]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Open a page without a login."""
    return open_page()


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_superuser("teresa", "teresa@example.org")


@pytest.fixture
def owner_page(open_page: OpenPage, owner: User) -> Page:
    """Open a page of a superuser."""
    return open_page(owner)


@pytest.fixture
def page_as(open_page: OpenPage) -> Callable[..., Page]:
    """Return `page_as("Scheduler", width=390)`, which opens a page of a user with that role."""

    def new(role: str, **options: Any) -> Page:
        return open_page(account(role), **options)

    return new
