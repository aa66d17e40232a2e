"""“Tell the families” in the form of a weekly lesson."""

import pytest

from scheduling.models import Message, ScheduledClass
from scheduling.tests import factories as make
from scheduling.text.dates import coming_day

from .helpers import day, message_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
OFFER = "Tell the families"


@pytest.fixture
def eva(slot):
    return make.guardian("Eva Ruiz", slot.student, email="eva@example.org", language="en")


@pytest.fixture
def save(browser, django_capture_on_commit_callbacks):
    """Return a function that saves the form of a rule with some values changed."""

    def save(rule, **values):
        address = f"/admin/scheduling/{rule._meta.model_name}/{rule.pk}/change/"
        form = browser.get(address).context["adminform"].form
        own = {bound.name: bound.value() for bound in form}
        own = {name: value for name, value in own.items() if value not in (None, False, "")}
        with django_capture_on_commit_callbacks(execute=True):
            answer = browser.post(address, own | values)
        assert answer.status_code == 302, answer.content.decode()
        return message_of(answer)

    return save


def page_of(browser, rule):
    return browser.get(
        f"/admin/scheduling/{rule._meta.model_name}/{rule.pk}/change/"
    ).content.decode()


def test_moved_slot_is_told_in_one_message(browser, save, slot, eva):
    page = page_of(browser, slot)
    assert OFFER in page
    assert "1 e-mail to a family." in page

    save(slot, start_time="12:00")
    assert not Message.objects.exists()
    assert "1 e-mail queued." in save(slot, start_time="16:00", notify="on")
    message = Message.objects.get()
    assert message.subject.startswith("New time: Ana: Lesson with Marta, ")
    # The twelve classes that are stored, and all later ones.
    assert message.body.count("- Ana: Lesson with Marta: ") == 1
    assert message.body.count("16:00–17:00, from ") == message.body.count("12:00–13:00)") == 1

    # Taken back before it is sent; the earlier change was not told.
    save(slot, start_time="12:00", notify="on")
    assert not Message.objects.exists()


def test_ended_slot_is_told_as_cancelled(save, slot, eva):
    save(slot, valid_until=str(day(9)), notify="on")
    message = Message.objects.get()
    assert "These lessons are cancelled:" in message.body
    assert message.body.count("- Ana: Lesson with Marta: ") == 1
    assert f"from {coming_day(day(15), day(0))}" in message.body
    assert ScheduledClass.objects.count() == 2


def test_box_alone_changes_nothing(save, slot, eva):
    assert "e-mail" not in save(slot, notify="on")
    assert not Message.objects.exists()


def test_nothing_is_offered_for_a_new_lesson_or_if_the_studio_never_does(browser, slot, eva):
    assert OFFER in page_of(browser, make.slot(start="20:00", valid_until=day(-1)))
    assert OFFER not in browser.get("/admin/scheduling/recurringslot/add/").content.decode()
    make.studio(notify_families="never")
    assert OFFER not in page_of(browser, slot)


def test_fixed_schedule_is_told_without_an_address(browser, save):
    schedule = make.schedule(make.student("Leo Park"), weekday=7, start="22:00", end="22:45")
    sunday = day(14 - day(0).isoweekday())
    make.lesson(fixed_schedule=schedule, on=sunday, start="22:00", end="22:45")
    assert "Without an e-mail address: Leo Park." in page_of(browser, schedule)
    text = save(schedule, start_time="23:00", end_time="23:45", notify="on")
    assert "Without an e-mail address: Leo Park. Call them." in text


def test_selected_slots_are_paused_and_told(browser, slot, eva, django_capture_on_commit_callbacks):
    address = "/admin/scheduling/recurringslot/"
    chosen = {"action": "pause_and_notify", "_selected_action": [slot.pk]}
    assert "Pause and tell the families" in browser.get(address).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(address, chosen)
    message = Message.objects.get()
    assert "These lessons are cancelled:" in message.body
    assert message.body.count("- Ana: Lesson with Marta: ") == 1
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(address, chosen | {"action": "resume"})
    assert Message.objects.get() == message
    make.studio(notify_families="always")
    assert "Pause and tell the families" not in browser.get(address).content.decode()
