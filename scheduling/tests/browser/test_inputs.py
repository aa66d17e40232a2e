"""Input of dates, times and people by keyboard, in the notation of the browser."""

from datetime import date, time

import pytest

from scheduling.models import FixedSchedule, Student
from scheduling.tests import factories as make

from .axe import assert_accessible
from .conftest import PHONE

pytestmark = pytest.mark.one_database(name="sqlite")

ADD = "/admin/scheduling/student/add/"


@pytest.mark.parametrize("locale", ["en", "es"])
def test_date_is_typed_in_the_format_of_the_browser(open_page, owner, locale):
    page = open_page(owner, locale=locale, width=PHONE)
    page.goto(ADD)
    page.locator("#id_first_name").fill("Nannerl")
    page.locator("#id_start_date").focus()
    page.keyboard.type("02032026")
    assert page.locator("#id_start_date").input_value() == "2026-02-03"
    page.locator("[name=_save]").press("Enter")
    page.locator(".messagelist .success").wait_for()
    assert Student.objects.get().start_date == date(2026, 2, 3)


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
    row.get_by_label("Start time").press_sequentially("0400PM")
    row.get_by_label("End time").press_sequentially("0500PM")
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
    assert joined.get_by_label("Date", exact=True).get_attribute("type") == "date"
    assert joined.get_by_label("Time", exact=True).get_attribute("type") == "time"
