"""“Ill today” in the list of teachers: cancels the day's classes and notifies the families."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import Closure, Message, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, moment
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.roles import account

from .helpers import hidden_fields, message_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture(autouse=True)
def marta(monkeypatch):
    """Create a teacher with two classes; the time is Monday 07:00 in Madrid."""
    now = moment("2026-01-05 06:00")
    monkeypatch.setattr(timezone, "now", lambda: now)
    marta = make.teacher("Marta Gil", "Europe/Madrid")
    make.slot(marta, make.student("Ana Ruiz", email="ana@example.org"), start="16:00")
    make.slot(marta, make.student("Mia Roth"), start="17:00")
    horizon(MONDAY, now)
    return marta


def test_an_absence_is_entered_in_two_clicks(browser, marta):
    url = f"/admin/scheduling/teacher/{marta.pk}/ill/"
    assert url in browser.get("/admin/scheduling/teacher/").content.decode()

    answer = browser.get(url)
    page = answer.content.decode()
    assert "This would cancel 2 classes." in page
    assert "1 e-mail to a family. Without an e-mail address: Mia Roth." in page
    assert not Closure.objects.exists()
    answer = browser.post(url, hidden_fields(answer))

    assert answer["Location"] == f"/admin/scheduling/teacher/{marta.pk}/change/"
    assert message_of(answer) == (
        "Done. Classes: 2 cancelled. 1 e-mail queued. "
        "Without an e-mail address: Mia Roth. Call them."
    )
    deliver(timezone.now())
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    assert ScheduledClass.objects.filter(date=MONDAY, status="cancelled").count() == 2
    assert (Closure.objects.get().teacher, Closure.objects.get().last_date) == (marta, MONDAY)


def test_outstanding_classes_of_other_days_are_not_part_of_it(browser, marta):
    ScheduledClass.objects.filter(date=MONDAY + timedelta(28)).delete()
    answer = browser.get(f"/admin/scheduling/teacher/{marta.pk}/ill/")
    assert "This would cancel 2 classes." in answer.content.decode()
    assert [section["outcome"] for section in answer.context["sections"]] == ["cancelled"]
    assert answer.context["anyway"] == []


def test_nothing_is_left_to_do_once_every_family_was_notified(browser, marta):
    url = f"/admin/scheduling/teacher/{marta.pk}/ill/"
    nothing_left = "It is already entered; nothing is left to do."
    browser.post(url, hidden_fields(browser.get(url)))
    page = browser.get(url).content.decode()
    assert "1 e-mail waits to be sent." in page
    assert nothing_left not in page
    deliver(timezone.now())
    page = browser.get(url).content.decode()
    assert nothing_left in page
    assert "Tell the families" not in page
    Message.objects.update(state="refused")
    page = browser.get(url).content.decode()
    assert "The e-mail may not have arrived: Ana Ruiz." in page
    assert nothing_left not in page
    Message.objects.all().delete()
    assert "Tell the families" in browser.get(url).content.decode()


def test_the_button_mentions_no_classes_if_none_would_be_cancelled(browser):
    url = f"/admin/scheduling/teacher/{make.teacher('Tom Lee').pk}/ill/"
    page = browser.get(url).content.decode()
    assert "No existing or upcoming class would change." in page
    assert "Close these days" in page
    assert "Cancel the classes" not in page


def test_an_e_mail_waits_if_no_mail_server_answers(browser, marta, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    url = f"/admin/scheduling/teacher/{marta.pk}/ill/"
    message = message_of(browser.post(url, hidden_fields(browser.get(url))))
    assert "1 e-mail queued." in message
    assert ScheduledClass.objects.filter(date=MONDAY, status="cancelled").count() == 2
    assert deliver(timezone.now()) == 0
    assert "1 e-mail waits to be sent." in browser.get(url).content.decode()


def test_the_default_day_is_the_teachers_own_date(browser, marta, monkeypatch):
    # In Auckland Tuesday has begun.
    marta.time_zone = "Pacific/Auckland"
    marta.save()
    monkeypatch.setattr(timezone, "now", lambda: moment("2026-01-05 12:00"))
    page = browser.get(f"/admin/scheduling/teacher/{marta.pk}/ill/").content.decode()
    assert 'value="2026-01-06"' in page


def test_a_viewer_has_no_link(marta, client: Client):
    client.force_login(account("Viewer"))
    assert "/ill/" not in client.get("/admin/scheduling/teacher/").content.decode()


def test_an_absence_begins_on_any_day(browser, marta):
    url = f"/admin/scheduling/teacher/{marta.pk}/ill/"
    week_later = MONDAY + timedelta(7)
    days = {"first": week_later, "last": week_later, "name": "Flu", "look": 1}
    answer = browser.get(url, days)
    assert "This would cancel 2 classes." in answer.content.decode()
    assert message_of(browser.post(url, hidden_fields(answer))).startswith("Done.")
    cancelled = ScheduledClass.objects.filter(status="cancelled")
    assert {row.date for row in cancelled} == {week_later}
    assert f'value="{MONDAY}"' in browser.get(url).content.decode()
