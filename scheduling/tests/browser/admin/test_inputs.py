"""Input of dates, times and people by keyboard, in the notation of the page."""

from datetime import UTC, date, datetime, time

import pytest

from scheduling.models import FixedSchedule, Student
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import PHONE
from scheduling.tests.browser.harness.axe import assert_accessible

pytestmark = pytest.mark.one_database(name="sqlite")

ADD = "/admin/scheduling/student/add/"


@pytest.mark.parametrize(
    ("locale", "typed", "shown"),
    [("en", "3/2/2026", "3 Feb 2026"), ("es", "03022026", "3 feb 2026")],
)
def test_date_is_typed_in_the_format_of_the_page(open_page, owner, locale, typed, shown):
    # The browser's own input would read and write the month first.
    page = open_page(owner, locale=locale, width=PHONE)
    page.goto(ADD)
    page.locator("#id_first_name").fill("Nannerl")
    field = page.get_by_role("textbox", name="Start date" if locale == "en" else "Fecha de inicio")
    field.focus()
    page.keyboard.type("31/2/2026")
    assert not field.evaluate("input => input.validity.valid")
    field.fill("")
    page.keyboard.type(typed)
    page.keyboard.press("Tab")
    assert field.input_value() == shown
    assert page.locator("#id_start_date").input_value() == "2026-02-03"
    page.locator("[name=_save]").press("Enter")
    page.locator(".messagelist .success").wait_for()
    assert Student.objects.get().start_date == date(2026, 2, 3)


def test_date_that_is_chosen_in_the_calendar_is_shown_in_the_format_of_the_page(owner_page):
    page = owner_page
    page.goto(ADD)
    field = page.get_by_role("textbox", name="Start date")
    assert field.evaluate("input => input.nextElementSibling.ariaLabel") == "Open the calendar"
    # As the browser does when a day is chosen.
    page.locator("#id_start_date").fill("2026-03-01")
    assert field.input_value() == "1 Mar 2026"


def test_stored_times_are_saved_unchanged(owner_page):
    schedule = make.schedule(start="09:05", end="10:35")
    owner_page.goto(f"/admin/scheduling/fixedschedule/{schedule.pk}/change/")
    assert owner_page.get_by_label("Start time").input_value() == "09:05"
    owner_page.get_by_role("button", name="Save", exact=True).click()
    owner_page.locator(".messagelist .success").wait_for()
    saved = FixedSchedule.objects.get()
    assert (saved.start_time, saved.end_time) == (time(9, 5), time(10, 35))


def test_new_fixed_schedule_is_entered_by_keyboard(owner_page):
    make.teacher("Leopold Mozart")
    make.teacher("Michael Haydn")
    student = make.student("Nannerl Mozart")
    page = owner_page
    page.goto(f"/admin/scheduling/student/{student.pk}/change/?edit=1")
    page.get_by_role("link", name="Add another Fixed schedule").or_(
        page.get_by_role("button", name="Add another Fixed schedule")
    ).press("Enter")
    row = page.locator("#fixed_schedules-0")
    assert_accessible(page)
    row.get_by_label("Weekday").select_option(label="Tuesday")
    row.get_by_label("Start time").press_sequentially("4 pm")
    row.get_by_label("End time").press_sequentially("1700")
    teacher = row.get_by_role("combobox", name="Teacher")
    teacher.press("Enter")
    search = page.get_by_role("searchbox", name="Teacher")
    search.press_sequentially("Hay")
    page.get_by_role("option", name="Leopold Mozart").wait_for(state="hidden")
    page.get_by_role("option", name="Michael Haydn").wait_for()
    assert_accessible(page)
    search.press("Enter")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.locator(".messagelist .success").wait_for()
    created = student.fixed_schedules.get()
    assert (created.weekday, created.start_time, created.end_time) == (2, time(16), time(17))
    assert created.teacher.name == "Michael Haydn"


def test_date_and_time_of_a_moment_are_labelled(owner_page, owner):
    owner_page.goto(f"/admin/auth/user/{owner.pk}/change/")
    joined = owner_page.get_by_role("group", name="Date joined")
    joined.get_by_label("Date", exact=True).fill("2 Jan 2026")
    joined.get_by_label("Time", exact=True).fill("9:05")
    owner_page.get_by_role("button", name="Save", exact=True).click()
    owner_page.locator(".messagelist .success").wait_for()
    owner.refresh_from_db()
    assert owner.date_joined == datetime(2026, 1, 2, 9, 5, tzinfo=UTC)
