"""The first page in a browser: a day's marks and cancellations, and a teacher's day on a phone."""

import re
from datetime import UTC

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from scheduling.models import ClassStatus, ScheduledClass
from scheduling.services.roles import TEACHER
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import HEIGHT, PHONE
from scheduling.tests.browser.harness.layouts import assert_good
from scheduling.tests.support.roles import account

pytestmark = pytest.mark.one_database(name="sqlite")


@pytest.fixture
def clara(transactional_db):
    """A teacher with ten lessons on the current day, the first of which have begun."""
    clara = make.teacher("Clara Ruiz")
    today = timezone.now().astimezone(UTC).date()
    hours = [(f"00:0{n}", f"00:0{n + 1}") for n in range(8)]
    hours += [("23:57", "23:58"), ("23:58", "23:59")]
    for number, (start, end) in enumerate(hours):
        ana = make.student(f"Ana Vidal{number}")
        make.lesson(ana, today, start, end, clara, subject="Violin")
    return clara


def test_a_class_is_marked_cancelled_and_restored_where_it_is_seen(owner_page, clara):
    owner_page.goto("/admin/")
    expect(owner_page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^\w+day \d"))
    line = owner_page.get_by_role("listitem").filter(has_text="Ana Vidal0").last
    line.get_by_role("button", name="Present").click()
    expect(line.get_by_text("present", exact=True)).to_be_visible()
    line.get_by_role("button", name="Undo").click()
    expect(line.get_by_text("present", exact=True)).to_have_count(0)

    line.locator("summary", has_text="Cancel…").press("Enter")
    expect(line.get_by_role("button", name="Teacher")).to_be_visible()
    assert_good(owner_page)
    owner_page.set_viewport_size({"width": 1280, "height": 900})
    owner_page.keyboard.press("Escape")
    expect(line.get_by_role("button", name="Teacher")).to_be_hidden()
    line.locator("summary", has_text="Cancel…").click()
    line.get_by_role("button", name="Teacher").click()
    expect(owner_page.get_by_text("Ana Vidal0: cancelled.")).to_be_visible()
    assert ScheduledClass.objects.filter(cancelled_by="teacher").count() == 1
    line.locator("summary", has_text="Restore…").click()
    line.get_by_role("button", name="Restore").click()
    expect(owner_page.get_by_text("Ana Vidal0: takes place.")).to_be_visible()
    assert not ScheduledClass.objects.filter(status=ClassStatus.CANCELLED).exists()


def test_ten_lessons_of_a_teacher_are_on_a_phones_screen_and_marked_in_ten_taps(open_page, clara):
    page = open_page(account(TEACHER, "clara", clara), width=PHONE)
    page.goto("/admin/")
    lines = page.locator(".ct-hours > li")
    expect(lines).to_have_count(10)
    box = lines.last.bounding_box()
    assert box["y"] + box["height"] <= HEIGHT[PHONE]
    taps = 0
    while (button := page.get_by_role("button", name="Present").first).count():
        assert button.bounding_box()["height"] >= 44
        button.click()
        taps += 1
        expect(page.locator(".ct-hours .ct-badge")).to_have_count(taps)
    begun = ScheduledClass.objects.filter(starts_at__lte=timezone.now()).count()
    assert taps == begun == ScheduledClass.objects.filter(attendance="present").count()
    assert_good(page)


def test_every_table_is_two_clicks_away(owner_page, clara):
    owner_page.goto("/admin/")
    pages = owner_page.get_by_role("navigation", name="Main pages")
    pages.get_by_role("link", name="Settings").click()
    main = owner_page.get_by_role("main")
    main.get_by_role("link", name="Background jobs", exact=True).click()
    owner_page.wait_for_url("**/admin/background-jobs/")
