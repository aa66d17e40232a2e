"""Actions on people and slots: pause, resume, end, deactivate; their classes follow at once."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from scheduling.models import Closure, RecurringSlot, ScheduledClass, SlotStatus
from scheduling.services.roles import SCHEDULER, VIEWER
from scheduling.services.schedules.apply_changes import apply_change
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

# A change is applied on commit.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

DAY = timedelta(days=1)


def today():
    return timezone.localdate()


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


@pytest.fixture
def slot():
    """Create a slot on tomorrow's weekday with the classes of its horizon."""
    created = make.slot(weekday=(today() + DAY).isoweekday(), valid_from=today())
    apply_change(
        student_ids=[created.student_id], today=today(), clock=timezone.now, triggered_by=""
    )
    assert upcoming_classes().count() == 12
    return created


def upcoming_classes():
    return ScheduledClass.objects.filter(status="scheduled", date__gt=today())


def run_action(browser, row, action, **more):
    table = row._meta.model_name
    data = {"action": action, "_selected_action": [row.pk], **more}
    answer = browser.post(f"/admin/scheduling/{table}/", data, follow=True)
    row.refresh_from_db()
    return answer.content.decode()


def confirm(browser, person, page, change="deactivate"):
    """Submit the plan on ``page``."""
    data = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    address = f"/admin/scheduling/{person._meta.model_name}/{change}/"
    answer = browser.post(address, data, follow=True)
    person.refresh_from_db()
    return answer.content.decode()


def save(browser, person, **values):
    """Submit a person's form with “Active” cleared."""
    address = f"/admin/scheduling/{person._meta.model_name}/{person.pk}/change/"
    form = browser.get(address).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data |= {"is_active": None} | values
    if person._meta.model_name == "student":
        for formset in ("fixed_schedules", "student_guardians"):
            data |= {f"{formset}-TOTAL_FORMS": 0, f"{formset}-INITIAL_FORMS": 0}
    data = {name: value for name, value in data.items() if value is not None}
    answer = browser.post(address, data, follow=True)
    person.refresh_from_db()
    return answer.content.decode()


def test_a_slot_is_paused_resumed_and_ended(browser, slot):
    assert "1 slot paused." in run_action(browser, slot, "pause")
    assert (slot.status, upcoming_classes().count()) == (SlotStatus.PAUSED, 0)
    assert "1 needed no change." in run_action(browser, slot, "pause")
    assert "1 slot resumed." in run_action(browser, slot, "resume")
    assert (slot.status, upcoming_classes().count()) == (SlotStatus.ACTIVE, 12)
    assert "1 slot ended." in run_action(browser, slot, "end")
    assert (slot.status, upcoming_classes().count()) == (SlotStatus.CANCELLED, 0)
    assert "This slot has ended. Book a new one." in run_action(browser, slot, "resume")
    assert slot.status == SlotStatus.CANCELLED


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_people_are_deactivated_and_activated(browser, slot, role):
    person = getattr(slot, role)
    text = run_action(browser, person, "deactivate")
    assert "This would remove 12 classes." in text
    assert str(person) in text
    assert (person.is_active, upcoming_classes().count()) == (True, 12)
    assert "Done. Classes: 12 removed." in confirm(browser, person, text)
    assert (person.is_active, upcoming_classes().count()) == (False, 0)
    assert "None of them is active: there is nothing to do." in run_action(
        browser, person, "deactivate"
    )
    run_action(browser, person, "activate")
    assert (person.is_active, upcoming_classes().count()) == (True, 12)


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_clearing_active_shows_a_preview_and_saves_the_rest(browser, slot, role):
    person = getattr(slot, role)
    text = save(browser, person, email="new@example.org")
    assert "Saved, and still active" in text
    assert "This would remove 12 classes." in text
    assert (person.is_active, person.email, upcoming_classes().count()) == (
        True,
        "new@example.org",
        12,
    )
    confirm(browser, person, text)
    assert (person.is_active, upcoming_classes().count()) == (False, 0)


def test_clearing_active_defers_a_new_zone(browser, slot):
    person = slot.teacher
    text = save(browser, person, time_zone="Asia/Tokyo")
    assert "Saved, and still active" in text
    assert "The time zone is still UTC: change it afterwards." in text
    assert (person.is_active, person.time_zone, upcoming_classes().count()) == (True, "UTC", 12)


def test_a_person_without_upcoming_classes_is_deactivated_at_once(browser):
    ana = make.student("Ana Ruiz")
    save(browser, ana)
    assert not ana.is_active


def pause(browser, people, first, last):
    """Request the plan of a pause of these people; return its page."""
    ids = ",".join(str(person.pk) for person in people)
    values = {"ids": ids, "first": first, "last": last, "name": "Exams", "look": 1}
    return browser.get(f"/admin/scheduling/{people[0]._meta.model_name}/pause/", values)


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_a_pause_of_any_days_shows_its_plan_first(browser, slot, role):
    person = getattr(slot, role)
    assert f'name="ids" value="{person.pk}"' in run_action(browser, person, "pause")

    page = pause(browser, [person], today() + 7 * DAY, today() + 16 * DAY).content.decode()
    assert "This would cancel 2 classes." in page
    assert not Closure.objects.exists()
    answer = confirm(browser, person, page, "pause")
    assert "Done. Classes: 2 cancelled." in answer
    closure = Closure.objects.get()
    assert (closure.name, getattr(closure, role)) == ("Exams", person)
    assert closure.first_date == today() + 7 * DAY
    assert upcoming_classes().count() == 10


def test_several_people_pause_together(browser, slot):
    other = make.student("Eva Lund")
    make.closure("Exams", today(), student=other)
    page = pause(browser, [slot.student, other], today(), today()).content.decode()
    assert str(slot.student) in page
    assert "Eva Lund" in page
    confirm(browser, slot.student, page, "pause")
    assert Closure.objects.filter(name="Exams").count() == 2
    again = pause(browser, [slot.student, other], today(), today()).content.decode()
    assert "An identical closure already exists." in again


def test_a_pause_that_ends_before_it_begins_is_refused(browser, slot):
    answer = pause(browser, [slot.student], "2026-02-02", "2026-02-01")
    assert answer.context["form"].errors == {"last": ["The last date is before the first date."]}
    assert not Closure.objects.exists()


@pytest.mark.parametrize("role", ["student", "teacher", "slot"])
def test_a_viewer_changes_nothing(client, slot, role):
    client.force_login(account(VIEWER))
    row = slot if role == "slot" else getattr(slot, role)
    for action in ("pause", "resume", "end", "deactivate", "activate", "delete_selected"):
        run_action(client, row, action)
    if role != "slot":
        assert pause(client, [row], today(), today()).status_code == 403
    slot = RecurringSlot.objects.select_related("student", "teacher").get()
    assert (slot.status, slot.student.is_active, slot.teacher.is_active) == ("active", True, True)
    assert not Closure.objects.exists()
    assert upcoming_classes().count() == 12


def test_a_slot_given_to_another_student_takes_its_classes_along(browser, slot):
    other = make.student("Eva Lund")
    form = {
        "teacher": slot.teacher_id,
        "student": other.pk,
        "weekday": slot.weekday,
        "start_time": "10:00",
        "duration_minutes": 60,
        "interval_weeks": 1,
        "status": "active",
        "valid_from": str(slot.valid_from),
    }
    answer = browser.post(f"/admin/scheduling/recurringslot/{slot.pk}/change/", form)
    assert answer.status_code == 302
    assert upcoming_classes().filter(student=other).count() == 12
    assert upcoming_classes().count() == 12
