"""The pages of a schedule change: the form, its preview, the approved plan and a stale plan."""

import re

import pytest

from scheduling.models import Closure, RecurringSlot, ScheduledClass
from scheduling.selectors.studio import studio_today
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import STALE
from scheduling.text.dates import full_day

from .helpers import day, get_preview, hidden_fields, message_of, plan_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def url(row, action):
    return f"/admin/scheduling/{row._meta.model_name}/{row.pk}/{action}/"


def from_fields(slot, **values):
    return {
        "day": str(day(15)),
        "teacher": str(slot.teacher_id),
        "weekday": str(slot.weekday),
        "start_time": f"{slot.start_time:%H:%M}",
        "duration_minutes": str(slot.duration_minutes),
        "interval_weeks": "1",
        "subject": "",
    } | values


def preview_and_apply(browser, address, fields):
    """Request the preview, check that it contains ``fields`` and submit it."""
    answer = get_preview(browser, address, fields)
    assert fields.items() <= hidden_fields(answer).items()
    return browser.post(address, hidden_fields(answer))


def test_the_form_has_the_values_of_the_schedule(browser, slot):
    page = browser.get(url(slot, "from")).content.decode()
    assert f'value="{studio_today()}"' in page
    assert 'value="10:00"' in page
    assert "plan" not in re.findall(r'name="(\w+)"', page)


def test_a_change_from_a_date_is_previewed_and_applied(browser, slot):
    fields = from_fields(slot, start_time="16:00")
    page = get_preview(browser, url(slot, "from"), fields).content.decode()
    assert "This would move 10 classes." in page
    assert f"From {full_day(day(15))}: start time: 10:00 → 16:00" in page
    assert "10 classes are moved" in page
    assert RecurringSlot.objects.get().valid_until is None

    answer = preview_and_apply(browser, url(slot, "from"), fields)

    new = RecurringSlot.objects.exclude(pk=slot.pk).get()
    assert answer["Location"] == f"/admin/scheduling/recurringslot/{new.pk}/change/"
    assert message_of(answer) == "Done. Classes: 10 moved."
    assert new.classes.filter(start_time="16:00").count() == 10


def test_outstanding_classes_are_listed_separately(browser, slot):
    ScheduledClass.objects.filter(date=day(8)).delete()
    answer = get_preview(browser, url(slot, "from"), from_fields(slot, start_time="16:00"))
    page = " ".join(answer.content.decode().split())
    assert "This would move 10 classes." in page
    assert "Unrelated to this change: the plan also updates 1 class" in page
    assert [section["outcome"] for section in answer.context["sections"]] == ["moved"]
    assert [section["outcome"] for section in answer.context["anyway"]] == ["created"]


def test_a_stale_plan_is_shown_again(browser, slot):
    fields = from_fields(slot, start_time="16:00")
    plan = plan_of(get_preview(browser, url(slot, "from"), fields))
    ScheduledClass.objects.filter(date=day(22)).update(notes="recital")

    answer = browser.post(url(slot, "from"), fields | {"plan": plan})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert STALE in page
    assert "1 class keeps your changes." in page
    assert RecurringSlot.objects.count() == 1
    answer = browser.post(url(slot, "from"), fields | {"plan": plan_of(answer)})
    assert answer.status_code == 302


def test_invalid_values_are_field_errors(browser, slot):
    address = url(slot, "from")
    past = get_preview(browser, address, from_fields(slot, day=str(day(-1)), start_time="16:00"))
    assert past.context["form"].errors == {
        "day": ["Choose today or a later day: past classes stay as they were."]
    }
    same = get_preview(browser, address, from_fields(slot))
    assert same.context["form"].non_field_errors() == ["No change: the values are the same."]
    far = get_preview(browser, address, from_fields(slot, day="9999-12-31", start_time="16:00"))
    assert "1970" in far.context["form"].errors["day"][0]
    wrong = get_preview(browser, address, from_fields(slot, duration_minutes="0"))
    assert "duration_minutes" in wrong.context["form"].errors


def test_a_change_without_a_date_changes_the_schedule_itself(browser, slot):
    preview_and_apply(browser, url(slot, "from"), from_fields(slot, day="", start_time="16:00"))
    assert RecurringSlot.objects.get().start_time.hour == 16


def test_a_fixed_schedule_is_changed(browser):
    rule = make.schedule(make.student("Ana Ruiz"), weekday=2)
    fields = {
        "day": str(day(7)),
        "teacher": "",
        "weekday": "2",
        "start_time": "15:00",
        "end_time": "14:00",
        "interval_weeks": "2",
        "subject": "Piano",
    }
    wrong = get_preview(browser, url(rule, "from"), fields)
    assert "The end time must be after the start time." in wrong.content.decode()
    preview_and_apply(browser, url(rule, "from"), fields | {"end_time": "16:00"})
    new = rule.student.fixed_schedules.latest("id")
    assert (new.subject, new.interval_weeks) == ("Piano", 2)


def test_a_slot_is_paused_and_resumed(browser, slot):
    page = browser.get(url(slot, "change")).content.decode()
    assert url(slot, "pause") in page
    assert url(slot, "resume") not in page

    fields = {"first": str(day(1)), "last": str(day(14)), "name": "Exams"}
    answer = preview_and_apply(browser, url(slot, "pause"), fields)

    assert message_of(answer) == "Done. Classes: 2 cancelled."
    assert Closure.objects.get().recurring_slot == slot
    assert url(slot, "resume") in browser.get(url(slot, "change")).content.decode()
    answer = preview_and_apply(browser, url(slot, "resume"), {"day": str(day(0))})
    assert message_of(answer) == "Done. Classes: 2 restored."
    assert not Closure.objects.exists()


def test_a_slot_is_ended_and_its_edited_classes_cancelled(browser, slot):
    ScheduledClass.objects.filter(date=day(15)).update(notes="recital")
    fields = {"day": str(day(8)), "reason": "moved away"}
    page = get_preview(browser, url(slot, "end"), fields).content.decode()
    assert "This would remove 9 classes. 1 class keeps your changes." in page

    answer = preview_and_apply(browser, url(slot, "end"), fields | {"cancel_rest": "on"})

    assert message_of(answer) == "Done. Classes: 9 removed, 1 cancelled."
    assert ScheduledClass.objects.get(date=day(15)).cancel_reason == "moved away"
    # An ended schedule cannot be changed.
    RecurringSlot.objects.update(valid_until=day(-1))
    assert url(slot, "from") not in browser.get(url(slot, "change")).content.decode()


@pytest.mark.parametrize("role", ["student", "teacher"])
def test_the_end_of_a_person_ends_their_schedules(browser, slot, role):
    person = getattr(slot, role)
    assert url(person, "end") in browser.get(url(person, "change")).content.decode()
    answer = preview_and_apply(browser, url(person, "end"), {"day": str(day(8)), "reason": ""})
    assert answer["Location"] == url(person, "change")
    assert message_of(answer) == "Done. Classes: 10 removed."
    slot.refresh_from_db()
    assert slot.valid_until == day(8)
    page = browser.get(url(person, "end"), {"day": str(day(8)), "look": "1"})
    assert "All their schedules already end by that date." in page.content.decode()


def test_an_unknown_schedule_is_not_found(browser):
    assert browser.get("/admin/scheduling/recurringslot/7/from/").status_code == 404


def test_an_id_out_of_range_is_not_found(browser):
    number = "9" * 30
    assert browser.get(f"/admin/scheduling/recurringslot/{number}/from/").status_code == 404
