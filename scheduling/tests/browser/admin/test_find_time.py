"""“Find a time” and working hours in a browser: by keyboard, on a phone, light and dark."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from scheduling.models import RecurringSlot, WorkingHours
from scheduling.services.roles import TEACHER
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import PHONE
from scheduling.tests.browser.harness.layouts import assert_good
from scheduling.tests.factories import at
from scheduling.tests.support.roles import account

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def clara(transactional_db):
    clara = make.teacher("Clara Ruiz", subjects="Piano")
    make.teacher("Tom Lee", subjects="Piano")
    for weekday in (1, 2):
        WorkingHours.objects.create(
            teacher=clara, weekday=weekday, start_time=at("16:00"), end_time=at("18:00")
        )
    tuesday = timezone.localdate() + timedelta(days=8 - timezone.localdate().weekday())
    make.lesson(make.student("Leo Park"), tuesday + timedelta(7), "16:00", "17:00", clara)
    make.closure("Holiday", tuesday + timedelta(20))
    return clara


def test_a_weekly_lesson_is_found_and_made_by_keyboard(owner_page, clara):
    make.student("Ana Ruiz")
    owner_page.goto("/admin/find/")
    assert_good(owner_page)
    owner_page.set_viewport_size({"width": 1280, "height": 900})
    owner_page.get_by_label("Teacher", exact=True).select_option("Clara Ruiz")
    for day in ("Wednesday", "Thursday", "Friday"):
        owner_page.get_by_label(day).focus()
        owner_page.keyboard.press("Space")
    owner_page.keyboard.press("Enter")
    owner_page.get_by_role("status").wait_for()
    assert_good(owner_page)
    owner_page.set_viewport_size({"width": 1280, "height": 900})
    grid = owner_page.get_by_role("region", name="The week")
    grid.get_by_role("link", name="16:00 11 of 12").focus()
    owner_page.keyboard.press("Enter")
    owner_page.get_by_role("heading", name="Tuesday, 16:00").wait_for()
    owner_page.get_by_text("Clara Ruiz teaches Leo Park").wait_for()
    assert_good(owner_page)
    owner_page.set_viewport_size({"width": 1280, "height": 900})
    owner_page.get_by_role("link", name="New weekly lesson").focus()
    owner_page.keyboard.press("Enter")
    owner_page.get_by_role("heading", name="Add recurring slot").wait_for()
    assert owner_page.get_by_label("Start time").input_value() == "16:00"
    owner_page.locator("#id_student + .select2-container").click()
    owner_page.locator(".select2-results__option", has_text="Ana Ruiz").click()
    owner_page.get_by_role("button", name="Save", exact=True).click()
    owner_page.locator("ul.messagelist").first.wait_for()
    slot = RecurringSlot.objects.get()
    assert (slot.teacher, slot.weekday, slot.duration_minutes) == (clara, 2, 60)


def test_all_who_teach_a_subject_on_a_phone_in_spanish(open_page, owner, clara):
    page = open_page(owner, width=PHONE, locale="es")
    page.goto("/admin/find/?who=subject:Piano&minutes=60&days=1&every=1&weeks=4&first=2099-01-05")
    page.get_by_text("huecos semanales").wait_for()
    assert not page.get_by_role("region", name="La semana").is_visible()
    page.get_by_role("link", name="Nueva clase semanal").wait_for()
    assert_good(page)


def test_working_hours_of_a_week_are_entered_in_one_step(owner_page, clara):
    tom = clara._meta.model.objects.get(name="Tom Lee")
    owner_page.goto(f"/admin/scheduling/teacher/{tom.pk}/change/?edit=1")
    assert_good(owner_page)
    owner_page.set_viewport_size({"width": 1280, "height": 900})
    owner_page.get_by_label("Monday", exact=True).fill("9-13, 15:00-20:00")
    owner_page.get_by_label("Monday's hours on all weekdays").check()
    owner_page.get_by_role("button", name="Save", exact=True).click()
    hours = owner_page.get_by_role("heading", name="Working hours").locator("..")
    hours.get_by_text("09:00–13:00, 15:00–20:00").last.wait_for()
    assert_good(owner_page)
    assert tom.working_hours.count() == 10


def test_a_teacher_sees_own_hours_and_changes_them_if_allowed(open_page, clara):
    user = account(TEACHER, teacher=clara)
    page = open_page(user)
    page.goto("/admin/")
    page.get_by_role("link", name="My working hours").click()
    page.get_by_text("16:00–18:00").first.wait_for()
    assert_good(page)
    user.user_permissions.add(Permission.objects.get(codename="change_workinghours"))
    page.goto("/admin/hours/")
    page.get_by_label("Monday", exact=True).first.fill("10-11")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your working hours are saved.").wait_for()
    assert_good(page)


def test_free_time_in_the_calendar_leads_to_a_lesson_by_click_and_by_keyboard(owner_page, clara):
    day = timezone.localdate() + timedelta(days=8 - timezone.localdate().weekday())
    address = f"/admin/calendar/?teacher={clara.pk}&date={day}"
    start = owner_page.get_by_label("Start time")
    # A week, then the day in columns.
    for view in ("week", "day"):
        owner_page.goto(f"{address}&view={view}")
        free = owner_page.get_by_role("link", name="16:00").last
        free.wait_for()
        assert_good(owner_page)
        owner_page.set_viewport_size({"width": 1280, "height": 1600})
        free.focus()
        owner_page.keyboard.press("Enter")
        owner_page.get_by_role("heading", name="Add recurring slot").wait_for()
        assert start.input_value() == "16:00"
        owner_page.goto(f"{address}&view={view}")
        free.wait_for()
        box = free.bounding_box()
        owner_page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        owner_page.get_by_role("heading", name="Add recurring slot").wait_for()
        assert start.input_value() == "17:00"
        assert owner_page.get_by_label("Weekday").input_value() == "2"
        assert owner_page.get_by_label("Duration").input_value() == "60"
    # “Find a time” is one link away.
    owner_page.get_by_role("link", name="Find a time with these values").click()
    owner_page.get_by_role("heading", name="Tuesday, 17:00").wait_for()
