"""Closures in the admin: what they would cancel first, then exactly that; public holidays too."""

from datetime import date, timedelta

import pytest

from scheduling.models import Closure, ScheduledClass
from scheduling.selectors.studio import studio_today
from scheduling.services.roles import VIEWER
from scheduling.services.schedules.public_holidays import public_holidays
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import STALE, dates
from scheduling.tests.support.roles import account

from .helpers import day, hidden, look, message_of, plan_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]
ADD = "/admin/scheduling/closure/add/"
HOLIDAYS = "/admin/scheduling/closure/holidays/"
LIST = "/admin/scheduling/closure/"


def fields(**values):
    days = {"first_date": str(day(1)), "last_date": str(day(8))}
    return {"name": "Strike", **days, "teacher": "", "student": ""} | values


def page_of(closure, kind="change"):
    return f"{LIST}{closure.pk}/{kind}/"


def do(browser, address, asked):
    """Look, then press the button that the page shows."""
    answer = browser.post(address, hidden(look(browser, address, asked)))
    assert answer.status_code == 302, answer.content.decode()
    return message_of(answer)


def test_a_new_one_is_looked_at_and_done(browser, slot):
    text = look(browser, ADD, fields()).content.decode()
    assert "This would cancel 2 classes." in text
    assert "closed: Strike" in text
    assert not Closure.objects.exists()

    assert do(browser, ADD, fields()) == "Done. Classes: 2 cancelled."

    assert len(dates()) == 10
    assert "Strike" in browser.get(LIST).content.decode()


def test_it_is_filled_in_with_today_and_asks_for_a_name(browser, slot):
    assert f'value="{studio_today()}"' in browser.get(ADD).content.decode()
    errors = look(browser, ADD, fields(name="")).context["form"].errors
    assert list(errors) == ["name"]
    both = fields(teacher=str(slot.teacher_id), student=str(slot.student_id))
    assert "not both" in look(browser, ADD, both).content.decode()


def test_without_a_look_nothing_is_done(browser, slot):
    answer = browser.post(ADD, fields())
    assert answer.status_code == 409
    assert not Closure.objects.exists()


def test_the_state_has_changed_since(browser, slot):
    plan = plan_of(look(browser, ADD, fields()))
    ScheduledClass.objects.filter(date=day(8)).update(notes="recital")
    answer = browser.post(ADD, fields(plan=plan))
    assert answer.status_code == 409
    assert STALE in answer.content.decode()
    assert "1 class keeps your changes." in answer.content.decode()
    assert browser.post(ADD, fields(plan=plan_of(answer))).status_code == 302
    assert len(dates()) == 11


def test_changed_and_taken_away(browser, slot):
    do(browser, ADD, fields())
    closure = Closure.objects.get()
    change = page_of(closure)
    text = browser.get(change).content.decode()
    assert 'value="Strike"' in text
    assert page_of(closure, "history") in text
    assert page_of(closure, "delete") in text

    shorter = fields(last_date=str(day(1)))
    assert do(browser, change, shorter) == "Done. Classes: 1 restored."
    someone = fields(student=str(make.student().pk), last_date=str(day(1)))
    assert do(browser, change, someone) == "Done. Classes: 1 restored."
    assert do(browser, change, fields()) == "Done. Classes: 2 cancelled."

    answer = browser.get(page_of(closure, "delete"))
    assert "This would restore 2 classes." in answer.content.decode()
    answer = browser.post(page_of(closure, "delete"), hidden(answer))
    assert message_of(answer) == "Done. Classes: 2 restored."
    assert (Closure.objects.count(), len(dates())) == (0, 12)


def test_a_pause_stays_with_its_schedule(browser, slot):
    pause = make.closure("Exams", day(1), student=slot.student, recurring_slot=slot)
    form = browser.get(page_of(pause)).context["form"]
    assert list(form.fields) == ["name", "first_date", "last_date"]


def test_several_are_taken_away_together(browser, slot):
    do(browser, ADD, fields(last_date=str(day(1))))
    do(browser, ADD, fields(first_date=str(day(8))))
    ids = list(Closure.objects.values_list("pk", flat=True))
    data = {"action": "delete_selected", "_selected_action": ids}
    answer = browser.get(browser.post(LIST, data)["Location"])
    assert "This would restore 2 classes." in answer.content.decode()
    assert browser.post(f"{LIST}reopen/", hidden(answer)).status_code == 302
    assert (Closure.objects.count(), len(dates())) == (0, 12)
    gone = browser.get(f"{LIST}reopen/", {"ids": "7", "look": "1"})
    assert "no longer exists" in gone.content.decode()
    wrong = browser.get(f"{LIST}reopen/", {"ids": "7;DROP", "look": "1"})
    assert "Choose closures in the list." in wrong.content.decode()


def test_who_only_looks_has_the_stock_page(client, slot):
    closure = make.closure("Strike", day(1))
    client.force_login(account(VIEWER))
    text = client.get(page_of(closure)).content.decode()
    assert "Strike" in text
    assert "See what would happen" not in text
    assert "Public holidays" not in client.get(LIST).content.decode()


class TestHolidays:
    """A country's days, ticked, and closed with one button."""

    @pytest.fixture
    def ahead(self, slot, monkeypatch):
        """Tomorrow and the day after are holidays, yesterday was one."""
        days = [(day(-1), "Eve"), (day(1), "Feast"), (day(2), "Saint Stephen")]
        monkeypatch.setattr(
            "scheduling.admin.schedules.changes.holidays.public_holidays", lambda *args: list(days)
        )
        return days

    def sent(self, browser, days=(), **values):
        page = browser.get(HOLIDAYS, {"country": "ES", "region": "CT", "years": self.year()})
        return hidden(page) | {"day": [str(each) for each in days], **values}

    def year(self):
        return str(studio_today().year)

    def test_the_list_says_what_each_would_do(self, browser, ahead):
        make.closure("Bridge", day(2))
        page = browser.get(HOLIDAYS, {"country": "ES", "years": self.year()})
        found = {one.name: one for one in page.context["holidays"]}
        assert (found["Eve"].is_past, found["Eve"].is_ticked) == (True, False)
        assert (len(found["Feast"].cancelled), found["Feast"].is_ticked) == (1, True)
        assert (found["Saint Stephen"].closure, found["Saint Stephen"].is_ticked) == (
            "Bridge",
            False,
        )
        assert "cancels 1 class" in page.content.decode()

    def test_an_address_that_names_a_country_alone_is_enough(self, browser, ahead):
        page = browser.get(HOLIDAYS, {"country": "ES"})
        assert page.context["form"].errors == {}
        assert [one.name for one in page.context["holidays"]]

    def test_one_click_closes_the_ticked_days_and_the_next_import_knows_the_place(
        self, browser, ahead
    ):
        answer = browser.post(HOLIDAYS, self.sent(browser, [day(1)]))
        assert message_of(answer) == "1 day is closed. Done. Classes: 1 cancelled."
        closure = Closure.objects.get()
        assert (closure.name, closure.public_holiday_of) == ("Feast", "ES-CT")
        assert len(dates()) == 11
        again = browser.get(HOLIDAYS)
        assert again.context["fields"]["country"] == "ES"
        assert again.context["fields"]["region"] == "CT"
        # Twice makes nothing twice.
        browser.post(HOLIDAYS, self.sent(browser, [day(1)]))
        assert Closure.objects.count() == 1

    def test_the_state_has_changed_since(self, browser, ahead):
        sent = self.sent(browser, [day(1)])
        ScheduledClass.objects.filter(date=day(1)).update(notes="recital")
        answer = browser.post(HOLIDAYS, sent)
        assert answer.status_code == 409
        assert STALE in answer.content.decode()
        assert not Closure.objects.exists()
        # What was ticked stays ticked.
        assert [one.is_ticked for one in answer.context["holidays"]] == [False, True, False]

    def test_nothing_ticked_closes_nothing(self, browser, ahead):
        answer = browser.post(HOLIDAYS, self.sent(browser))
        assert "No day was chosen" in answer.content.decode()
        assert not Closure.objects.exists()

    def test_another_country_than_the_one_of_the_region(self, browser):
        asked = {"country": "FR", "region": "CT", "years": self.year()}
        page = browser.get(HOLIDAYS, asked)
        assert page.context["holidays"]
        assert page.context["form"].cleaned_data["region"] == ""
        wrong = browser.get(HOLIDAYS, {"country": "Atlantis", "years": "x"})
        assert (wrong.status_code, wrong.context["holidays"]) == (200, [])

    def test_names_come_in_the_language_of_the_reader(self):
        assert (date(2026, 12, 25), "Natividad del Señor") in public_holidays(
            "ES", "CT", [2026], "es"
        )
        assert (date(2026, 12, 25), "Christmas Day") in public_holidays("ES", "CT", [2026], "en")
        # Not every country has its names in every language; then they come in its own.
        assert public_holidays("JP", "", [2026], "es")[0][0] == date(2026, 1, 1)


def test_a_year_of_holidays_is_closed_in_few_queries(browser, slot, django_assert_max_num_queries):
    page = browser.get(HOLIDAYS, {"country": "ES", "years": f"{day(0).year}-{day(0).year + 1}"})
    days = [str(one.day) for one in page.context["holidays"] if one.is_ticked]
    assert len(days) > 5
    with django_assert_max_num_queries(40 + 3 * len(days)):
        browser.post(HOLIDAYS, hidden(page) | {"day": days})
    assert Closure.objects.count() == len(days)
    assert studio_today() - timedelta(1) not in Closure.objects.values_list("first_date", flat=True)
