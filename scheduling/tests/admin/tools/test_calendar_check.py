"""The page “Check the calendar”: findings and their repair, for one student or all."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import JobRun, RecurringSlot, ScheduledClass
from scheduling.services.classes.edit import move
from scheduling.services.roles import VIEWER
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import STALE, calendar, horizon
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]
PAGE = "/admin/check/"
NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
NEXT = MONDAY + timedelta(7)


@pytest.fixture
def slots():
    made = [make.slot(student=make.student(name)) for name in ("Ana Ruiz", "Leo Park")]
    horizon(now=NOW)
    return made


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def shown(text):
    return re.search(r'name="plan" value="(\w+)"', text).group(1)


def post(browser, text, **more):
    return text_of(browser.post(PAGE, {"plan": shown(text), **more}, follow=True))


def post_stale(browser, text):
    answer = browser.post(PAGE, {"plan": shown(text)})
    assert answer.status_code == 409
    return " ".join(answer.content.decode().split())


def test_a_clean_calendar_has_no_findings(browser, slots):
    text = text_of(browser.get(PAGE))
    assert "The calendar matches the schedules." in text
    assert "Mend" not in text


def test_get_writes_nothing_and_post_repairs_all(browser, slots):
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    before, runs = calendar(), JobRun.objects.count()
    text = text_of(browser.get(PAGE))
    assert "2 classes do not match the schedules." in text
    assert "Ana Ruiz" in text
    assert "Mend these 2" in text
    assert (calendar(), JobRun.objects.count()) == (before, runs)

    text = post(browser, text)
    assert "2 findings mended." in text
    assert ScheduledClass.objects.filter(date=NEXT).count() == 2
    assert JobRun.objects.filter(trigger="admin", triggered_by="scheduler").count() == 2


def test_one_student_is_repaired_alone(browser, slots):
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    ana, leo = (slot.student for slot in slots)
    text = text_of(browser.get(PAGE, {"student": ana.pk}))
    assert "Leo Park" not in text
    text = post(browser, text, student=ana.pk)
    assert "1 finding mended." in text
    assert ScheduledClass.objects.get(date=NEXT).student == ana
    assert "1 class does not match the schedules." in text
    assert leo.full_name in text


def test_one_class_is_repaired_alone(browser, slots):
    """Of two missing weeks of a series, only the requested one is repaired."""
    ScheduledClass.objects.filter(date__in=[NEXT, NEXT + timedelta(7)])._raw_delete("default")
    ana = slots[0]
    only = {"student": ana.student_id, "kind": "recurring_slot", "rule": ana.pk, "day": str(NEXT)}
    all_findings = text_of(browser.get(PAGE))
    assert f"?student={ana.student_id}&amp;kind=recurring_slot&amp;rule={ana.pk}" in all_findings
    text = text_of(browser.get(PAGE, only))
    assert "1 class does not match the schedules." in text
    assert "Mend this 1" in text
    text = post(browser, text, **only)
    assert "1 finding mended." in text
    assert ScheduledClass.objects.get(date=NEXT).student == ana.student
    assert not ScheduledClass.objects.filter(date=NEXT + timedelta(7)).exists()
    assert "3 classes do not match the schedules." in text
    assert "This class matches its schedule." in text_of(browser.get(PAGE, only))


def test_one_extra_and_one_drifted_class_are_repaired_alone(browser, slots):
    ana = slots[0]
    ScheduledClass.objects.filter(student=ana.student, date=NEXT).update(
        start_time="09:00", end_time="09:30"
    )
    ana.valid_until = NEXT + timedelta(7)
    ana.save()
    only = {"student": ana.student_id, "kind": "recurring_slot", "rule": ana.pk}
    for day in (NEXT, NEXT + timedelta(14)):
        text = text_of(browser.get(PAGE, only | {"day": str(day)}))
        assert "Extra" in text
        assert "Drifted" in text
    post(browser, text, **only, day=str(day))
    assert ScheduledClass.objects.filter(student=ana.student).count() == 3


@pytest.mark.parametrize(
    "wrong", [{"kind": "x"}, {"day": "2026-02-30"}, {"rule": "x"}, {"day": "soon"}, {"kind": ""}]
)
def test_an_unknown_class_shows_the_student(browser, slots, wrong):
    ScheduledClass.objects.filter(date__in=[NEXT, NEXT + timedelta(7)])._raw_delete("default")
    ana = slots[0]
    only = {"student": ana.student_id, "kind": "recurring_slot", "rule": ana.pk, "day": str(NEXT)}
    assert "2 classes do not match" in text_of(browser.get(PAGE, only | wrong))


def test_a_stale_plan_is_shown_again(browser, slots):
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    text = text_of(browser.get(PAGE))
    ScheduledClass.objects.filter(date=NEXT + timedelta(7))._raw_delete("default")
    before = calendar()
    assert STALE in post_stale(browser, text)
    assert calendar() == before


@pytest.mark.parametrize("values", [{"subject": "Piano"}, {"is_shared": True}], ids=list)
def test_a_stale_plan_of_one_class_is_shown_again(browser, slots, values):
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    text = text_of(browser.get(PAGE))
    RecurringSlot.objects.filter(pk=slots[0].pk).update(**values)
    ScheduledClass.objects.filter(recurring_slot=slots[0]).update(**values)
    assert STALE in post_stale(browser, text)


def test_an_orphan_is_linked_and_not_repaired(browser, slots):
    row = ScheduledClass.objects.get(date=NEXT, student=slots[0].student)
    move(row.pk, start_time=at("15:00"), end_time=at("16:00"), now=NOW)
    slots[0].status = "paused"
    slots[0].save()
    text = text_of(browser.get(PAGE, {"student": slots[0].student_id}))
    assert "Orphaned" in text
    assert "to be decided by hand" in text
    assert f"/admin/scheduling/scheduledclass/{row.pk}/change/" in text
    text = post(browser, text, student=slots[0].student_id)
    assert "11 findings mended." in text
    row.refresh_from_db()
    assert row.start_time == at("15:00")


def test_too_many_students_are_refused(browser, slots, monkeypatch):
    monkeypatch.setattr("scheduling.admin.tools.calendar_check.MAX_STUDENTS", 1)
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    text = text_of(browser.get(PAGE))
    assert "too many for one click" in text
    assert "Mend" not in text
    ana = text_of(browser.get(PAGE, {"student": slots[0].student_id}))
    assert "Mend this 1" in ana


@pytest.mark.parametrize("student", ["x", "-1", "9" * 30])
def test_an_invalid_student_shows_everyone(browser, slots, student):
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    assert "Leo Park" in text_of(browser.get(PAGE, {"student": student}))


def test_a_viewer_has_no_access(client, slots):
    client.force_login(account(VIEWER))
    assert client.get(PAGE).status_code == 403
    assert "Check the calendar" not in client.get("/admin/settings/").content.decode()


def test_query_count_does_not_grow_with_the_findings(browser, slots):
    def queries():
        with CaptureQueriesContext(connection) as context:
            browser.get(PAGE)
        return len(context)

    queries()
    ScheduledClass.objects.filter(date=NEXT)._raw_delete("default")
    count = queries()
    ScheduledClass.objects.filter(date__gt=NEXT)._raw_delete("default")
    assert queries() == count
