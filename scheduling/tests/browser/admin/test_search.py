"""The search in the header: by keyboard, on a phone, and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import PHONE
from scheduling.tests.browser.harness.axe import assert_accessible
from scheduling.tests.browser.harness.layouts import assert_good

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def nora(transactional_db):
    nora = make.student("Nora Núñez")
    make.student("Nuria Nunez")
    make.lesson(nora, timezone.localdate() + timedelta(days=1), teacher=make.teacher("Clara Ruiz"))
    return nora


def test_a_student_is_found_and_opened_by_keyboard(owner_page, nora):
    owner_page.goto("/admin/")
    box = owner_page.get_by_role("combobox", name="Search")
    # No key alone is a shortcut (WCAG 2.1.4).
    owner_page.keyboard.press("/")
    expect(box).not_to_be_focused()
    owner_page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    owner_page.keyboard.type("NUNEZ")
    group = owner_page.get_by_role("listbox", name="Search").get_by_role("group", name="Students")
    expect(group.get_by_role("option")).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    assert_accessible(owner_page)
    owner_page.keyboard.press("ArrowDown")
    owner_page.keyboard.press("ArrowDown")
    owner_page.keyboard.press("ArrowUp")
    chosen = owner_page.get_by_role("option", selected=True)
    expect(chosen).to_have_text("Nuria Nunez")
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    owner_page.keyboard.press("ArrowDown")
    owner_page.keyboard.press("Enter")
    owner_page.wait_for_url(f"**/scheduling/student/{nora.pk}/change/")

    owner_page.goto("/admin/scheduling/student/add/")
    owner_page.locator("#id_first_name").press("Control+k")
    expect(box).to_be_focused()
    owner_page.keyboard.type("nora")
    suggested = owner_page.get_by_role("listbox", name="Search")
    expect(suggested.get_by_role("option")).to_have_count(2)  # the student and the class
    owner_page.keyboard.press("Escape")
    expect(suggested).to_be_hidden()
    owner_page.keyboard.press("Enter")
    owner_page.wait_for_url("**/admin/search/?q=nora")
    assert_good(owner_page)


def test_the_search_works_on_a_phone_and_without_javascript(open_page, owner, nora):
    page = open_page(owner, width=PHONE, java_script_enabled=False)
    page.goto("/admin/")
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Names of students").fill("nunez clara")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("main").get_by_role("link", name="Nora Núñez")).to_have_count(1)
