"""The checks of the browser tests find each kind of fault."""

import pytest
from playwright.sync_api import Error

from scheduling.tests.browser.conftest import PHONE, watch_of

from .axe import assert_accessible, assert_fits, violations

pytestmark = pytest.mark.one_database(name="sqlite")

LOGIN = "/admin/login/"


def take_faults(page):
    """Return and forget the faults so far, so that they do not fail the test."""
    watch = watch_of(page)
    faults, watch.faults = watch.faults, []
    return "\n".join(faults)


def test_style_refused_by_policy_is_detected(page):
    page.goto(LOGIN)
    assert take_faults(page) == ""
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    page.wait_for_function("document.querySelector('p[style]')")
    assert "CSP: style-src" in take_faults(page)


def test_script_refused_by_policy_is_detected(page):
    page.goto(LOGIN)
    page.evaluate(
        """const script = document.createElement("script");
        script.text = "window.ran = 1";
        document.body.append(script);"""
    )
    assert page.evaluate("window.ran") is None
    assert "CSP: script-src" in take_faults(page)


def test_request_to_other_host_is_detected(page):
    with pytest.raises(Error):
        page.goto("http://127.0.0.2:9/")
    assert "another host was asked: http://127.0.0.2:9/" in take_faults(page)


def test_script_error_is_detected(page):
    page.goto(LOGIN)
    with page.context.expect_event("weberror"):
        page.evaluate("setTimeout(() => { throw new Error('boom') })")
    assert "script error: boom" in take_faults(page)


def test_unexpected_error_status_fails(page):
    page.goto("/nowhere/")
    with pytest.raises(AssertionError, match=r"status 404: GET .*/nowhere/"):
        watch_of(page).check()
    watch_of(page).expect("status 404: GET .*/nowhere/$")


def test_missing_expected_fault_fails(page):
    page.goto(LOGIN)
    watch_of(page).expect("status 404")
    with pytest.raises(AssertionError, match="did not see"):
        watch_of(page).check()
    watch_of(page).expected.clear()


def test_axe_finds_control_without_a_name(page):
    page.goto(LOGIN)
    page.evaluate("document.querySelector('main').append(document.createElement('select'))")
    assert "select-name" in [violation["id"] for violation in violations(page)]
    with pytest.raises(AssertionError, match="select-name"):
        assert_accessible(page)


def test_axe_finds_every_pale_text_on_each_run(page):
    page.goto(LOGIN)
    page.evaluate(
        """const sheet = new CSSStyleSheet();
        sheet.replaceSync(".pale { color: rgb(150 150 150); background: rgb(160 160 160); }");
        document.adoptedStyleSheets = [sheet];
        document.querySelector("main").insertAdjacentHTML(
            "beforeend", "<p class=pale>one</p><p class=pale>two</p>"
        );"""
    )
    for _ in range(2):
        (pale,) = [
            violation for violation in violations(page) if violation["id"] == "color-contrast"
        ]
        assert len(pale["nodes"]) == 2


@pytest.mark.parametrize(
    ("container", "message"),
    [("body", "the page scrolls sideways"), (".login #container", "cut off")],
)
def test_too_wide_page_is_detected(open_page, container, message):
    page = open_page(width=PHONE)
    page.goto(LOGIN)
    assert_fits(page)
    page.evaluate(
        """container => {
            const wide = document.createElement("p");
            wide.textContent = "wide";
            wide.style.width = "900px";
            document.querySelector(container).append(wide);
        }""",
        container,
    )
    with pytest.raises(AssertionError, match=message):
        assert_fits(page)


def test_only_the_owner_is_logged_in(page, owner_page):
    page.goto("/admin/")
    assert "/admin/login/" in page.url
    owner_page.goto("/admin/")
    assert owner_page.url.endswith("/admin/")


def test_page_has_requested_language_zone_and_colours(open_page):
    page = open_page(locale="es", zone="Europe/Madrid", dark=True)
    page.goto(LOGIN)
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Europe/Madrid"
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") is True
