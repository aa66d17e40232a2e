"""Rooms in a browser: the calendar's filter, the dialog, and the day by room."""

import re

import pytest
from playwright.sync_api import expect

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import DESKTOP, PHONE, watch_of
from scheduling.tests.browser.harness.axe import assert_accessible, assert_fits

from .test_calendar import calendar_url, event, monday, open_calendar, open_filters

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def week():
    """Create next week: Ana and Leo in the hall, Eva in the blue room; return its Monday."""
    first = monday()
    hall, blue = make.room("Hall", capacity=8), make.room("Blue")
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    tom = make.teacher("Tom Lee", "Europe/Madrid")
    make.lesson(make.student("Ana Ruiz"), first, teacher=marta, subject="Piano", room=hall)
    make.lesson(make.student("Leo Park"), first, "12:00", "13:00", tom, room=hall)
    make.lesson(make.student("Eva Sol"), first, teacher=tom, room=blue)
    make.schedule(make.student("Kim Roe"), marta, 1, "17:00", "18:00", room=hall)
    return first


def test_calendar_is_filtered_by_room(owner_page, week):
    open_calendar(owner_page, calendar_url(week))
    expect(event(owner_page, "Eva Sol")).to_contain_text("Blue")
    open_filters(owner_page)
    owner_page.get_by_label("Room", exact=True).select_option(label="Hall")
    expect(event(owner_page, "Eva Sol")).to_have_count(0)
    expect(event(owner_page, "Ana Ruiz")).to_be_visible()
    expect(event(owner_page, "Kim Roe")).to_be_visible()
    assert "room=" in owner_page.url
    owner_page.reload()
    expect(event(owner_page, "Ana Ruiz")).to_be_visible()
    expect(event(owner_page, "Eva Sol")).to_have_count(0)


def test_class_is_moved_to_another_room_in_dialog(owner_page, week):
    make.room("Small")
    open_calendar(owner_page, calendar_url(week))
    event(owner_page, "Ana Ruiz").click()
    dialog = owner_page.get_by_role("dialog")
    dialog.get_by_text("Move", exact=True).first.click()
    dialog.get_by_label("Room").select_option(label="Blue")
    dialog.get_by_role("button", name="Move").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Blue is already taken at that time")
    expect(dialog.get_by_role("alert")).to_contain_text("Free then: Hall and Small.")
    watch_of(owner_page).expect("status 409: POST .*/classes/")
    dialog.get_by_label("Room").select_option(label="Small")
    dialog.get_by_role("button", name="Move").click()
    expect(owner_page.locator("#calendar-said")).to_contain_text("Ana Ruiz")
    assert ScheduledClass.objects.get(student__first_name="Ana").room.name == "Small"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("locale", ["en", "es"])
def test_day_by_room_fits_and_is_accessible(open_page, owner, week, width, locale):
    page = open_page(owner, width=width, locale=locale)
    page.goto(f"/admin/calendar/?view=day&by=room&date={week}&zone=Europe/Madrid")
    hall = page.get_by_role("region", name="Hall", exact=True)
    expect(hall.get_by_role("listitem")).to_have_count(3)
    expect(hall).to_contain_text(re.compile(r"Ana Ruiz · Piano\s+10:00–11:00"))
    assert_fits(page)
    assert_accessible(page)
