"""Cancelling a class, pausing a student and “Explain a date” in a browser."""

from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode

from scheduling.models import ClassStatus
from scheduling.tests import factories as make
from scheduling.tests.browser.harness.layouts import assert_good
from scheduling.tests.support.roles import account

pytestmark = pytest.mark.one_database(name="sqlite")

DAY = timedelta(days=1)


def create_class():
    """Create a slot with a class tomorrow; return the class."""
    tomorrow = timezone.localdate() + DAY
    slot = make.slot(
        make.teacher("Marta Gil", "Europe/Madrid"),
        make.student("Ana Ruiz"),
        weekday=tomorrow.isoweekday(),
    )
    return make.lesson(recurring_slot=slot, on=tomorrow)


def test_class_is_cancelled_from_its_page_with_a_reason(owner_page):
    scheduled_class = create_class()
    owner_page.goto(f"/admin/scheduling/scheduledclass/{scheduled_class.pk}/change/")
    owner_page.get_by_role("button", name="Cancel this class…").click()
    owner_page.get_by_role("heading", name="Cancel this class?").wait_for()
    assert_good(owner_page)
    owner_page.get_by_label("teacher").check()
    owner_page.get_by_label("Reason").fill("Flu")
    owner_page.get_by_role("button", name="Cancel 1 class").click()
    owner_page.get_by_text("1 class cancelled.").wait_for()
    scheduled_class.refresh_from_db()
    assert (
        scheduled_class.status,
        scheduled_class.cancelled_by,
        scheduled_class.cancel_reason,
    ) == (
        ClassStatus.CANCELLED,
        "teacher",
        "Flu",
    )


def test_student_is_paused_from_the_list(owner_page):
    scheduled_class = create_class()
    owner_page.goto("/admin/scheduling/student/")
    owner_page.locator("tr", has_text="Ana Ruiz").locator("input.action-select").check()
    owner_page.locator("select[name=action]").select_option(label="Pause…")
    owner_page.locator(".actions button[name=index]").click()
    owner_page.get_by_role("heading", name="Pause", exact=True).wait_for()
    assert_good(owner_page)
    owner_page.get_by_label("Last day").fill(str(timezone.localdate() + 9 * DAY))
    owner_page.get_by_role("button", name="See what would happen").click()
    owner_page.get_by_text("This would cancel 1 class.").wait_for()
    assert_good(owner_page)
    owner_page.get_by_role("button", name="Pause", exact=True).click()
    owner_page.get_by_text("Done. Classes: 1 cancelled.").wait_for()
    scheduled_class.refresh_from_db()
    assert (scheduled_class.status, scheduled_class.closure.name) == (
        ClassStatus.CANCELLED,
        "Pause",
    )


def test_date_is_explained_from_the_students_page(owner_page):
    scheduled_class = create_class()
    owner_page.goto(f"/admin/scheduling/student/{scheduled_class.student_id}/change/")
    owner_page.locator("summary", has_text="More").click()
    assert_good(owner_page)
    owner_page.get_by_role("link", name="Explain a date").first.click()
    owner_page.get_by_label("Date").fill(str(scheduled_class.date))
    owner_page.get_by_role("button", name="Explain").click()
    owner_page.get_by_text("Ana Ruiz has a class on").wait_for()
    assert_good(owner_page)


def test_lesson_is_marked_and_a_teacher_gets_a_login_with_a_feed(page_as):
    marta = make.teacher("Marta Gil", email="marta@example.org")
    over = make.lesson(make.student("Ana Ruiz"), timezone.localdate() - DAY, teacher=marta)
    page = page_as("Owner")
    page.goto(f"/admin/scheduling/teacher/{marta.pk}/change/")
    assert_good(page)
    page.get_by_role("button", name="Present · Ana Ruiz").click()
    page.get_by_text("Ana Ruiz: present.").wait_for()
    over.refresh_from_db()
    assert over.attendance == "present"
    # A login with a feed: four clicks.
    page.get_by_role("link", name="Invite…").click()
    assert_good(page)
    page.get_by_role("button", name="Create the account and send the link").click()
    page.get_by_text("on its way to marta@example.org").wait_for()
    page.get_by_role("link", name="Create the address").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Copy the address").click()
    page.get_by_role("button", name="Copy the address ✓").wait_for()
    assert_good(page)
    marta.refresh_from_db()
    assert marta.user.username == "marta@example.org"


@pytest.mark.parametrize("locale", ["en", "es"])
def test_password_pages_are_accessible(open_page, locale):
    user = account("Owner", "eva")
    link = f"/admin/password/{urlsafe_base64_encode(str(user.pk).encode())}"
    token = default_token_generator.make_token(user)
    page = open_page(locale=locale)
    for address in (
        "/admin/login/",
        "/admin/password/",
        "/admin/password/sent/",
        f"{link}/wrong/",
        f"{link}/{token}/",
        "/admin/password/set/",
    ):
        page.goto(address)
        assert_good(page)
