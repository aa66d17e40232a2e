"""Working hours on a teacher's page, and on the page of the teacher who is logged in."""

import pytest
from django.contrib.auth.models import Permission

from scheduling.models import RecurringSlot, WorkingHours
from scheduling.services.roles import SCHEDULER, TEACHER, VIEWER
from scheduling.services.schedules.working_hours import FIELDS, write_working_hours
from scheduling.tests import factories as make
from scheduling.tests.factories import at, day
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

OWN = "/admin/hours/"


def address(teacher):
    return f"/admin/scheduling/teacher/{teacher.pk}/change/"


def hours_data(*periods, initial=0):
    data = {
        "working_hours-TOTAL_FORMS": str(len(periods)),
        "working_hours-INITIAL_FORMS": str(initial),
    }
    for number, period in enumerate(periods):
        data |= {f"working_hours-{number}-{name}": value for name, value in period.items()}
    return data


def form(teacher, *periods, initial=0):
    data = {
        "name": teacher.name,
        "email": "",
        "time_zone": "Europe/Madrid",
        "language": "en",
        "is_active": "on",
        "subjects": " Piano \n\nViolin\nPiano",
    }
    return data | hours_data(*periods, initial=initial)


def stored():
    return [
        (weekday, f"{start:%H:%M}", f"{end:%H:%M}", *dates)
        for weekday, start, end, *dates in WorkingHours.objects.order_by(
            "valid_from", "weekday", "start_time"
        ).values_list(*FIELDS)
    ]


def write(teacher, *rows):
    names = ("weekday", "start_time", "end_time")
    write_working_hours(
        teacher,
        [dict(zip(names, (row[0], at(row[1]), at(row[2])), strict=True)) for row in rows],
    )


@pytest.fixture
def clara():
    return make.teacher("Clara Ruiz", zone="Europe/Madrid")


@pytest.fixture
def browser(client):
    client.force_login(account(SCHEDULER))
    return client


def test_the_week_is_saved_with_the_teacher(browser, clara):
    period = {"day_1": "9-13, 15:00–20:00", "day_7": "22:00-24:00"}
    assert browser.post(address(clara), form(clara, period)).status_code == 302
    assert stored() == [
        (1, "09:00", "13:00", None, None),
        (1, "15:00", "20:00", None, None),
        (7, "22:00", "00:00", None, None),
    ]
    clara.refresh_from_db()
    assert clara.subjects == "Piano\nViolin"
    text = browser.get(f"{address(clara)}?edit=1").content.decode()
    assert 'value="09:00–13:00, 15:00–20:00"' in text


def test_one_step_gives_all_weekdays_the_same_hours(browser, clara):
    period = {"day_1": "9-13", "day_3": "10-11", "day_6": "9-10", "same": "on"}
    browser.post(address(clara), form(clara, period))
    expected = [(weekday, "09:00", "13:00", None, None) for weekday in range(1, 6)]
    assert stored() == [*expected, (6, "09:00", "10:00", None, None)]


def test_another_period_is_added_and_emptied(browser, clara):
    write(clara, (1, "09:00", "13:00"))
    summer = {"day_1": "8-10", "valid_from": "2026-07-01", "valid_until": "2026-07-31"}
    browser.post(address(clara), form(clara, {"day_1": "09:00–13:00"}, summer, initial=1))
    july = (day("2026-07-01"), day("2026-07-31"))
    assert sorted(row[1:] for row in stored()) == [
        ("08:00", "10:00", *july),
        ("09:00", "13:00", None, None),
    ]
    page = browser.get(f"{address(clara)}?edit=1").content.decode()
    assert page.count("ct-hours-days") == 3
    kept = {"day_1": "8-10", "valid_from": "2026-07-01", "valid_until": "2026-07-31"}
    browser.post(address(clara), form(clara, {"day_1": ""}, kept, initial=2))
    assert stored() == [(1, "08:00", "10:00", *july)]


def test_a_save_without_a_change_keeps_the_rows(browser, clara):
    write(clara, (1, "09:00", "10:00"), (1, "10:00", "13:00"))
    before = set(WorkingHours.objects.values_list("pk", flat=True))
    browser.post(address(clara), form(clara, {"day_1": "09:00–13:00"}, initial=1))
    assert set(WorkingHours.objects.values_list("pk", flat=True)) == before


def test_a_save_without_hours_keeps_them(browser, clara):
    write(clara, (1, "09:00", "10:00"))
    data = {"name": "Clara", "time_zone": "Europe/Madrid", "language": "en", "is_active": "on"}
    assert browser.post(address(clara), data).status_code == 302
    assert stored() == [(1, "09:00", "10:00", None, None)]


@pytest.mark.parametrize(
    ("period", "error"),
    [
        ({"day_1": "9-13, mornings"}, "“mornings” is not a time such as 15:00–20:00."),
        ({"day_1": "13-9"}, "“13-9” is not a time such as 15:00–20:00."),
        (
            {"day_1": "9-13", "valid_from": "2026-02-01", "valid_until": "2026-01-01"},
            "“Valid until” is before “valid from”.",
        ),
    ],
)
def test_hours_that_make_no_sense_are_refused_beside_their_field(browser, clara, period, error):
    answer = browser.post(address(clara), form(clara, period))
    assert answer.status_code == 200
    assert error in answer.content.decode()
    assert stored() == []
    clara.refresh_from_db()
    assert clara.subjects == ""


def test_whoever_may_not_change_hours_sees_them_and_changes_nothing(client, clara):
    write(clara, (1, "09:00", "13:00"))
    client.force_login(account(VIEWER))
    text = client.get(address(clara)).content.decode()
    assert "09:00–13:00" in text
    assert "working_hours-0-day_1" not in text
    user = account(VIEWER, "paco")
    user.user_permissions.add(Permission.objects.get(codename="change_teacher"))
    client.force_login(user)
    data = form(clara, {"day_1": "1-2"}, initial=1)
    assert client.post(address(clara), data).status_code == 302
    assert stored() == [(1, "09:00", "13:00", None, None)]


def test_a_teachers_history_has_the_hours(browser, clara, monkeypatch):
    browser.post(address(clara), form(clara, {"day_1": "9-13"}))
    text = browser.get(f"/admin/scheduling/teacher/{clara.pk}/history/").content.decode()
    assert "Monday 09:00–13:00" in text


def test_a_teacher_sees_own_hours_and_may_not_change_them(client, clara):
    write(clara, (1, "09:00", "13:00"))
    write(make.teacher("Tom Lee"), (1, "18:15", "19:15"))
    client.force_login(account(TEACHER, teacher=clara))
    text = client.get(OWN).content.decode()
    assert "09:00–13:00" in text
    assert "18:15" not in text
    assert '<form method="post" class="ct-form">' not in text
    assert client.post(OWN, hours_data({"day_1": "1-2"}, initial=1)).status_code == 403
    assert "09:00" in stored()[0]


def test_a_teacher_with_the_permission_changes_own_hours_alone(client, clara):
    other = make.teacher("Tom Lee")
    write(other, (1, "16:00", "17:00"))
    user = account(TEACHER, teacher=clara)
    user.user_permissions.add(Permission.objects.get(codename="change_workinghours"))
    client.force_login(user)
    bad = client.post(OWN, hours_data({"day_2": "x"}))
    assert "“x” is not a time such as 15:00–20:00." in bad.content.decode()
    answer = client.post(OWN, hours_data({"day_2": "9-13"}), follow=True)
    assert "Your working hours are saved." in answer.content.decode()
    assert list(clara.working_hours.values_list("weekday", flat=True)) == [2]
    assert other.working_hours.count() == 1
    assert client.get(address(other), follow=True).status_code == 403


def test_an_account_without_a_teacher_has_no_page_of_own_hours(browser):
    assert browser.get(OWN).status_code == 403


def test_a_weekly_lesson_outside_the_hours_is_saved_with_a_warning(browser, clara):
    write(clara, (1, "15:00", "20:00"))
    data = {
        "student": make.student("Ana Ruiz").pk,
        "teacher": clara.pk,
        "weekday": "1",
        "start_time": "10:00",
        "duration_minutes": "60",
        "interval_weeks": "1",
        "valid_from": "2026-01-05",
        "status": "active",
    }
    answer = browser.post("/admin/scheduling/recurringslot/add/", data, follow=True)
    text = "Outside the working hours of Clara Ruiz on Monday: 15:00–20:00."
    assert text in answer.content.decode()
    assert RecurringSlot.objects.count() == 1
    data |= {"start_time": "16:00", "student": make.student("Leo Park").pk}
    answer = browser.post("/admin/scheduling/recurringslot/add/", data, follow=True)
    assert "Outside the working hours" not in answer.content.decode()


def test_a_meeting_on_the_students_page_outside_the_hours_causes_a_warning(browser, clara):
    write(clara, (1, "15:00", "20:00"))
    ana = make.student("Ana Ruiz")
    data = {
        "first_name": "Ana",
        "last_name": "Ruiz",
        "start_date": "2025-01-06",
        "is_active": "on",
        "language": "en",
        "student_guardians-TOTAL_FORMS": "0",
        "student_guardians-INITIAL_FORMS": "0",
        "fixed_schedules-TOTAL_FORMS": "1",
        "fixed_schedules-INITIAL_FORMS": "0",
        "fixed_schedules-0-weekday": "2",
        "fixed_schedules-0-start_time": "10:00",
        "fixed_schedules-0-end_time": "11:00",
        "fixed_schedules-0-teacher": clara.pk,
        "fixed_schedules-0-interval_weeks": "1",
    }
    answer = browser.post(f"/admin/scheduling/student/{ana.pk}/change/", data, follow=True)
    assert "Clara Ruiz does not work on Tuesday." in answer.content.decode()
