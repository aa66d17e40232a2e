"""“Schedule a make-up…” in the list of classes, and the list of those that are owed."""

from datetime import UTC, datetime

import pytest
import time_machine

from scheduling.models import ScheduledClass
from scheduling.services.classes.edit import cancel
from scheduling.services.classes.make_ups import schedule
from scheduling.services.roles import SCHEDULER, TEACHER
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY, MONDAY, at, day
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
CLASSES = "/admin/scheduling/scheduledclass/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 1, 5, 6, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def lost():
    one = make.lesson(make.student("Ana Ruiz"), MONDAY, teacher=make.teacher("Marta Gil"))
    return cancel(one.pk, by="teacher", now=EARLY)


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def act(browser, *rows, **form):
    data = {"action": "make_up", "_selected_action": [row.pk for row in rows], **form}
    answer = browser.post(f"{CLASSES}?when=all", data, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_asks_first_and_says_by_when(browser, lost):
    text = act(browser, lost)
    assert "Cancelled by: teacher." in text
    assert "due by Fri 6 Mar 2026" in text
    assert ScheduledClass.objects.count() == 1


def test_what_earns_none_is_refused_before_anything_is_asked(browser, lost):
    planned = make.lesson(make.student("Leo Park"), MONDAY, "12:00", "13:00")
    text = act(browser, planned)
    assert "Only a cancelled class can have a make-up." in text
    assert "Cancelled by" not in text
    act(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert "It already has a make-up" in act(browser, lost)


def test_the_one_off_is_stored_and_shown_on_its_page(browser, lost):
    text = act(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert "Make-up: Ana Ruiz · Fri 9 Jan 2026, 16:00–17:00 (UTC)." in text
    made = ScheduledClass.objects.get(date=day("2026-01-09"))
    assert made.make_up_for == lost
    page = browser.get(f"{CLASSES}{made.pk}/change/").content.decode()
    assert "Ana Ruiz · Mon 5 Jan 2026, 10:00–11:00" in page


def test_what_is_refused_is_said_beside_the_form(browser, lost):
    make.lesson(make.student("Leo Park"), day("2026-01-09"), "16:00", "17:00", lost.teacher)
    text = act(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert "Marta Gil already teaches Leo Park at that time" in text
    assert "Enter a valid date." in act(browser, lost, date="x", start_time="16:00", teacher="")


def test_one_at_a_time(browser, lost):
    other = cancel(make.lesson().pk, by="teacher", now=EARLY)
    assert "Choose one cancelled class." in act(browser, lost, other)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [("owed", {"Leo Park"}), ("made", {"Ana Ruiz"}), ("is", {"Ana Ruiz"})],
)
def test_the_filter(browser, lost, chosen, names):
    act(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    leo = make.lesson(make.student("Leo Park"), MONDAY)
    cancel(leo.pk, by="studio", now=EARLY)
    make.lesson(make.student("Eva Roth"), MONDAY)
    text = browser.get(f"{CLASSES}?when=all&make_up={chosen}").content.decode()
    assert {name for name in ("Ana Ruiz", "Leo Park", "Eva Roth") if name in text} == names


def test_it_is_not_a_teachers_to_schedule(client, lost):
    client.force_login(account(TEACHER, teacher=lost.teacher))
    act(client, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert ScheduledClass.objects.count() == 1


class TestRestored:
    """Once a class that was made up for is restored, both take place; pages say so."""

    AFTER = (
        "Its make-up takes place too: Ana Ruiz · Fri 9 Jan 2026, 16:00–17:00 (UTC). "
        "Cancel the make-up if it is no longer needed."
    )

    @pytest.fixture
    def made(self, lost):
        return schedule(lost.pk, to_date=day("2026-01-09"), start_time=at("16:00"), now=EARLY)

    def test_from_the_calendar(self, browser, lost, made):
        page = f"/admin/calendar/classes/{lost.pk}/"
        before = " ".join(browser.get(page).content.decode().split())
        assert "Made up for by</dt><dd>Ana Ruiz · Fri 9 Jan 2026, 16:00–17:00 (UTC)" in before
        after = browser.post(page, {"action": "restore"}, follow=True).content.decode()
        assert self.AFTER in after
        assert "Made up for by" not in after

    def test_from_the_list(self, browser, lost, made):
        form = {"action": "restore", "_selected_action": [lost.pk]}
        text = browser.post(f"{CLASSES}?when=all", form, follow=True).content.decode()
        assert f"Ana Ruiz · Mon 5 Jan 2026, 10:00–11:00 (UTC): {self.AFTER}" in text

    def test_on_the_page_of_the_class(self, browser, lost, made):
        page = f"{CLASSES}{lost.pk}/change/"
        answer = browser.get(page)
        assert "It is made up for by this class: Ana Ruiz · Fri 9 Jan" in answer.content.decode()
        values = answer.context["adminform"].form.initial
        form = {name: value for name, value in values.items() if value is not None}
        form |= {"status": "scheduled", "cancelled_by": "", "cancel_reason": ""}
        assert self.AFTER in browser.post(page, form, follow=True).content.decode()
        lost.refresh_from_db()
        assert lost.status == "scheduled"

    def test_nothing_is_said_where_there_is_no_make_up_or_it_is_cancelled(
        self, browser, lost, made
    ):
        cancel(made.pk, by="student", now=EARLY)
        page = f"/admin/calendar/classes/{lost.pk}/"
        assert "Made up for" not in browser.get(page).content.decode()
        after = browser.post(page, {"action": "restore"}, follow=True).content.decode()
        assert "is scheduled again" in after
        assert "make-up" not in after
