"""The tasks of `docs/clicks.md`, each in the number of clicks that the page names."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

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
