"""“Tell the families” with a single class: on its page, in the list and in the calendar."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.messages import get_messages

from scheduling.models import Message
from scheduling.services.roles import SCHEDULER
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]

CLASSES = "/admin/scheduling/scheduledclass/?when=all"
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
FRIDAY = date(2026, 1, 9)
OFFER = "Tell the families"


@pytest.fixture
def marta():
    return make.teacher("Marta Gil", email="marta@example.org")


@pytest.fixture
def lesson(marta):
    ana = make.student("Ana Ruiz", email="ana@example.org")
    return make.lesson(ana, FRIDAY, teacher=marta, subject="Piano")


@pytest.fixture
def silent(marta):
    """A class of a student without an address."""
    return make.lesson(make.student("Leo Park"), FRIDAY, "15:00", "16:00", teacher=marta)


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def messages_of(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def form_of(browser, lesson):
    """Return the address of the class and the values of its form."""
    address = f"/admin/scheduling/scheduledclass/{lesson.pk}/change/"
    answer = browser.get(address)
    form = answer.context["adminform"].form
    values = {bound.name: bound.value() for bound in form}
    return address, {name: value for name, value in values.items() if value not in (None, False)}


def test_page_of_a_class_offers_to_notify(browser, lesson):
    address, values = form_of(browser, lesson)
    page = browser.get(address).content.decode()
    assert OFFER in page
    assert "1 e-mail to a family, 1 e-mail to a teacher." in page
    assert "notify" not in values

    browser.post(address, values | {"start_time": "12:00", "end_time": "13:00"})
    assert not Message.objects.exists()
    moved = values | {"start_time": "14:00", "end_time": "15:00", "notify": "on"}
    answer = browser.post(address, moved)
    assert "2 e-mails queued." in messages_of(answer)
    assert Message.objects.filter(recipient="ana@example.org").get().subject == (
        "New time: Piano with Marta Gil, Friday 9 January, 14:00"
    )


def test_page_is_saved_without_a_change_if_only_the_box_differs(browser, lesson):
    address, values = form_of(browser, lesson)
    browser.post(address, values | {"notify": "on"})
    lesson.refresh_from_db()
    assert (lesson.edited_at, Message.objects.count()) == (None, 0)


@pytest.mark.parametrize(("setting", "is_offered"), [("always", True), ("never", False)])
def test_setting_decides_what_is_offered(browser, lesson, setting, is_offered):
    make.studio(notify_families=setting)
    address, values = form_of(browser, lesson)
    assert (OFFER in browser.get(address).content.decode()) == is_offered
    assert ("notify" in values) == is_offered
    details = browser.get(f"/admin/calendar/classes/{lesson.pk}/").content.decode()
    assert (OFFER in details) == is_offered


def test_past_class_offers_no_notice(browser, marta):
    past = make.lesson(make.student("Ana Ruiz", email="a@example.org"), date(2026, 1, 5))
    page = browser.get(f"/admin/scheduling/scheduledclass/{past.pk}/change/").content.decode()
    details = browser.get(f"/admin/calendar/classes/{past.pk}/").content.decode()
    assert OFFER not in page
    assert OFFER not in details


def test_cancelled_classes_of_the_list_are_notified(browser, lesson, silent):
    data = {"action": "cancel", "_selected_action": [lesson.pk, silent.pk]}
    page = browser.post(CLASSES, data).content.decode()
    assert "1 e-mail to a family, 1 e-mail to a teacher." in page
    assert "Without an e-mail address: Leo Park." in page
    answer = browser.post(CLASSES, data | {"by": "studio", "notify": "on"})
    assert messages_of(answer)[-2:] == [
        "2 e-mails queued.",
        "Without an e-mail address: Leo Park. Call them.",
    ]
    assert Message.objects.get(recipient="marta@example.org").subject == "2 lessons are cancelled"


def test_restored_classes_of_the_list_are_notified_by_an_action_of_their_own(browser, lesson):
    data = {"_selected_action": [lesson.pk]}
    browser.post(CLASSES, data | {"action": "cancel", "by": "studio"})
    browser.post(CLASSES, data | {"action": "restore"})
    browser.post(CLASSES, data | {"action": "cancel", "by": "studio"})
    assert not Message.objects.exists()
    answer = browser.post(CLASSES, data | {"action": "restore_and_notify"})
    assert messages_of(answer)[-2:] == ["1 class restored.", "2 e-mails queued."]
    assert Message.objects.first().subject.startswith("Takes place after all: Piano")


def test_calendar_notifies_of_a_class(browser, lesson):
    address = f"/admin/calendar/classes/{lesson.pk}/"
    page = browser.get(address).content.decode()
    assert page.count('name="notify"') == 2
    script = {"X-Requested-With": "XMLHttpRequest"}
    data = {"action": "cancel", "by": "student", "notify": "on"}
    done = browser.post(address, data, headers=script).json()["done"]
    assert done.endswith("is cancelled. 2 e-mails queued.")
    done = browser.post(address, {"action": "restore"}, headers=script).json()["done"]
    assert done.endswith("is scheduled again.")
    assert Message.objects.count() == 2


def test_calendar_notifies_of_a_planned_occurrence(browser, marta):
    mia = make.student("Mia Roth", email="mia@example.org")
    slot = make.slot(marta, mia, weekday=5, start="18:00")
    address = f"/admin/calendar/occurrences/recurring_slot/{slot.pk}/{FRIDAY}/"
    assert "1 e-mail to a family" in browser.get(address).content.decode()
    data = {
        "action": "move",
        "date": "2026-01-09",
        "start_time": "19:00",
        "end_time": "20:00",
        "teacher": marta.pk,
        "notify": "on",
    }
    script = {"X-Requested-With": "XMLHttpRequest"}
    done = browser.post(address, data, headers=script).json()["done"]
    assert "2 e-mails queued." in done
    body = Message.objects.get(recipient="mia@example.org").body
    assert "19:00–20:00 (before: Friday 9 January, 18:00–19:00)" in body


def test_teacher_who_changes_their_own_lesson_gets_no_notice(client, marta, lesson):
    user = account(SCHEDULER)
    marta.user = user
    marta.save()
    client.force_login(user)
    page = client.get(f"/admin/calendar/classes/{lesson.pk}/").content.decode()
    assert "1 e-mail to a family. " not in page
    data = {"action": "cancel", "by": "teacher", "notify": "on"}
    client.post(f"/admin/calendar/classes/{lesson.pk}/", data)
    assert list(Message.objects.values_list("recipient", flat=True)) == ["ana@example.org"]


def test_page_of_a_closure_shows_the_messages_before_they_are_queued(browser, marta):
    make.slot(marta, make.student("Ana", email="ana@example.org"), weekday=5)
    horizon(NOW.date(), NOW)
    values = {"name": "Fair", "first_date": "2026-01-09", "last_date": "2026-01-09"}
    answer = browser.get("/admin/scheduling/closure/add/", values | {"look": "1"})
    page = answer.content.decode()
    assert "1 e-mail to a family, 1 e-mail to a teacher." in page
    assert "Cancelled: Lesson with Marta Gil, Friday 9 January, 10:00" in page
    assert "- Lesson with Ana: Friday 9 January, 10:00–11:00" in page
    plan = answer.context["change_plan"].fingerprint
    answer = browser.post("/admin/scheduling/closure/add/", values | {"plan": plan, "notify": "on"})
    assert "2 e-mails queued." in messages_of(answer)
    assert Message.objects.count() == 2
