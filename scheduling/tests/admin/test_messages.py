"""The outbox in the admin: access, undelivered messages and “Send again”."""

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scheduling.jobs.notifications.reminders import remind
from scheduling.models import Message
from scheduling.tests import factories as make
from scheduling.tests.admin.schedules.helpers import message_of
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
LIST = "/admin/scheduling/message/"


@pytest.fixture
def browser(client):
    client.force_login(account("superuser"))
    return client


@pytest.fixture
def refused():
    """Create a reminder that the mail server has refused."""
    now = timezone.now()
    ana = make.student("Ana Ruiz", email="ana@example.org")
    start = now + timedelta(hours=20)
    make.lesson(ana, start.date(), f"{start:%H}:00", f"{start:%H}:30")
    remind(now + timedelta(hours=10))
    Message.objects.update(state="refused", error="550 5.1.1 no such user", next_try=now)
    return Message.objects.get()


def send_again_url(message):
    return reverse("admin:scheduling_message_send_again", args=[message.pk])


def test_home_and_the_students_page_show_undelivered_messages(browser, refused):
    home = browser.get("/admin/").content.decode()
    assert "1 e-mail may not have arrived." in home
    assert f'href="{LIST}?delivery=undelivered"' in home
    student = refused.items.get().student_id
    page = browser.get(f"/admin/scheduling/student/{student}/change/").content.decode()
    assert "550 5.1.1 no such user" in page
    assert f'action="{send_again_url(refused)}"' in page
    Message.objects.update(state="sent")
    assert "may not have arrived" not in browser.get("/admin/").content.decode()


def test_the_list_is_filtered_and_read_only(browser, refused):
    page = browser.get(f"{LIST}?delivery=undelivered").content.decode()
    assert "ana@example.org" in page
    assert "ana@example.org" not in browser.get(f"{LIST}?state__exact=sent").content.decode()
    detail = browser.get(f"{LIST}{refused.pk}/change/").content.decode()
    assert "Reminder: Lesson" in detail
    assert 'name="_save"' not in detail
    assert browser.post(f"{LIST}add/").status_code == 403


def test_send_again_queues_the_same_message_and_logs_it(browser, refused):
    page = reverse("admin:scheduling_student_change", args=[refused.items.get().student_id])
    answer = browser.post(send_again_url(refused), {"next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert message_of(answer) == "1 e-mail queued."
    after = Message.objects.get()
    assert (after.state, after.message_id) == ("waiting", refused.message_id)
    entry = LogEntry.objects.get_for_object(refused).get()
    assert (entry.actor.username, entry.changes) == (
        answer.wsgi_request.user.username,
        {"state": ["refused", "waiting"]},
    )
    history = browser.get(f"{LIST}{refused.pk}/history/").content.decode()
    assert "superuser" in history
    # A second click queues nothing.
    assert "This message is waiting or was sent." in message_of(
        browser.post(send_again_url(refused))
    )


def test_an_expired_message_is_not_sent_again(browser, refused):
    Message.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "It is too late to send this message." in message_of(
        browser.post(send_again_url(refused))
    )
    assert Message.objects.get().state == "refused"


def test_a_message_being_delivered_is_not_sent_again(browser, refused):
    ahead = timezone.now() + timedelta(minutes=5)
    Message.objects.update(state="unknown", next_try=ahead)
    assert "may not have arrived" not in browser.get("/admin/").content.decode()
    browser.post(send_again_url(refused))
    assert Message.objects.get().state == "unknown"


def test_redirects_stay_on_this_site(browser, refused):
    answer = browser.post(send_again_url(refused), {"next": "https://evil.example.com/"})
    assert answer["Location"] == f"{LIST}{refused.pk}/change/"
    assert browser.get(send_again_url(refused)).status_code == 405


@pytest.mark.parametrize(
    ("role", "sees", "sends"),
    [("Owner", True, True), ("Scheduler", True, True), ("Viewer", True, False), ("", False, False)],
)
def test_access_depends_on_the_role(refused, role, sees, sends):
    client = Client()
    client.force_login(account(role))
    assert client.get(LIST).status_code == (200 if sees else 403)
    assert ("may not have arrived" in client.get("/admin/").content.decode()) == sees
    assert client.post(send_again_url(refused)).status_code == (302 if sends else 403)
    assert (Message.objects.get().state == "waiting") == sends


def test_deleting_a_student_deletes_their_messages(refused):
    student = refused.items.get().student
    student.classes.all().delete()
    student.delete()
    assert not Message.objects.exists()
