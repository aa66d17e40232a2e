"""What is done to several classes at once: how many, and each refusal by name."""

from datetime import UTC, date, datetime

import pytest

from scheduling.admin.core import bulk_actions
from scheduling.models import Attendance, CancelledBy, ClassStatus
from scheduling.services.roles import SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="postgresql"),
]

CLASSES = "/admin/scheduling/scheduledclass/?when=all"
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)


@pytest.fixture
def marta():
    return make.teacher("Marta Gil")


@pytest.fixture
def past(marta):
    return make.lesson(make.student("Ana Ruiz"), date(2026, 1, 5), teacher=marta)


@pytest.fixture
def ahead(marta):
    return make.lesson(make.student("Leo Park"), date(2026, 1, 9), teacher=marta)


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def act(browser, action, *classes, **more):
    data = {"action": action, "_selected_action": [one.pk for one in classes], **more}
    answer = browser.post(CLASSES, data, follow=True)
    for one in classes:
        one.refresh_from_db()
    return answer.content.decode()


def test_completing_says_how_many_and_names_what_has_not_begun(browser, past, ahead):
    text = act(browser, "complete", past, ahead)
    assert (past.status, ahead.status) == (ClassStatus.COMPLETED, ClassStatus.SCHEDULED)
    assert past.edited_at == NOW
    assert "1 class completed." in text
    assert "Not changed: Leo Park · Fri 9 Jan 2026, " in text
    assert "once it has begun" in text


@pytest.mark.parametrize(
    ("action", "attendance"),
    [
        ("mark_excused", Attendance.EXCUSED),
        ("mark_unexcused", Attendance.UNEXCUSED),
        ("mark_teacher_absent", Attendance.TEACHER_ABSENT),
    ],
)
def test_marking(browser, past, ahead, action, attendance):
    text = act(browser, action, past, ahead)
    assert past.attendance == ahead.attendance == attendance
    assert "Attendance of 2 classes marked." in text
    assert "1 needed no change." in act(browser, action, past)


def test_nobody_is_marked_present_before_the_class_has_begun(browser, past, ahead):
    text = act(browser, "mark_present", past, ahead)
    assert (past.attendance, ahead.attendance, ahead.edited_at) == (Attendance.PRESENT, "", None)
    assert "Attendance of 1 class marked." in text
    assert (
        "Nobody can be present before a class begins; this one begins on Fri 9 Jan 2026, " in text
    )


def test_cancelling_asks_by_whom_and_why_first(browser, past, ahead):
    text = act(browser, "cancel", past, ahead)
    assert "Cancel these 2 classes?" in text
    assert "Leo Park" in text
    assert past.status == ahead.status == ClassStatus.SCHEDULED

    text = act(browser, "cancel", past, ahead, by="teacher", reason="Flu")
    assert "2 classes cancelled." in text
    for one in (past, ahead):
        assert (one.status, one.cancelled_by) == (ClassStatus.CANCELLED, CancelledBy.TEACHER)
        assert one.cancel_reason == "Flu"


def test_a_class_that_is_cancelled_too_late_is_to_be_paid(browser, ahead, past):
    act(browser, "cancel", ahead, by="student", chargeable="on")
    act(browser, "cancel", past, by="student")
    assert (ahead.is_chargeable, past.is_chargeable) == (True, False)
    assert browser.get(CLASSES).content.decode().count(">chargeable<") == 1


@pytest.mark.parametrize("by", ["closure", "nobody", ""])
def test_a_cancellation_is_a_persons(browser, ahead, by):
    text = act(browser, "cancel", ahead, by=by)
    assert "Cancel this class?" in text
    assert ahead.status == ClassStatus.SCHEDULED


def test_restoring_names_the_class_that_has_taken_the_place(browser, marta, ahead):
    act(browser, "cancel", ahead, by="student")
    other = make.lesson(make.student("Eva Lund"), ahead.date, teacher=marta)
    assert "Marta Gil already teaches Eva Lund" in act(browser, "restore", ahead)
    assert ahead.status == ClassStatus.CANCELLED
    other.delete()
    assert "1 class restored." in act(browser, "restore", ahead)
    assert ahead.status == ClassStatus.SCHEDULED


def test_a_generated_class_says_why_it_is_not_deleted_and_offers_to_cancel(browser, marta):
    slot = make.slot(marta, make.student("Ana Ruiz"))
    one = make.lesson(recurring_slot=slot)
    page = f"/admin/scheduling/scheduledclass/{one.pk}"
    text = browser.get(f"{page}/change/").content.decode()
    assert "It can’t be deleted: the next run would create it again." in text
    assert f"/admin/scheduling/recurringslot/{slot.pk}/change/" in text
    assert "Cancel this class…" in text
    assert f"{page}/delete/" not in text
    assert browser.post(f"{page}/delete/", {"post": "yes"}).status_code == 403


def test_a_one_off_can_be_deleted(browser, ahead):
    page = f"/admin/scheduling/scheduledclass/{ahead.pk}"
    assert f"{page}/delete/" in browser.get(f"{page}/change/").content.decode()
    assert browser.post(f"{page}/delete/", {"post": "yes"}).status_code == 302


def test_nobody_deletes_several_at_once(browser, ahead):
    act(browser, "delete_selected", ahead, post="yes")
    assert ahead.status == ClassStatus.SCHEDULED


def test_too_many_at_once_are_refused_and_nothing_is_changed(browser, past, ahead, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MAX_ROWS", 1)
    assert "nothing was changed" in act(browser, "mark_present", past, ahead)
    assert past.attendance == ""


def test_a_long_list_of_refusals_is_cut(browser, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MAX_NAMED", 1)
    rows = [make.lesson(make.student(f"S{n}"), date(2026, 1, 9)) for n in range(3)]
    text = act(browser, "complete", *rows)
    assert "And 2 more, not changed." in text


@pytest.mark.parametrize(
    "action", ["complete", "mark_present", "cancel", "restore", "delete_selected"]
)
def test_who_only_looks_acts_on_nothing(client, past, action):
    client.force_login(account(VIEWER))
    before = past.status, past.attendance
    act(client, action, past, by="student", post="yes")
    assert (past.status, past.attendance) == before
    assert past.edited_at is None


def test_a_teacher_marks_own_classes_and_cancels_none(client, marta, past):
    client.force_login(account(TEACHER, teacher=marta))
    other = make.lesson(make.student("Max Poe"), date(2026, 1, 5), teacher=make.teacher("Tom Lee"))
    text = act(client, "mark_present", past, other)
    assert (past.attendance, other.attendance) == (Attendance.PRESENT, "")
    assert "Max Poe" not in text
    act(client, "cancel", past, by="teacher")
    assert past.status == ClassStatus.SCHEDULED


def test_who_sees_all_and_teaches_some_marks_the_own_ones_alone(client, marta, past):
    user = account(TEACHER, teacher=marta)
    user.groups.add(*account(VIEWER).groups.all())
    client.force_login(user)
    other = make.lesson(make.student("Max Poe"), date(2026, 1, 5), teacher=make.teacher("Tom Lee"))
    text = act(client, "mark_present", past, other)
    assert (past.attendance, other.attendance) == (Attendance.PRESENT, "")
    assert "This class is not yours to change." in text
