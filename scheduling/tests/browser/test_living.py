"""A schedule that changes, and a person who leaves, in a real Chromium."""

from zoneinfo import ZoneInfo

from django.utils import timezone

from scheduling.models import RecurringSlot, ScheduledClass
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
    owner_page.get_by_role("button", name="Change it").click()
    owner_page.get_by_text("Done. Classes:").wait_for()
    assert RecurringSlot.objects.latest("pk").weekday == 5


def where_it_is_seven_in_the_morning():
    """A zone in which the day is still to come, whenever the test runs."""
    west = timezone.now().hour - 7
    return f"Etc/GMT{west - 24 if west > 12 else west:+d}"


def test_a_teacher_ill_today_in_two_clicks(owner_page):
    zone = where_it_is_seven_in_the_morning()
    marta = make.teacher("Marta Gil", zone=zone)
    today = timezone.localdate(timezone=ZoneInfo(zone))
    make.slot(marta, make.student("Ana Ruiz", email="ana@example.org"), today.isoweekday(), "17:00")
    horizon(today)
    owner_page.goto("/admin/scheduling/teacher/")
    owner_page.get_by_role("link", name="Ill today… Marta Gil").click()
    owner_page.get_by_text("1 family is told.").wait_for()
    assert look(owner_page) == []
    owner_page.get_by_role("button", name="Cancel the classes and tell the families").click()
    owner_page.get_by_text("1 e-mail sent.").wait_for()
    assert ScheduledClass.objects.get(date=today).status == "cancelled"
