"""The page “Explain a date”: a summary, then each series with a link."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.services.roles import TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

PAGE = "/admin/explain/"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 1, 5, 6, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def browser(client):
    client.force_login(account(VIEWER))
    return client


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_form_defaults_to_today(browser):
    text = text_of(browser.get(PAGE))
    assert 'value="2026-01-05"' in text
    assert "has a class" not in text


def test_a_class_and_its_schedule_are_linked(browser):
    rule = make.schedule(make.student("Ana Ruiz"), make.teacher("Marta Gil"))
    lesson = make.lesson(fixed_schedule=rule)
    query = {"student": rule.student_id, "teacher": "", "date": "2026-01-05"}
    text = text_of(browser.get(PAGE, query))
    assert "Ana Ruiz has a class on Monday 5 January 2026" in text
    assert f"/admin/scheduling/scheduledclass/{lesson.pk}/change/" in text
    assert f"/admin/scheduling/fixedschedule/{rule.pk}/change/" in text
    assert f"/admin/scheduling/student/{rule.student_id}/change/" in text


def test_a_paused_slot_is_explained_for_the_teacher(browser):
    slot = make.slot(make.teacher("Marta Gil"), status="paused")
    text = text_of(browser.get(PAGE, {"teacher": slot.teacher_id, "date": "2026-01-05"}))
    assert "Marta Gil has no class on Monday 5 January 2026: the slot is paused." in text
    assert f"/admin/scheduling/recurringslot/{slot.pk}/change/" in text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"date": "2026-01-05"}, "Choose either a student or a teacher."),
        ({"date": "soon", "student": "1"}, "Enter a valid date."),
        ({"date": "", "student": "1"}, "This field is required."),
        ({"date": "2026-01-05", "student": "999999"}, "Select a valid choice."),
        ({"date": "2026-01-05", "student": "x"}, "Select a valid choice."),
        ({"date": "0001-01-01", "student": "1"}, "between 1970 and 2199"),
        ({"date": "9999-12-31", "student": "1"}, "between 1970 and 2199"),
    ],
)
def test_invalid_input_is_a_field_error(browser, query, message):
    make.student("Ana Ruiz", id=1)
    assert message in text_of(browser.get(PAGE, query))


def test_student_and_teacher_together_are_refused(browser):
    slot = make.slot()
    query = {"student": slot.student_id, "teacher": slot.teacher_id, "date": "2026-01-05"}
    assert "either a student or a teacher" in text_of(browser.get(PAGE, query))


def test_a_teacher_has_no_access_and_no_link(client):
    marta = make.teacher("Marta Gil")
    make.lesson(teacher=marta)
    client.force_login(account(TEACHER, teacher=marta))
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/admin/").content.decode()
    assert client.get("/admin/settings/").status_code == 403


def test_query_count_does_not_grow_with_the_series(browser):
    marta = make.teacher("Marta Gil")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            text_of(browser.get(PAGE, {"teacher": marta.pk, "date": "2026-01-05"}))
        return len(captured)

    def fill(hours):
        for hour in hours:
            start, end = f"{hour:02}:00", f"{hour:02}:59"
            make.lesson(recurring_slot=make.slot(marta, start=start), start=start, end=end)

    fill(range(6, 8))
    queries()
    few = queries()
    fill(range(8, 20))
    assert queries() == few
