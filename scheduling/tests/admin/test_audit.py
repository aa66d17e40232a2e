"""Hand edits are logged with who made them, in the admin and by token; runs are not."""

import json
from contextlib import nullcontext

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from scheduling.models import Closure, LessonDuration, LessonSettings, ScheduledClass
from scheduling.services.roles import OWNER, SCHEDULER, TEACHER, VIEWER
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import weekly
from scheduling.tests.support.roles import account

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]


@pytest.fixture(autouse=True)
def rows_with_a_history(monkeypatch):
    monkeypatch.setattr(make, "without_history", nullcontext)


def entries(row):
    return LogEntry.objects.get_for_object(row).order_by("id")


def history(client, row):
    answer = client.get(f"/admin/scheduling/{row._meta.model_name}/{row.pk}/history/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_edit_in_the_admin_names_who_what_before_and_after(client):
    user = account(SCHEDULER, "sofia")
    client.force_login(user)
    one = make.lesson(make.student("Ana Ruiz"), teacher=make.teacher("Marta Gil"))
    page = f"/admin/scheduling/scheduledclass/{one.pk}/change/"
    form = {
        "student": one.student_id,
        "teacher": make.teacher("Tom Lee").pk,
        "date": "2026-01-06",
        "start_time": "10:00",
        "end_time": "11:00",
        "time_zone": "UTC",
        "status": "scheduled",
    }
    assert client.post(page, form).status_code == 302

    logged = entries(one).last()
    assert logged.actor == user
    assert set(logged.changes_dict) == {"teacher", "date"}
    text = history(client, one)
    assert "sofia" in text
    assert "Teacher: Marta Gil → Tom Lee" in text
    assert "Date: Mon 5 Jan 2026 → Tue 6 Jan 2026" in text


def test_an_edit_by_token_names_the_tokens_owner(client):
    user = account(OWNER, "olga")
    token = AuthToken.objects.create(user)[1]
    one = make.lesson()
    body = json.dumps({"notes": "Scales"})
    answer = client.patch(
        f"/api/classes/{one.pk}",
        body,
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200
    assert entries(one).last().actor == user


def test_an_action_on_several_logs_each(client):
    user = account(SCHEDULER)
    client.force_login(user)
    rows = [make.lesson(on=make.MONDAY) for _each in range(2)]
    data = {"action": "mark_present", "_selected_action": [row.pk for row in rows]}
    client.post("/admin/scheduling/scheduledclass/?when=all", data)
    for row in rows:
        assert entries(row).last().changes_dict == {"attendance": ["", "present"]}
        assert entries(row).last().actor == user


def test_nobody_is_named_where_nobody_is_logged_in(client):
    client.force_login(account(VIEWER))
    client.get("/admin/")
    row = make.closure("Holiday", make.MONDAY)
    assert entries(row).get().actor is None
    assert "the system" in history(client, row)


@pytest.mark.parametrize(
    "row",
    [
        lambda: make.student("Ana Ruiz"),
        lambda: make.teacher("Marta Gil"),
        lambda: make.schedule(),
        lambda: make.slot(),
        lambda: make.closure("Holiday", make.MONDAY),
        lambda: make.lesson(),
        lambda: LessonSettings.objects.create(teacher=make.teacher()),
    ],
)
def test_every_kind_of_row_has_a_history_on_its_page(client, row):
    client.force_login(account(VIEWER))
    made = row()
    assert entries(made).count() == 1
    assert "added" in history(client, made)


def test_a_students_history_has_the_fixed_schedule_too(client):
    client.force_login(account(VIEWER))
    rule = make.schedule(make.student("Ana Ruiz"), weekday=1)
    rule.weekday = 3
    rule.save()
    assert "Weekday: Monday → Wednesday" in history(client, rule.student)


def test_lesson_settings_have_the_history_of_their_prices(client):
    client.force_login(account(VIEWER))
    settings = LessonSettings.objects.create(teacher=make.teacher())
    duration = LessonDuration.objects.create(settings=settings, minutes=45, price=30)
    duration.price = 35
    duration.save()
    assert "Price: 30.00 → 35" in history(client, settings)


def test_what_is_gone_is_still_in_the_list_of_all_changes_for_owners_alone(client):
    closure = make.closure("Carnival", make.MONDAY)
    Closure.objects.get(pk=closure.pk).delete()
    client.force_login(account(OWNER))
    answer = client.get("/admin/auditlog/logentry/")
    assert answer.content.decode().count("Carnival (Mon 5 Jan 2026)") >= 2
    client.force_login(account(SCHEDULER))
    assert client.get("/admin/auditlog/logentry/").status_code == 403


def test_a_teacher_reads_the_history_of_own_classes_alone(client):
    marta = make.teacher("Marta Gil")
    client.force_login(account(TEACHER, teacher=marta))
    own, other = make.lesson(teacher=marta), make.lesson(make.student("Leo Park"))
    assert "added" in history(client, own)
    answer = client.get(f"/admin/scheduling/scheduledclass/{other.pk}/history/", follow=True)
    assert "Leo Park" not in answer.content.decode()


def test_what_a_run_makes_is_not_logged_and_costs_nothing(client):
    make.schedule()
    before = LogEntry.objects.count()
    with CaptureQueriesContext(connection) as captured:
        weekly()
    assert ScheduledClass.objects.count() == 1
    assert LogEntry.objects.count() == before
    assert not any("auditlog" in one["sql"] for one in captured)


def test_a_long_history_takes_no_more_queries_than_a_short_one(client):
    client.force_login(account(VIEWER))
    row = make.student("Ana Ruiz")
    make.schedule(row)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            history(client, row)
        return len(captured)

    history(client, row)
    few = queries()
    for n in range(20):
        row.first_name = f"Ana {n}"
        row.save()
        make.schedule(row, weekday=n % 7 + 1)
    assert queries() == few


def test_no_address_of_a_machine_is_kept(client):
    client.force_login(account(SCHEDULER))
    one = make.lesson()
    data = {"action": "mark_present", "_selected_action": [one.pk]}
    client.post("/admin/scheduling/scheduledclass/?when=all", data)
    assert entries(one).last().remote_addr is None
