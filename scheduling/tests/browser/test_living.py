"""A schedule that changes, and a person who leaves, in a real Chromium."""

import os

from django.utils import timezone

from scheduling.models import RecurringSlot
from scheduling.tests import factories as make
from scheduling.tests.browser.looking import look
from scheduling.tests.jobs.helpers import horizon


def test_from_a_date_on_is_looked_at_and_done(owner_page):
    slot = make.slot(make.teacher("Marta Gil", "Europe/Madrid"), make.student("Ana Ruiz"))
    horizon(timezone.localdate())
    owner_page.goto(f"/admin/scheduling/recurringslot/{slot.pk}/change/")
    owner_page.get_by_role("link", name="Change from a date…").click()
    owner_page.get_by_label("Weekday").select_option("Friday")
    owner_page.get_by_label("Start time").fill("16:00")
    owner_page.get_by_role("button", name="See what would happen").click()
    owner_page.get_by_text("Nothing has been written yet.").wait_for()
    assert look(owner_page) == []
    if folder := os.environ.get("SHOTS"):
        owner_page.screenshot(path=f"{folder}/from-phone.png", full_page=True)
        owner_page.set_viewport_size({"width": 1280, "height": 900})
        owner_page.emulate_media(color_scheme="light")
        owner_page.screenshot(path=f"{folder}/from.png", full_page=True)
    owner_page.get_by_role("button", name="Change it").click()
    owner_page.get_by_text("Done. Classes:").wait_for()
    assert RecurringSlot.objects.latest("pk").weekday == 5
