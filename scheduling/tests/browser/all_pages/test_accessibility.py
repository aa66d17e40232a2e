"""Accessibility and Content-Security-Policy of every page of the admin, in both layouts."""

import pytest
from django.contrib import admin
from django.urls import reverse

from scheduling.models import LessonSettings, Student
from scheduling.services.roles import VIEWER
from scheduling.tests.browser.conftest import watch_of
from scheduling.tests.browser.harness import pages
from scheduling.tests.browser.harness.axe import assert_accessible
from scheduling.tests.browser.harness.layouts import LAYOUTS, assert_good, find_faults
from scheduling.tests.browser.harness.sample_studio import populate

from .test_page_contents import find_internals

pytestmark = pytest.mark.one_database(name="sqlite")

# The suite checks each page in one of the two layouts by turns, `make soak` in both.
BY_TURNS = pytest.mark.parametrize(
    "whole", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["by turns", "both layouts"]
)


def layouts_of(number, whole):
    return LAYOUTS if whole else LAYOUTS[number % 2 :][:1]


@pytest.mark.parametrize("model", pages.models(), ids=lambda model: model._meta.label_lower)
@BY_TURNS
def test_pages_of_a_model_have_no_faults(owner_page, owner, model, whole):
    populate(owner)
    faults = []
    for number, page in enumerate(pages.pages_of_model(model, owner)):
        faults += find_faults(owner_page, page.url, layouts_of(number, whole))
        faults += find_internals(owner_page, page.name)
    assert not faults, "\n".join(faults)


def test_read_only_inlines_have_no_faults(page_as, owner):
    populate(owner)
    reader = page_as(VIEWER)
    with_inlines = [model for model in pages.models() if admin.site._registry[model].inlines]
    assert {Student, LessonSettings} <= set(with_inlines)
    for model in with_inlines:
        row = pages.rows(model).last()
        url = reverse(f"admin:scheduling_{model._meta.model_name}_change", args=[row.pk])
        assert_good(reader, url)


@pytest.mark.parametrize(("number", "name"), list(enumerate(pages.names())))
@BY_TURNS
def test_other_pages_have_no_faults(owner_page, owner, number, name, whole):
    populate(owner)
    assert_good(owner_page, pages.page_named(name).url, layouts_of(number, whole))
    assert find_internals(owner_page, name) == []


def test_page_of_the_application_has_no_faults(owner_page):
    assert_good(owner_page, "/admin/scheduling/")


def test_login_and_logout_have_no_faults(page, owner_page):
    assert_good(page, "/admin/login/")
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    page.locator(".errornote").wait_for()
    assert_accessible(page)
    owner_page.goto("/admin/")
    # In the menu of the account.
    owner_page.get_by_role("banner").get_by_text("teresa", exact=True).first.click()
    owner_page.get_by_role("button", name="Log out").click()
    owner_page.get_by_role("heading", name="Logged out").wait_for()
    assert_accessible(owner_page)


@pytest.mark.parametrize(
    ("url", "status"), [("/admin/nowhere/", 404), ("/admin/scheduling/jobrun/add/", 403)]
)
def test_error_pages_have_no_faults(owner_page, url, status):
    watch_of(owner_page).expect(f"status {status}")
    assert_good(owner_page, url)
