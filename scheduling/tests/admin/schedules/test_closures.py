"""Closures and public holidays in the admin: the preview and the approved plan."""

from datetime import date, timedelta

import pytest

from scheduling.models import Closure, Message, ScheduledClass
from scheduling.selectors.studio import studio_today
from scheduling.services.roles import VIEWER
from scheduling.services.schedules.public_holidays import public_holidays
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import STALE, dates
from scheduling.tests.support.roles import account

from .helpers import day, get_preview, hidden_fields, message_of, plan_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
ADD = "/admin/scheduling/closure/add/"
HOLIDAYS = "/admin/scheduling/closure/holidays/"
LIST = "/admin/scheduling/closure/"


def fields(**values):
    days = {"first_date": str(day(1)), "last_date": str(day(8))}
    return {"name": "Strike", **days, "teacher": "", "student": ""} | values


def page_of(closure, kind="change"):
    return f"{LIST}{closure.pk}/{kind}/"


def preview_and_apply(browser, address, data):
    """Request the preview and submit it; return the message."""
    answer = browser.post(address, hidden_fields(get_preview(browser, address, data)))
    assert answer.status_code == 302, answer.content.decode()
    return message_of(answer)


def test_a_new_closure_is_previewed_and_applied(browser, slot):
    text = get_preview(browser, ADD, fields()).content.decode()
    assert "This would cancel 2 classes." in text
    assert "closed: Strike" in text
    assert not Closure.objects.exists()

    assert preview_and_apply(browser, ADD, fields()) == "Done. Classes: 2 cancelled."

    assert len(dates()) == 10
    assert "Strike" in browser.get(LIST).content.decode()


def test_the_form_defaults_to_today_and_requires_a_name(browser, slot):
    assert f'value="{studio_today()}"' in browser.get(ADD).content.decode()
    errors = get_preview(browser, ADD, fields(name="")).context["form"].errors
    assert list(errors) == ["name"]
    both = fields(teacher=str(slot.teacher_id), student=str(slot.student_id))
    assert "not both" in get_preview(browser, ADD, both).content.decode()


def test_a_closure_without_a_preview_is_refused(browser, slot):
    answer = browser.post(ADD, fields())
    assert answer.status_code == 409
    assert not Closure.objects.exists()


def test_a_stale_plan_is_shown_again(browser, slot):
    plan = plan_of(get_preview(browser, ADD, fields()))
    ScheduledClass.objects.filter(date=day(8)).update(notes="recital")
    answer = browser.post(ADD, fields(plan=plan))
    assert answer.status_code == 409
    assert STALE in answer.content.decode()
    assert "1 class keeps your changes." in answer.content.decode()
    assert browser.post(ADD, fields(plan=plan_of(answer))).status_code == 302
    assert len(dates()) == 11


def test_a_closure_is_changed_and_deleted(browser, slot):
    preview_and_apply(browser, ADD, fields())
    closure = Closure.objects.get()
    change = page_of(closure)
    text = browser.get(change).content.decode()
    assert 'value="Strike"' in text
    assert page_of(closure, "history") in text
    assert page_of(closure, "delete") in text

    shorter = fields(last_date=str(day(1)))
    assert preview_and_apply(browser, change, shorter) == "Done. Classes: 1 restored."
    someone = fields(student=str(make.student().pk), last_date=str(day(1)))
    assert preview_and_apply(browser, change, someone) == "Done. Classes: 1 restored."
    assert preview_and_apply(browser, change, fields()) == "Done. Classes: 2 cancelled."

    answer = browser.get(page_of(closure, "delete"))
    assert "This would restore 2 classes." in answer.content.decode()
    answer = browser.post(page_of(closure, "delete"), hidden_fields(answer))
    assert message_of(answer) == "Done. Classes: 2 restored."
    assert (Closure.objects.count(), len(dates())) == (0, 12)


def test_the_form_of_a_pause_has_no_people(browser, slot):
    pause = make.closure("Exams", day(1), student=slot.student, recurring_slot=slot)
    form = browser.get(page_of(pause)).context["form"]
    assert list(form.fields) == ["name", "first_date", "last_date"]


def test_time_off_is_entered_without_make_ups(browser, slot):
    form = browser.get(ADD).context["form"]
    assert form.initial["earns_make_ups"] is True
    time_off = fields(teacher=str(slot.teacher_id))
    preview_and_apply(browser, ADD, time_off)
    closure = Closure.objects.get()
    assert (closure.teacher, closure.earns_make_ups) == (slot.teacher, False)
    preview_and_apply(browser, page_of(closure), time_off | {"earns_make_ups": "on"})
    closure.refresh_from_db()
    assert closure.earns_make_ups


def test_several_closures_are_deleted_together(browser, slot):
    preview_and_apply(browser, ADD, fields(last_date=str(day(1))))
    preview_and_apply(browser, ADD, fields(first_date=str(day(8))))
    ids = list(Closure.objects.values_list("pk", flat=True))
    data = {"action": "delete_selected", "_selected_action": ids}
    answer = browser.get(browser.post(LIST, data)["Location"])
    assert "This would restore 2 classes." in answer.content.decode()
    assert browser.post(f"{LIST}reopen/", hidden_fields(answer)).status_code == 302
    assert (Closure.objects.count(), len(dates())) == (0, 12)
    gone = browser.get(f"{LIST}reopen/", {"ids": "7", "look": "1"})
    assert "no longer exists" in gone.content.decode()
    wrong = browser.get(f"{LIST}reopen/", {"ids": "7;DROP", "look": "1"})
    assert "Choose closures in the list." in wrong.content.decode()


def test_a_viewer_has_a_read_only_page(client, slot):
    closure = make.closure("Strike", day(1))
    client.force_login(account(VIEWER))
    text = client.get(page_of(closure)).content.decode()
    assert "Strike" in text
    assert "See what would happen" not in text
    assert "Public holidays" not in client.get(LIST).content.decode()


class TestHolidays:
    """Public holidays of a country: ticked and closed with one button."""

    @pytest.fixture
    def holidays(self, slot, monkeypatch):
        """Make yesterday, tomorrow and the day after public holidays."""
        days = [(day(-1), "Eve"), (day(1), "Feast"), (day(2), "Saint Stephen")]
        monkeypatch.setattr(
            "scheduling.admin.schedules.changes.holidays.public_holidays", lambda *args: list(days)
        )
        return days

    def form(self, browser, days=(), **values):
        page = browser.get(HOLIDAYS, {"country": "ES", "region": "CT", "years": self.year()})
        return hidden_fields(page) | {"day": [str(chosen) for chosen in days], **values}

    def year(self):
        return str(studio_today().year)

    def test_the_list_shows_the_effect_of_each_holiday(self, browser, holidays):
        make.closure("Bridge", day(2))
        page = browser.get(HOLIDAYS, {"country": "ES", "years": self.year()})
        found = {holiday.name: holiday for holiday in page.context["holidays"]}
        assert (found["Eve"].is_past, found["Eve"].is_ticked) == (True, False)
        assert (len(found["Feast"].cancelled), found["Feast"].is_ticked) == (1, True)
        assert (found["Saint Stephen"].closure, found["Saint Stephen"].is_ticked) == (
            "Bridge",
            False,
        )
        assert "cancels 1 class" in page.content.decode()

    def test_a_country_alone_is_enough(self, browser, holidays):
        page = browser.get(HOLIDAYS, {"country": "ES"})
        assert page.context["form"].errors == {}
        assert [holiday.name for holiday in page.context["holidays"]]

    def test_ticked_days_are_closed_and_the_region_is_remembered(self, browser, holidays):
        answer = browser.post(HOLIDAYS, self.form(browser, [day(1)]))
        assert message_of(answer) == "1 day is closed. Done. Classes: 1 cancelled."
        closure = Closure.objects.get()
        assert (closure.name, closure.public_holiday_of) == ("Feast", "ES-CT")
        assert len(dates()) == 11
        again = browser.get(HOLIDAYS)
        assert again.context["fields"]["country"] == "ES"
        assert again.context["fields"]["region"] == "CT"
        # A second submit creates no second closure.
        browser.post(HOLIDAYS, self.form(browser, [day(1)]))
        assert Closure.objects.count() == 1

    def test_families_are_told_of_the_ticked_days(self, browser, holidays):
        student = ScheduledClass.objects.get(date=day(1)).student
        student.email = "ana@example.org"
        student.save()
        page = browser.get(HOLIDAYS, {"country": "ES"}).content.decode()
        assert "Tell the families" in page
        assert "1 e-mail to a family." in page
        answer = browser.post(HOLIDAYS, self.form(browser, [day(1)], notify="on"))
        assert "1 e-mail queued." in message_of(answer)
        assert Message.objects.get().subject.startswith("Cancelled: ")

    def test_a_stale_plan_is_shown_again(self, browser, holidays):
        form = self.form(browser, [day(1)])
        ScheduledClass.objects.filter(date=day(1)).update(notes="recital")
        answer = browser.post(HOLIDAYS, form)
        assert answer.status_code == 409
        assert STALE in answer.content.decode()
        assert not Closure.objects.exists()
        # Ticked days stay ticked.
        assert [holiday.is_ticked for holiday in answer.context["holidays"]] == [False, True, False]

    def test_without_a_ticked_day_nothing_is_closed(self, browser, holidays):
        answer = browser.post(HOLIDAYS, self.form(browser))
        assert "No day was chosen" in answer.content.decode()
        assert not Closure.objects.exists()

    def test_a_region_of_another_country_is_dropped(self, browser):
        query = {"country": "FR", "region": "CT", "years": self.year()}
        page = browser.get(HOLIDAYS, query)
        assert page.context["holidays"]
        assert page.context["form"].cleaned_data["region"] == ""
        wrong = browser.get(HOLIDAYS, {"country": "Atlantis", "years": "x"})
        assert (wrong.status_code, wrong.context["holidays"]) == (200, [])

    def test_holidays_have_names_in_the_readers_language(self):
        assert (date(2026, 12, 25), "Natividad del Señor") in public_holidays(
            "ES", "CT", [2026], "es"
        )
        assert (date(2026, 12, 25), "Christmas Day") in public_holidays("ES", "CT", [2026], "en")
        # A country without names in the language has them in its own.
        assert public_holidays("JP", "", [2026], "es")[0][0] == date(2026, 1, 1)


def test_many_holidays_are_closed_in_few_queries(browser, slot, django_assert_max_num_queries):
    page = browser.get(HOLIDAYS, {"country": "ES", "years": f"{day(0).year}-{day(0).year + 1}"})
    days = [str(holiday.day) for holiday in page.context["holidays"] if holiday.is_ticked]
    assert len(days) > 5
    with django_assert_max_num_queries(40 + 3 * len(days)):
        browser.post(HOLIDAYS, hidden_fields(page) | {"day": days})
    assert Closure.objects.count() == len(days)
    assert studio_today() - timedelta(1) not in Closure.objects.values_list("first_date", flat=True)
