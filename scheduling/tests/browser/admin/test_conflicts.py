"""The list of conflicts and its actions in a browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from scheduling.models import ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.browser.harness.layouts import assert_good
from scheduling.tests.jobs.helpers import horizon

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]


def test_conflict_is_listed_with_its_actions(owner_page: Page) -> None:
    marta = make.teacher("Marta Gil")
    make.slot(marta, make.student("Eva Lund"))
    make.slot(marta, make.student("Sam Vega"), start="10:30")
    horizon(timezone.localdate())
    assert ScheduledClass.objects.count() == 12
    page = owner_page
    assert_good(page, "/admin/conflicts/")
    page.goto("/admin/conflicts/")
    row = page.get_by_role("listitem").filter(has_text="Sam Vega")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Eva Lund")
    row.get_by_text("12 weeks").click()
    dates = row.get_by_role("group").get_by_role("link")
    expect(dates).to_have_count(12)
    row.get_by_role("link", name="Resolve").click()
    expect(page.get_by_role("main")).to_contain_text("Sam Vega")
    assert_good(page, page.url)
    page.get_by_role("list").filter(has_text="20").get_by_role("link").last.click()
    expect(page.get_by_role("main")).to_contain_text("Move only this lesson")
    assert_good(page, page.url)
