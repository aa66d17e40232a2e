"""Every page of the admin: axe and the policy have nothing to object to, wide, narrow and dark."""

import pytest

from scheduling.tests.browser import pages
from scheduling.tests.browser.axe import assert_accessible, assert_fits
from scheduling.tests.browser.conftest import DESKTOP, HEIGHT, PHONE, watch_of
from scheduling.tests.browser.populated import populate

# Until the new colours are drawn: with little motion a transition is short, and yet one, and what
# inherits its colour begins one of its own.
DRAWN = """
async () => {
    for (let still = 0; still < 3; still += 1) {
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        const running = document.getAnimations().filter(one => one instanceof CSSTransition);
        if (running.length) {
            still = 0;
            await Promise.allSettled(running.map(one => one.finished));
        }
    }
}
"""


def look(page, url):
    """In light on a desk, then, without loading it again, in the dark and on a phone.

    Answers the faults and does not stop at the first: a look takes a while.
    """
    show(page, DESKTOP, "light")
    page.goto(url)
    faults = [*seen(assert_accessible, page), *seen(assert_fits, page)]
    show(page, DESKTOP, "dark")
    faults += seen(assert_accessible, page, rules=["color-contrast", "link-in-text-block"])
    show(page, PHONE, "dark")
    return [*faults, *seen(assert_accessible, page), *seen(assert_fits, page)]


def show(page, width, scheme):
    page.set_viewport_size({"width": width, "height": HEIGHT[width]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(DRAWN)


def seen(check, *args, **options):
    try:
        check(*args, **options)
    except AssertionError as error:
        yield str(error)


@pytest.mark.parametrize("model", pages.models(), ids=lambda model: model._meta.label_lower)
def test_the_pages_of_a_table(owner_page, owner, model):
    populate(owner)
    faults = [fault for one in pages.of_table(model, owner) for fault in look(owner_page, one.url)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", pages.names())
def test_a_page_that_is_no_tables(owner_page, owner, name):
    populate(owner)
    faults = look(owner_page, pages.page(name).url)
    assert not faults, "\n".join(faults)


def test_the_page_of_the_application(owner_page):
    faults = look(owner_page, "/admin/scheduling/")
    assert not faults, "\n".join(faults)


def test_the_pages_of_a_visitor(page, owner_page):
    faults = look(page, "/admin/login/")
    assert not faults, "\n".join(faults)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    assert_accessible(page)
    owner_page.goto("/admin/")
    owner_page.get_by_role("button", name="Log out").click()
    owner_page.get_by_role("heading", name="Logged out").wait_for()
    assert_accessible(owner_page)


@pytest.mark.parametrize(
    ("url", "status"), [("/admin/nowhere/", 404), ("/admin/scheduling/jobrun/add/", 403)]
)
def test_a_refusal(owner_page, url, status):
    watch_of(owner_page).expect(f"status {status}")
    faults = look(owner_page, url)
    assert not faults, "\n".join(faults)
