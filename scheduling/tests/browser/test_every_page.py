"""Every page of the admin: axe and the policy have nothing to object to, wide, narrow and dark."""

import pytest

from . import pages
from .axe import assert_accessible
from .conftest import watch_of
from .looking import assert_good, look
from .populated import populate

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.mark.parametrize("model", pages.models(), ids=lambda model: model._meta.label_lower)
def test_the_pages_of_a_table(owner_page, owner, model):
    populate(owner)
    faults = [fault for one in pages.of_table(model, owner) for fault in look(owner_page, one.url)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", pages.names())
def test_a_page_that_is_no_tables(owner_page, owner, name):
    populate(owner)
    assert_good(owner_page, pages.page(name).url)


def test_the_page_of_the_application(owner_page):
    assert_good(owner_page, "/admin/scheduling/")


def test_the_pages_of_a_visitor(page, owner_page):
    assert_good(page, "/admin/login/")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.locator(".errornote").wait_for()
    assert_accessible(page)
    owner_page.goto("/admin/")
    # The menu of the account holds it.
    owner_page.get_by_role("banner").get_by_text("teresa", exact=True).first.click()
    owner_page.get_by_role("button", name="Log out").click()
    owner_page.get_by_role("heading", name="Logged out").wait_for()
    assert_accessible(owner_page)


@pytest.mark.parametrize(
    ("url", "status"), [("/admin/nowhere/", 404), ("/admin/scheduling/jobrun/add/", 403)]
)
def test_a_refusal(owner_page, url, status):
    watch_of(owner_page).expect(f"status {status}")
    assert_good(owner_page, url)
