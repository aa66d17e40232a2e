"""Between a list and what is done to its rows, and what “Explain a date” answers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.models import ClassStatus
from scheduling.tests import factories as make

from .looking import assert_good

pytestmark = pytest.mark.one_database(name="sqlite")

DAY = timedelta(days=1)


def studio():
    """A teacher with a class tomorrow, of a slot."""
    tomorrow = timezone.localdate() + DAY
    slot = make.slot(
        make.teacher("Marta Gil", "Europe/Madrid"),
        make.student("Ana Ruiz"),
        weekday=tomorrow.isoweekday(),
    )
    return make.lesson(recurring_slot=slot, on=tomorrow)


def test_a_class_is_cancelled_from_its_page_with_whom_and_why(owner_page):
    one = studio()
    owner_page.goto(f"/admin/scheduling/scheduledclass/{one.pk}/change/")
    owner_page.get_by_role("button", name="Cancel this class…").click()
    owner_page.get_by_role("heading", name="Cancel this class?").wait_for()
    assert_good(owner_page)
    owner_page.get_by_label("teacher").check()
    owner_page.get_by_label("Reason").fill("Flu")
    owner_page.get_by_role("button", name="Cancel 1 class").click()
    owner_page.get_by_text("1 class cancelled.").wait_for()
    one.refresh_from_db()
    assert (one.status, one.cancelled_by, one.cancel_reason) == (
        ClassStatus.CANCELLED,
        "teacher",
        "Flu",
    )


def test_a_student_pauses_from_the_list(owner_page):
    one = studio()
    owner_page.goto("/admin/scheduling/student/")
    owner_page.locator("tr", has_text="Ana Ruiz").locator("input.action-select").check()
    owner_page.locator("select[name=action]").select_option(label="Pause…")
    owner_page.locator(".actions button[name=index]").click()
    owner_page.get_by_role("heading", name="Pause: from when to when?").wait_for()
    assert_good(owner_page)
    owner_page.get_by_label("Last day").fill(str(timezone.localdate() + 9 * DAY))
    owner_page.get_by_role("button", name="Pause", exact=True).click()
    owner_page.get_by_text("1 paused").wait_for()
    one.refresh_from_db()
    assert (one.status, one.closure.name) == (ClassStatus.CANCELLED, "Pause")


def test_a_date_is_explained_from_a_students_page(owner_page):
    one = studio()
    owner_page.goto(f"/admin/scheduling/student/{one.student_id}/change/")
    owner_page.get_by_role("link", name="Explain a date").last.click()
    owner_page.get_by_label("Date").fill(str(one.date))
    owner_page.get_by_role("button", name="Explain").click()
    owner_page.get_by_text("Ana Ruiz has a class on").wait_for()
    assert_good(owner_page)
