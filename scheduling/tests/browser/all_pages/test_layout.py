"""Menus, lists on desktop and phone, and invalid dates in a browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import PHONE
from scheduling.tests.browser.harness.layouts import assert_good

pytestmark = pytest.mark.one_database(name="sqlite")

LONG_NAME = "María del Carmen Fernández de Castro y Villavicencio"
ONE_ROW = "document.querySelector('#header').offsetHeight < 70"
SCROLLS = """
() => { const box = document.querySelector('.results'); return box.scrollWidth > box.clientWidth; }
"""


def test_account_menu_closes_by_keyboard(owner_page, owner):
    owner.first_name = LONG_NAME
    owner.save()
    owner_page.goto("/admin/")
    assert owner_page.evaluate(ONE_ROW)
    account = owner_page.get_by_role("banner").locator("summary", has_text=LONG_NAME)
    account.press("Enter")
    expect(owner_page.get_by_role("button", name="Log out")).to_be_visible()
    assert_good(owner_page)
    owner_page.keyboard.press("Escape")
    expect(owner_page.get_by_role("button", name="Log out")).to_be_hidden()
    expect(account).to_be_focused()


def test_pages_are_in_a_menu_on_a_phone(open_page, owner):
    page = open_page(owner, width=PHONE)
    page.goto("/admin/")
    assert page.evaluate(ONE_ROW)
    expect(page.get_by_role("link", name="Calendar", exact=True)).to_have_count(0)
    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("link", name="Calendar", exact=True).click()
    page.get_by_role("heading", name="Calendar").wait_for()


@pytest.mark.parametrize("table", ["teacher", "student", "recurringslot", "fixedschedule"])
def test_list_fits_a_desktop(open_page, owner, table):
    zone = "America/Argentina/Buenos_Aires"
    teacher = make.teacher("Malena Benítez", zone, email=f"{'long.address.' * 4}@example.com")
    student = make.student("Rubén Sánchez Domínguez", email=f"{'long.' * 10}@example.com")
    make.slot(teacher, student, weekday=3, subject="Conversation club")
    make.schedule(student, teacher, weekday=6, subject="Conversation club")
    make.lesson(student, timezone.localdate(), "23:00", "23:30", teacher=teacher)
    for locale in ("en", "es"):
        page = open_page(owner, locale=locale)
        page.goto(f"/admin/scheduling/{table}/")
        assert not page.evaluate(SCROLLS)
        assert page.locator("#result_list tbody tr").first.bounding_box()["height"] < 90


def test_row_is_a_card_with_labels_on_a_phone(open_page, owner):
    make.teacher("Marta Gil", "Europe/Madrid")
    page = open_page(owner, width=PHONE)
    page.goto("/admin/scheduling/teacher/")
    assert not page.evaluate(SCROLLS)
    cell = page.get_by_role("row", name="Marta Gil").locator(".field-clock")
    expect(cell).to_be_in_viewport()
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Time zone"'
    filters = page.get_by_role("navigation", name="Filter")
    expect(filters.get_by_text("State", exact=True)).to_be_hidden()
    filters.get_by_text("Filter", exact=True).click()
    expect(filters.get_by_text("State", exact=True)).to_be_visible()


def test_first_invalid_field_of_row_has_focus(owner_page):
    schedule = make.schedule(make.student("Ana Ruiz"))
    owner_page.goto(f"/admin/scheduling/student/{schedule.student_id}/change/?edit=1")
    end = owner_page.locator("[name=fixed_schedules-0-end_time]")
    end.fill("08:00")
    owner_page.get_by_role("button", name="Save", exact=True).click()
    refusal = owner_page.locator("td.field-end_time .errorlist").first
    expect(refusal).to_contain_text("must be after")
    expect(end).to_be_focused()


@pytest.mark.parametrize("day", ["garbage", "99999-01-01", "2026-02-31"])
def test_invalid_date_shows_today(owner_page, day):
    owner_page.goto(f"/admin/calendar/?date={day}")
    owner_page.get_by_role("button", name="Week", exact=True).wait_for()
    today = timezone.localdate()
    expect(owner_page.locator(".ct-toolbar")).to_contain_text(str(today.year))
