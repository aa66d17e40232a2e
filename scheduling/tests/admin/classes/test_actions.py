"""Bulk actions on classes: the number of changes and the refusals by name."""

from datetime import UTC, date, datetime

import pytest

from scheduling.admin.core.lists import bulk_actions
from scheduling.models import Attendance, CancelledBy, ClassStatus
from scheduling.services.roles import SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
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
def upcoming(marta):
    return make.lesson(make.student("Leo Park"), date(2026, 1, 9), teacher=marta)


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def run_action(browser, action, *classes, **more):
    data = {"action": action, "_selected_action": [row.pk for row in classes], **more}
    answer = browser.post(CLASSES, data, follow=True)
    for row in classes:
        row.refresh_from_db()
    return answer.content.decode()


def test_complete_counts_classes_and_names_those_not_begun(browser, past, upcoming):
    text = run_action(browser, "complete", past, upcoming)
    assert (past.status, upcoming.status) == (ClassStatus.COMPLETED, ClassStatus.SCHEDULED)
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
def test_attendance_is_marked(browser, past, upcoming, action, attendance):
    text = run_action(browser, action, past, upcoming)
    assert past.attendance == upcoming.attendance == attendance
    assert "Attendance of 2 classes marked." in text
    assert "1 needed no change." in run_action(browser, action, past)


def test_present_is_refused_before_the_class_begins(browser, past, upcoming):
    text = run_action(browser, "mark_present", past, upcoming)
    assert (past.attendance, upcoming.attendance, upcoming.edited_at) == (
        Attendance.PRESENT,
        "",
        None,
    )
    assert "Attendance of 1 class marked." in text
    assert (
        "Nobody can be present before a class begins; this one begins on Fri 9 Jan 2026, " in text
    )


def test_cancelling_asks_for_person_and_reason_first(browser, past, upcoming):
    text = run_action(browser, "cancel", past, upcoming)
    assert "Cancel these 2 classes?" in text
    assert "Leo Park" in text
    assert past.status == upcoming.status == ClassStatus.SCHEDULED

    text = run_action(browser, "cancel", past, upcoming, by="teacher", reason="Flu")
    assert "2 classes cancelled." in text
    for row in (past, upcoming):
        assert (row.status, row.cancelled_by) == (ClassStatus.CANCELLED, CancelledBy.TEACHER)
        assert row.cancel_reason == "Flu"


def test_a_late_cancellation_can_be_chargeable(browser, upcoming, past):
    run_action(browser, "cancel", upcoming, by="student", chargeable="on")
    run_action(browser, "cancel", past, by="student")
    assert (upcoming.is_chargeable, past.is_chargeable) == (True, False)
    assert browser.get(CLASSES).content.decode().count(">chargeable<") == 1


@pytest.mark.parametrize("by", ["closure", "nobody", ""])
def test_a_cancellation_requires_a_person(browser, upcoming, by):
    text = run_action(browser, "cancel", upcoming, by=by)
    assert "Cancel this class?" in text
    assert upcoming.status == ClassStatus.SCHEDULED


def test_restoring_to_a_taken_time_names_the_other_class(browser, marta, upcoming):
    run_action(browser, "cancel", upcoming, by="student")
    other = make.lesson(make.student("Eva Lund"), upcoming.date, teacher=marta)
    assert "Marta Gil already teaches Eva Lund" in run_action(browser, "restore", upcoming)
    assert upcoming.status == ClassStatus.CANCELLED
    other.delete()
    assert "1 class restored." in run_action(browser, "restore", upcoming)
    assert upcoming.status == ClassStatus.SCHEDULED


def test_a_generated_class_offers_cancelling_instead_of_deleting(browser, marta):
    slot = make.slot(marta, make.student("Ana Ruiz"))
    generated = make.lesson(recurring_slot=slot)
    page = f"/admin/scheduling/scheduledclass/{generated.pk}"
    text = browser.get(f"{page}/change/").content.decode()
    assert "It can’t be deleted: the next run would create it again." in text
    assert f"/admin/scheduling/recurringslot/{slot.pk}/change/" in text
    assert "Cancel this class…" in text
    assert f"{page}/delete/" not in text
    assert browser.post(f"{page}/delete/", {"post": "yes"}).status_code == 403


def test_a_one_off_can_be_deleted(browser, upcoming):
    page = f"/admin/scheduling/scheduledclass/{upcoming.pk}"
    assert f"{page}/delete/" in browser.get(f"{page}/change/").content.decode()
    assert browser.post(f"{page}/delete/", {"post": "yes"}).status_code == 302


def test_classes_are_not_deleted_in_bulk(browser, upcoming):
    run_action(browser, "delete_selected", upcoming, post="yes")
    assert upcoming.status == ClassStatus.SCHEDULED


def test_too_many_rows_are_refused_and_nothing_is_changed(browser, past, upcoming, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MAX_ROWS", 1)
    assert "nothing was changed" in run_action(browser, "mark_present", past, upcoming)
    assert past.attendance == ""


def test_a_long_list_of_refusals_is_shortened(browser, monkeypatch):
    monkeypatch.setattr(bulk_actions, "MAX_NAMED", 1)
    rows = [make.lesson(make.student(f"S{n}"), date(2026, 1, 9)) for n in range(3)]
    text = run_action(browser, "complete", *rows)
    assert "And 2 more, not changed." in text


@pytest.mark.parametrize(
    "action", ["complete", "mark_present", "cancel", "restore", "delete_selected"]
)
def test_a_viewer_has_no_actions(client, past, action):
    client.force_login(account(VIEWER))
    before = past.status, past.attendance
    run_action(client, action, past, by="student", post="yes")
    assert (past.status, past.attendance) == before
    assert past.edited_at is None


def test_a_teacher_marks_their_own_classes_and_cancels_none(client, marta, past):
    client.force_login(account(TEACHER, teacher=marta))
    other = make.lesson(make.student("Max Poe"), date(2026, 1, 5), teacher=make.teacher("Tom Lee"))
    text = run_action(client, "mark_present", past, other)
    assert (past.attendance, other.attendance) == (Attendance.PRESENT, "")
    assert "Max Poe" not in text
    run_action(client, "cancel", past, by="teacher")
    assert past.status == ClassStatus.COMPLETED


def test_a_teacher_who_sees_all_classes_marks_only_their_own(client, marta, past):
    user = account(TEACHER, teacher=marta)
    user.groups.add(*account(VIEWER).groups.all())
    client.force_login(user)
    other = make.lesson(make.student("Max Poe"), date(2026, 1, 5), teacher=make.teacher("Tom Lee"))
    text = run_action(client, "mark_present", past, other)
    assert (past.attendance, other.attendance) == (Attendance.PRESENT, "")
    assert "This class is not yours to change." in text
