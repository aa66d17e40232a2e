"""“Schedule a make-up…” in the list of classes, and the filter of make-ups that are due."""

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

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
CLASSES = "/admin/scheduling/scheduledclass/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 1, 5, 6, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def lost():
    row = make.lesson(make.student("Ana Ruiz"), MONDAY, teacher=make.teacher("Marta Gil"))
    return cancel(row.pk, by="teacher", now=EARLY)


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def run_action(browser, *rows, **form):
    data = {"action": "make_up", "_selected_action": [row.pk for row in rows], **form}
    answer = browser.post(f"{CLASSES}?when=all", data, follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_form_names_the_due_date_and_changes_nothing(browser, lost):
    text = run_action(browser, lost)
    assert "Cancelled by: teacher." in text
    assert "due by Fri 6 Mar 2026" in text
    assert ScheduledClass.objects.count() == 1


def test_the_page_of_the_cancelled_class_offers_it_while_it_is_owed(browser, lost):
    page = f"{CLASSES}{lost.pk}/change/"
    button = 'name="action" value="make_up"'
    assert button in browser.get(page).content.decode()
    run_action(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    text = browser.get(page).content.decode()
    assert button not in text
    assert "It is made up for by this class" in text
    kept = make.lesson(make.student("Leo Park"), MONDAY, "12:00", "13:00")
    assert button not in browser.get(f"{CLASSES}{kept.pk}/change/").content.decode()


def test_a_class_without_a_make_up_due_is_refused_without_a_form(browser, lost):
    planned = make.lesson(make.student("Leo Park"), MONDAY, "12:00", "13:00")
    text = run_action(browser, planned)
    assert "Only a cancelled class can have a make-up." in text
    assert "Cancelled by" not in text
    run_action(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert "It already has a make-up" in run_action(browser, lost)


def test_the_make_up_is_stored_and_linked_to_the_lost_class(browser, lost):
    text = run_action(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert "Make-up: Ana Ruiz · Fri 9 Jan 2026, 16:00–17:00." in text
    made = ScheduledClass.objects.get(date=day("2026-01-09"))
    assert made.make_up_for == lost
    page = browser.get(f"{CLASSES}{made.pk}/change/").content.decode()
    assert "Ana Ruiz · Mon 5 Jan 2026, 10:00–11:00" in page


def test_errors_are_shown_beside_the_form(browser, lost):
    make.lesson(make.student("Leo Park"), day("2026-01-09"), "16:00", "17:00", lost.teacher)
    text = run_action(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert "Marta Gil already teaches Leo Park at that time" in text
    assert "Enter a valid date." in run_action(
        browser, lost, date="x", start_time="16:00", teacher=""
    )


def test_several_classes_at_once_are_refused(browser, lost):
    other = cancel(make.lesson().pk, by="teacher", now=EARLY)
    assert "Choose one cancelled class." in run_action(browser, lost, other)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [("owed", {"Leo Park"}), ("made", {"Ana Ruiz"}), ("is", {"Ana Ruiz"})],
)
def test_classes_are_filtered_by_make_up(browser, lost, chosen, names):
    run_action(browser, lost, date="2026-01-09", start_time="16:00", teacher="")
    leo = make.lesson(make.student("Leo Park"), MONDAY)
    cancel(leo.pk, by="studio", now=EARLY)
    make.lesson(make.student("Eva Roth"), MONDAY)
    text = browser.get(f"{CLASSES}?when=all&make_up={chosen}").content.decode()
    assert {name for name in ("Ana Ruiz", "Leo Park", "Eva Roth") if name in text} == names


def test_a_teacher_cannot_schedule_a_make_up(client, lost):
    client.force_login(account(TEACHER, teacher=lost.teacher))
    run_action(client, lost, date="2026-01-09", start_time="16:00", teacher="")
    assert ScheduledClass.objects.count() == 1


class TestRestored:
    """A restored class with a make-up: both take place, and the pages name the make-up."""

    MESSAGE = (
        "Its make-up takes place too: Ana Ruiz · Fri 9 Jan 2026, 16:00–17:00. "
        "Cancel the make-up if it is no longer needed."
    )

    @pytest.fixture
    def made(self, lost):
        return schedule(lost.pk, to_date=day("2026-01-09"), start_time=at("16:00"), now=EARLY)

    def test_restoring_in_the_calendar_names_the_make_up(self, browser, lost, made):
        page = f"/admin/calendar/classes/{lost.pk}/"
        before = " ".join(browser.get(page).content.decode().split())
        assert "Made up for by</dt><dd>Ana Ruiz · Fri 9 Jan 2026, 16:00–17:00" in before
        after = browser.post(page, {"action": "restore"}, follow=True).content.decode()
        assert self.MESSAGE in after
        assert "Made up for by" not in after

    def test_restoring_in_the_list_names_the_make_up(self, browser, lost, made):
        form = {"action": "restore", "_selected_action": [lost.pk]}
        text = browser.post(f"{CLASSES}?when=all", form, follow=True).content.decode()
        assert f"Ana Ruiz · Mon 5 Jan 2026, 10:00–11:00: {self.MESSAGE}" in text

    def test_restoring_on_the_page_of_the_class_names_the_make_up(self, browser, lost, made):
        page = f"{CLASSES}{lost.pk}/change/"
        answer = browser.get(page)
        assert "It is made up for by this class: Ana Ruiz · Fri 9 Jan" in answer.content.decode()
        values = answer.context["adminform"].form.initial
        form = {name: value for name, value in values.items() if value is not None}
        form |= {"status": "scheduled", "cancelled_by": "", "cancel_reason": ""}
        assert self.MESSAGE in browser.post(page, form, follow=True).content.decode()
        lost.refresh_from_db()
        assert lost.status == "scheduled"

    def test_a_cancelled_make_up_is_not_named(self, browser, lost, made):
        cancel(made.pk, by="student", now=EARLY)
        page = f"/admin/calendar/classes/{lost.pk}/"
        assert "Made up for" not in browser.get(page).content.decode()
        after = browser.post(page, {"action": "restore"}, follow=True).content.decode()
        assert "is scheduled again" in after
        assert "make-up" not in after
