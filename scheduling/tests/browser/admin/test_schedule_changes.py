"""Schedule changes, absences and closures in a browser."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from scheduling.models import Closure, Message, RecurringSlot, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import DESKTOP, PHONE
from scheduling.tests.browser.harness.layouts import find_faults
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.roles import account

pytestmark = pytest.mark.one_database(name="sqlite")


def test_change_from_a_date_is_previewed_and_applied(owner_page):
    slot = make.slot(make.teacher("Marta Gil", "Europe/Madrid"), make.student("Ana Ruiz"))
    horizon(timezone.localdate())
    owner_page.goto(f"/admin/scheduling/recurringslot/{slot.pk}/change/")
    owner_page.get_by_role("link", name="Change from a date…").click()
    owner_page.get_by_label("Weekday").select_option("Friday")
    owner_page.get_by_label("Start time").fill("16:00")
    owner_page.get_by_role("button", name="See what would happen").click()
    owner_page.get_by_text("Nothing has been changed yet.").wait_for()
    assert find_faults(owner_page) == []
    owner_page.get_by_role("button", name="Change it").click()
    owner_page.get_by_text("Done. Classes:").wait_for()
    assert RecurringSlot.objects.latest("pk").weekday == 5


def zone_at_seven_in_the_morning():
    """Return a zone in which it is seven in the morning now."""
    west = timezone.now().hour - 7
    return f"Etc/GMT{west - 24 if west > 12 else west:+d}"


def test_ill_today_takes_two_clicks(owner_page):
    zone = zone_at_seven_in_the_morning()
    marta = make.teacher("Marta Gil", zone=zone)
    today = timezone.localdate(timezone=ZoneInfo(zone))
    make.slot(marta, make.student("Ana Ruiz", email="ana@example.org"), today.isoweekday(), "17:00")
    horizon(today)
    owner_page.goto("/admin/scheduling/teacher/")
    owner_page.get_by_role("link", name="Ill today… Marta Gil").click()
    owner_page.get_by_text("1 e-mail to a family.").wait_for()
    assert owner_page.get_by_label("Tell the families").is_checked()
    assert find_faults(owner_page) == []
    owner_page.get_by_role("button", name="Cancel the classes").click()
    owner_page.get_by_text("1 e-mail queued.").wait_for()
    assert ScheduledClass.objects.get(date=today).status == "cancelled"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_messages_are_read_before_a_change_and_families_told_in_the_calendar(open_page, width):
    page = open_page(account("Owner"), width=width)
    tomorrow = timezone.localdate() + timedelta(days=1)
    marta = make.teacher("Marta Gil", email="marta@example.org")
    ana = make.student("Ana Ruiz", email="ana@example.org")
    slot = make.slot(marta, ana, tomorrow.isoweekday(), subject="Piano")
    make.slot(marta, make.student("Mia Roth"), tomorrow.isoweekday(), "15:00")
    horizon(timezone.localdate())
    page.goto(
        f"/admin/scheduling/closure/add/?name=Fair&first_date={tomorrow}&last_date={tomorrow}&look=1"
    )
    page.get_by_label("Tell the families").check()
    page.get_by_text("Without an e-mail address: Mia Roth.").wait_for()
    page.get_by_role("link", name="See the e-mails").click()
    page.locator(".ct-message summary").first.click()
    page.get_by_text("These lessons are cancelled:").first.wait_for()
    assert find_faults(page) == []
    lesson = ScheduledClass.objects.filter(recurring_slot=slot).latest("starts_at")
    page.goto(f"/admin/calendar/classes/{lesson.pk}/")
    page.get_by_text("Cancel the class", exact=True).first.click()
    form = page.locator('[data-action="cancel"]')
    form.get_by_label("Tell the families").check()
    form.get_by_text("1 e-mail to a family, 1 e-mail to a teacher.").wait_for()
    assert find_faults(page) == []
    form.get_by_role("button", name="Cancel the class").click()
    page.get_by_text("2 e-mails queued.").wait_for()
    assert Message.objects.count() == 2


def test_public_holidays_take_two_clicks(owner_page):
    year = timezone.localdate().year + 1
    owner_page.goto(f"/admin/scheduling/closure/holidays/?country=ES&region=CT&years={year}")
    owner_page.get_by_role("heading", name="Which days are closed?").wait_for()
    assert find_faults(owner_page) == []
    owner_page.get_by_label("Epiphany").uncheck()
    owner_page.get_by_role("button", name="Close on the ticked days").click()
    owner_page.get_by_text("days are closed.").wait_for()
    names = set(Closure.objects.values_list("name", flat=True))
    assert "Christmas Day" in names
    assert "Epiphany" not in names


def test_closure_is_previewed_and_applied(owner_page):
    student = make.student("Ana Ruiz")
    make.slot(make.teacher("Marta Gil"), student)
    horizon(timezone.localdate())
    owner_page.goto("/admin/scheduling/closure/add/")
    owner_page.get_by_label("Name").fill("Works")
    owner_page.get_by_label("Last day").fill(str(timezone.localdate() + timedelta(8)))
    owner_page.get_by_role("button", name="See what would happen").click()
    owner_page.get_by_text("Nothing has been changed yet.").wait_for()
    assert find_faults(owner_page) == []
    owner_page.get_by_role("button", name="Close these days").click()
    owner_page.get_by_text("Done. Classes:").wait_for()
    assert Closure.objects.get(name="Works").last_date == timezone.localdate() + timedelta(8)
