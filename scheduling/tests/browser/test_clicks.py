"""The tasks of `docs/clicks.md`, each in the number of clicks that the page names."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from scheduling.domain.windows import month_of
from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon

from .clicks import Clicks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

PAGE = Path(__file__).parents[3] / "docs" / "clicks.md"


def documented(test: str) -> int:
    """Return the number of clicks that the page names beside ``test``."""
    (row,) = [line for line in PAGE.read_text().splitlines() if f"`{test}`" in line]
    return int(row.split("|")[2])


@pytest.fixture
def clicks(request):
    """Count the clicks of the test; at its end they are as many as documented."""
    counter = Clicks()
    yield counter
    assert counter.count == documented(request.node.originalname)


def test_a_conflict_is_resolved_for_good(owner_page: Page, clicks: Clicks) -> None:
    clara = make.teacher("Clara")
    make.slot(clara, make.student("Iker Gil"), weekday=5, start="17:00")
    leo = make.slot(clara, make.student("Leo Sanz"), weekday=5, start="17:00")
    horizon(timezone.localdate())
    page = owner_page
    page.goto("/admin/")
    clicks(page.get_by_role("link", name="Fridays 17:00, Clara: Leo Sanz"))
    clicks(page.get_by_role("link", name="Fridays 16:00"))
    clicks(page.get_by_role("button", name="Change it"))
    expect(page.get_by_role("main")).to_contain_text("Leo Sanz")
    rows = ScheduledClass.objects.filter(student=leo.student, status="scheduled")
    assert {f"{row.start_time:%H:%M}" for row in rows} == {"16:00"}


def test_ten_classes_are_marked(open_page, owner, clicks: Clicks) -> None:
    yesterday = timezone.localdate() - timedelta(1)
    teacher = make.teacher("Clara")
    for hour in range(8, 18):
        student = make.student(f"Student {hour}")
        make.lesson(student, yesterday, f"{hour:02}:00", f"{hour:02}:50", teacher)
    page = open_page(owner, width=390)
    page.goto(f"/admin/scheduling/scheduledclass/?on={yesterday}")
    for number in range(10):
        clicks(page.get_by_role("button", name="Present").first)
        expect(page.get_by_role("button", name="Undo")).to_have_count(number + 1)
    marked = ScheduledClass.objects.filter(attendance="present", status="completed")
    assert marked.count() == 10
    # Each class takes two lines.
    row = page.get_by_role("row").filter(has_text="Student 12").bounding_box()
    assert row is not None
    assert row["height"] < 60


def test_a_class_is_moved(owner_page: Page, clicks: Clicks) -> None:
    lesson = make.lesson(
        make.student("Ana Paz"), timezone.localdate() + timedelta(1), "10:00", "11:00"
    )
    page = owner_page
    page.goto(f"/admin/scheduling/scheduledclass/?student={lesson.student_id}&when=all")
    clicks(page.get_by_role("main").get_by_role("link", name="10:00").first)
    page.get_by_label("Start time").fill("12:00")
    page.get_by_label("End time").fill("13:00")
    clicks(page.get_by_role("button", name="Save", exact=True))
    lesson.refresh_from_db()
    assert f"{lesson.start_time:%H:%M}" == "12:00"


def test_a_teacher_is_ill_for_two_days(owner_page: Page, clicks: Clicks) -> None:
    today = timezone.localdate()
    clara = make.teacher("Clara Vidal")
    for number in (0, 1):
        make.lesson(make.student(), today + timedelta(number), "23:30", "23:45", clara)
    page = owner_page
    page.goto("/admin/")
    clicks(page.get_by_role("link", name="Teacher is ill…"))
    clicks(page.get_by_role("link", name="Ill today…"))
    page.get_by_role("textbox", name="Last day").fill(date_format(today + timedelta(1), "j M Y"))
    clicks(page.get_by_role("button", name="See what would happen"))
    clicks(page.get_by_role("button", name="Cancel the classes"))
    expect(page.get_by_text("Classes: 2 cancelled.")).to_be_visible()
    assert clara.classes.filter(status="cancelled").count() == 2


def test_a_weekly_lesson_gets_a_new_weekday(owner_page: Page, clicks: Clicks) -> None:
    today = timezone.localdate()
    slot = make.slot(make.teacher("Clara Vidal"), make.student("Ana Paz"), weekday=1)
    horizon(today)
    first, _last = month_of(month_of(today)[1] + timedelta(1))
    page = owner_page
    page.goto(f"/admin/scheduling/student/{slot.student_id}/change/")
    clicks(page.get_by_role("link", name="Change…"))
    page.get_by_role("textbox", name="From this date on").fill(date_format(first, "j M Y"))
    page.get_by_label("Weekday").select_option(label="Thursday")
    clicks(page.get_by_role("button", name="See what would happen"))
    clicks(page.get_by_role("button", name="Change it"))
    expect(page.get_by_role("main")).to_contain_text("Thursday")
    days = {
        (row.date >= first, row.date.isoweekday())
        for row in ScheduledClass.objects.filter(student=slot.student, status="scheduled")
    }
    assert days <= {(False, 1), (True, 4)}
    assert (True, 4) in days


def test_a_teacher_gets_a_login_and_a_feed(page_as, clicks: Clicks) -> None:
    clara = make.teacher("Clara Vidal", email="clara@example.org")
    page = page_as("Owner")
    page.goto(f"/admin/scheduling/teacher/{clara.pk}/change/")
    clicks(page.get_by_role("link", name="Invite…"))
    clicks(page.get_by_role("button", name="Create the account and send the link"))
    clicks(page.get_by_role("link", name="Create the address"))
    clicks(page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("button", name="Copy the address")).to_be_visible()
    clara.refresh_from_db()
    assert clara.user is not None
    assert clara.user.username == "clara@example.org"
