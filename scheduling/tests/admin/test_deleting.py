"""Deleting in the admin: a row with history is kept, and the rows that prevent it are counted."""

import pytest
from django.contrib.auth.models import User

from scheduling.models import Student
from scheduling.tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("teresa"))
    return client


def test_rows_that_prevent_a_deletion_are_counted(admin):
    student = make.student("Ana Ruiz")
    make.schedule(student)
    for day in ("2026-01-05", "2026-01-06", "2026-01-07"):
        make.lesson(student, make.day(day))
    page = f"/admin/scheduling/student/{student.pk}/delete/"

    text = admin.get(page).content.decode()
    assert "Rows with a history are ended, not deleted:" in text
    assert f'href="/admin/scheduling/student/{student.pk}/end/"' in text
    assert "<li>1 fixed schedule</li>" in text
    assert "<li>3 classes</li>" in text
    admin.post(page, {"post": "yes"})
    assert Student.objects.filter(pk=student.pk).exists()


def test_a_student_without_history_is_deleted(admin):
    student = make.student()
    page = f"/admin/scheduling/student/{student.pk}/delete/"
    assert "Are you sure" in admin.get(page).content.decode()
    admin.post(page, {"post": "yes"})
    assert not Student.objects.exists()


@pytest.mark.parametrize("table", ["student", "teacher", "recurringslot", "fixedschedule"])
def test_delete_is_offered_only_for_rows_without_history(admin, table):
    slot, rule = make.slot(), make.schedule()
    make.lesson(recurring_slot=slot)
    make.lesson(fixed_schedule=rule)
    kept = {
        "student": slot.student,
        "teacher": slot.teacher,
        "recurringslot": slot,
        "fixedschedule": rule,
    }[table]
    fresh = {
        "student": make.student,
        "teacher": make.teacher,
        "recurringslot": make.slot,
        "fixedschedule": make.schedule,
    }[table]()
    for row, offered in ((kept, False), (fresh, True)):
        page = f"/admin/scheduling/{table}/{row.pk}/"
        assert (f"{page}delete/" in admin.get(f"{page}change/?edit=1").content.decode()) is offered


def test_the_action_refuses_rows_with_history_and_names_the_alternative(admin):
    slot, fresh = make.slot(), make.student("Eva Lund")
    data = {"action": "delete_selected", "_selected_action": [slot.student_id, fresh.pk]}
    answer = admin.post("/admin/scheduling/student/", data, follow=True)
    text = answer.content.decode()
    assert "Nothing was deleted: 1 recurring slot" in text
    assert "“Leaves…” on their page" in text
    data["_selected_action"] = [fresh.pk]
    assert "Are you sure" in admin.post("/admin/scheduling/student/", data).content.decode()
