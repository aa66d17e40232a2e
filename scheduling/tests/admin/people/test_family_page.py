"""Giving, mailing and revoking the address of a family's page."""

import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scheduling.jobs.notifications.delivery import deliver
from scheduling.models import CalendarFeed, Message, MessageState
from scheduling.selectors.feeds.tokens import page_token_of, token_of
from scheduling.services.roles import SCHEDULER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def eva():
    make.studio(name="Estudio Vidal", family_pages=True)
    return make.guardian("Eva Ruiz", make.student("Ana"), email="eva@example.org", language="es")


def client_of(role):
    client = Client()
    client.force_login(account(role))
    return client


def page(client, person):
    model = person._meta.model_name
    url = reverse(f"admin:scheduling_{model}_change", args=[person.pk])
    return client.get(url).content.decode()


def act(client, person, name):
    url = reverse(f"admin:scheduling_{person._meta.model_name}_family_page", args=[person.pk])
    return client.post(url, {"act": name}, follow=True)


@pytest.mark.parametrize("kind", ["guardian", "student"])
def test_address_is_given_once_and_works_until_it_is_revoked(eva, kind):
    person = eva if kind == "guardian" else eva.students.get()
    client = client_of(SCHEDULER)
    assert "It has no address yet." in page(client, person)
    for _click in range(2):
        html = act(client, person, "give").content.decode()
    feed = CalendarFeed.objects.get()
    address = f"http://testserver/family/{page_token_of(feed)}"
    assert address in html
    assert "Not used yet." in html
    assert Client().get(address).status_code == 200
    assert "Last used today at" in page(client, person)

    assert "1 address revoked." in act(client, person, "revoke").content.decode()
    assert Client().get(address).status_code == 404
    assert Client().get(f"/calendar/{token_of(feed)}.ics").status_code == 404
    assert address not in page(client, person)
    act(client, person, "give")
    assert CalendarFeed.objects.filter(revoked_at=None).get() != feed
    changes = LogEntry.objects.get_for_objects(CalendarFeed.objects.all())
    assert {entry.actor.username for entry in changes} == {"scheduler"}
    # Neither log nor history has the secret part of an address.
    assert feed.nonce not in str([entry.changes for entry in changes])


def test_the_mail_has_the_address_and_the_outbox_only_its_beginning(eva):
    client = client_of(SCHEDULER)
    html = act(client, eva, "mail").content.decode()
    assert "The address is on its way to eva@example.org." in html
    message = Message.objects.get()
    token = page_token_of(message.feed)
    assert deliver(timezone.now()) == 1
    (sent,) = mail.outbox
    assert sent.to == ["eva@example.org"]
    assert sent.subject == "Tus clases en Estudio Vidal"
    assert f"http://testserver/family/{token}\n" in sent.body
    message.refresh_from_db()
    assert message.state == MessageState.SENT
    assert "http://testserver/family/***\n" in message.body
    assert token not in message.body
    assert "E-mail of today at" in page(client, eva)


def test_an_address_that_is_revoked_before_its_mail_is_not_sent(eva):
    client = client_of(SCHEDULER)
    act(client, eva, "mail")
    act(client, eva, "revoke")
    assert deliver(timezone.now()) == 0
    assert mail.outbox == []
    assert Message.objects.get().state == MessageState.STALE


def test_without_an_address_nothing_is_mailed(eva):
    eva.email = ""
    eva.save()
    client = client_of(SCHEDULER)
    assert "Mail it" not in page(client, eva)
    assert "There is no e-mail address." in act(client, eva, "mail").content.decode()
    assert not Message.objects.exists()


def test_viewers_do_not_see_the_address_and_change_nothing(eva):
    feed = CalendarFeed.objects.create(guardian=eva)
    client = client_of(VIEWER)
    html = page(client, eva)
    assert "Eva" in html
    assert "family-page" not in html
    assert act(client, eva, "revoke").status_code == 403
    feed.refresh_from_db()
    assert feed.revoked_at is None


def test_nothing_is_offered_while_the_pages_are_off(eva):
    make.studio(family_pages=False)
    client = client_of(SCHEDULER)
    assert "family-page" not in page(client, eva)
    assert "pages are off" in act(client, eva, "give").content.decode()
    assert not CalendarFeed.objects.exists()


def test_feeds_of_guardians_are_listed_and_created(eva):
    client = client_of(SCHEDULER)
    form = {"guardian": str(eva.pk)}
    client.post(reverse("admin:scheduling_calendarfeed_add"), form)
    feed = CalendarFeed.objects.get()
    assert feed.guardian == eva
    html = client.get(reverse("admin:scheduling_calendarfeed_changelist"), {"q": "Ruiz"}).content
    assert f"/calendar/{token_of(feed)}.ics" in html.decode()
    ana = eva.students.get()
    twice = client.post(
        reverse("admin:scheduling_calendarfeed_add"), form | {"student": str(ana.pk)}
    )
    assert "Choose one person: a student, a guardian or a teacher." in twice.content.decode()
