"""The tasks of `docs/clicks.md`, each in the number of clicks that the page names."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from scheduling.domain.windows import month_of
from scheduling.models import Job, JobRun, RunState, ScheduledClass, Trigger
from scheduling.services.roles import SCHEDULER
from scheduling.tests import factories as make
from scheduling.tests.browser.harness.clicks import Clicks
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.services.timetable_import.timetable_files import csv_bytes, row
from scheduling.tests.support.history import add_run
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

PAGE = Path(__file__).parents[3] / "docs" / "clicks.md"
RUN_TIMEOUT = 30_000  # milliseconds: a process is started for the run


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


def test_a_monday_is_checked(owner_page: Page, clicks: Clicks) -> None:
    now = timezone.now()
    make.schedule(make.student("Ana Paz"), make.teacher("Clara Vidal"), start="23:30", end="23:45")
    weekly(timezone.localdate(), now, trigger=Trigger.CRON)
    add_run(Job.WATCH, now)
    page = owner_page
    page.goto("/admin/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("Everything is up to date.")
    expect(main).to_contain_text("This week: 1 of 1 classes.")
    expect(main).to_contain_text("1 class created.")
    clicks(main.locator(".ct-status").get_by_role("link", name=re.compile("^today at")))
    expect(page.get_by_role("heading", name="1 class created.")).to_be_visible()


def test_a_run_that_failed_is_understood_and_run_again(
    owner_page: Page, clicks: Clicks, workers: None
) -> None:
    now = timezone.now()
    make.schedule(make.student("Ana Paz"), start="23:30", end="23:45", created_at=now)
    failed: dict[str, Any] = {"state": RunState.FAILED, "error": "The database did not answer."}
    add_run(Job.WEEKLY, now - timedelta(minutes=1), **failed)
    add_run(Job.WATCH, now)
    page = owner_page
    page.goto("/admin/")
    main = page.get_by_role("main")
    expect(main).to_contain_text("The last run of the weekly job did not finish.")
    clicks(page.get_by_role("link", name="Show the run"))
    expect(page.get_by_role("heading", name="This run failed.")).to_be_visible()
    expect(main).to_contain_text("The database did not answer.")
    clicks(page.get_by_role("button", name="Generate Weekly Classes Now"))
    expect(page.get_by_text("1 class created").first).to_be_visible(timeout=RUN_TIMEOUT)
    assert ScheduledClass.objects.count() == 1
    assert JobRun.objects.get(job=Job.WEEKLY, state=RunState.SUCCEEDED).triggered_by == "teresa"


def test_a_timetable_is_imported(owner_page: Page, clicks: Clicks) -> None:
    data = csv_bytes(row(), row(student_first_name="Leo", days="2"))
    page = owner_page
    page.goto("/admin/")
    clicks(page.get_by_role("link", name="Import a timetable"))
    with page.expect_file_chooser() as chooser:
        clicks(page.get_by_label("Timetable (CSV or .xlsx)"))
    chooser.value.set_files({"name": "week.csv", "mimeType": "text/csv", "buffer": data})
    clicks(page.get_by_role("button", name="Preview"))
    clicks(page.get_by_role("button", name="Import this file"))
    expect(page.get_by_role("heading", name="Imported: 1 teacher, 2 students")).to_be_visible()


def test_a_colleague_gets_a_role(page_as, clicks: Clicks) -> None:
    colleague = account(name="leo")
    page = page_as("Owner")
    page.goto("/admin/")
    clicks(page.get_by_role("navigation", name="Main pages").get_by_role("link", name="Settings"))
    clicks(page.get_by_role("main").get_by_role("link", name="Users", exact=True).first)
    clicks(page.get_by_role("link", name="leo", exact=True))
    clicks(page.get_by_role("checkbox", name=re.compile(f"^{SCHEDULER}")))
    clicks(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator(".messagelist .success").first).to_be_visible()
    assert [role.name for role in colleague.groups.all()] == [SCHEDULER]


def test_a_family_gets_its_page(page_as, clicks: Clicks) -> None:
    make.studio(family_pages=True)
    ana = make.student("Ana Paz")
    page = page_as("Owner")
    page.goto(f"/admin/scheduling/student/{ana.pk}/change/")
    clicks(page.get_by_role("button", name="Give an address"))
    expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()
    assert ana.feeds.exists()


def test_a_login_is_taken_away(page_as, clicks: Clicks) -> None:
    clara = make.teacher("Clara Vidal")
    login = account("Teacher", "clara", clara)
    page = page_as("Owner")
    page.goto(f"/admin/scheduling/teacher/{clara.pk}/change/")
    clicks(page.get_by_role("main").get_by_role("link", name="clara", exact=True))
    clicks(page.get_by_role("checkbox", name="Active", exact=True))
    clicks(page.get_by_role("button", name="Save", exact=True))
    expect(page.locator(".messagelist .success").first).to_be_visible()
    login.refresh_from_db()
    assert not login.is_active


def test_a_cancelled_class_gets_its_make_up(owner_page: Page, clicks: Clicks) -> None:
    gone = {"status": "cancelled", "cancelled_by": "teacher"}
    clara, today = make.teacher("Clara Vidal"), timezone.localdate()
    lost = make.lesson(make.student("Ana Paz"), today, "10:00", "10:45", clara, **gone)
    page = owner_page
    page.goto("/admin/")
    clicks(page.get_by_role("link", name="Find a time · Ana Paz"))
    clicks(page.locator(".ct-find-list").get_by_role("link").nth(1))
    expect(page).to_have_url(re.compile("chosen="))
    clicks(page.get_by_role("button", name="Schedule the make-up"))
    expect(page.get_by_text("Make-up: ")).to_be_visible()
    made = ScheduledClass.objects.get(make_up_for=lost)
    assert (made.teacher, made.ends_at - made.starts_at) == (clara, timedelta(minutes=45))
