"""The audit log: manual edits are logged with their user, classes created by runs are not."""

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

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture(autouse=True)
def enable_history(monkeypatch):
    monkeypatch.setattr(make, "without_history", nullcontext)


def entries(row):
    return LogEntry.objects.get_for_object(row).order_by("id")


def history(client, row):
    answer = client.get(f"/admin/scheduling/{row._meta.model_name}/{row.pk}/history/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_edit_in_the_admin_names_user_fields_and_values(client):
    user = account(SCHEDULER, "sofia")
    client.force_login(user)
    scheduled_class = make.lesson(make.student("Ana Ruiz"), teacher=make.teacher("Marta Gil"))
    page = f"/admin/scheduling/scheduledclass/{scheduled_class.pk}/change/"
    form = {
        "student": scheduled_class.student_id,
        "teacher": make.teacher("Tom Lee").pk,
        "date": "2026-01-06",
        "start_time": "10:00",
        "end_time": "11:00",
        "time_zone": "UTC",
        "status": "scheduled",
    }
    assert client.post(page, form).status_code == 302

    logged = entries(scheduled_class).last()
    assert logged.actor == user
    assert set(logged.changes_dict) == {"teacher", "date"}
    text = history(client, scheduled_class)
    assert "sofia" in text
    assert "Teacher: Marta Gil → Tom Lee" in text
    assert "Date: Mon 5 Jan 2026 → Tue 6 Jan 2026" in text


def test_an_edit_by_token_names_its_owner(client):
    user = account(OWNER, "olga")
    token = AuthToken.objects.create(user)[1]
    scheduled_class = make.lesson()
    body = json.dumps({"notes": "Scales"})
    answer = client.patch(
        f"/api/classes/{scheduled_class.pk}",
        body,
        "application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 200
    assert entries(scheduled_class).last().actor == user


def test_a_bulk_action_logs_each_row(client):
    user = account(SCHEDULER)
    client.force_login(user)
    rows = [make.lesson(on=make.MONDAY) for _ in range(2)]
    data = {"action": "mark_present", "_selected_action": [row.pk for row in rows]}
    client.post("/admin/scheduling/scheduledclass/?when=all", data)
    for row in rows:
        assert entries(row).last().changes_dict == {
            "attendance": ["", "present"],
            "status": ["scheduled", "completed"],
        }
        assert entries(row).last().actor == user


def test_a_change_without_a_login_names_the_system(client):
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
def test_every_kind_of_row_has_a_history_page(client, row):
    client.force_login(account(VIEWER))
    created = row()
    assert entries(created).count() == 1
    assert "added" in history(client, created)


def test_a_students_history_includes_the_fixed_schedule(client):
    client.force_login(account(VIEWER))
    rule = make.schedule(make.student("Ana Ruiz"), weekday=1)
    rule.weekday = 3
    rule.save()
    assert "Weekday: Monday → Wednesday" in history(client, rule.student)


def test_the_history_of_lesson_settings_includes_prices(client):
    client.force_login(account(VIEWER))
    settings = LessonSettings.objects.create(teacher=make.teacher())
    duration = LessonDuration.objects.create(settings=settings, minutes=45, price=30)
    duration.price = 35
    duration.save()
    assert "Price: 30.00 → 35" in history(client, settings)


def test_only_owners_see_deleted_rows_in_the_list_of_changes(client):
    closure = make.closure("Carnival", make.MONDAY)
    Closure.objects.get(pk=closure.pk).delete()
    client.force_login(account(OWNER))
    answer = client.get("/admin/auditlog/logentry/")
    assert answer.content.decode().count("Carnival (Mon 5 Jan 2026)") >= 2
    client.force_login(account(SCHEDULER))
    assert client.get("/admin/auditlog/logentry/").status_code == 403


def test_a_teacher_reads_only_the_history_of_their_own_classes(client):
    marta = make.teacher("Marta Gil")
    client.force_login(account(TEACHER, teacher=marta))
    own, other = make.lesson(teacher=marta), make.lesson(make.student("Leo Park"))
    assert "added" in history(client, own)
    answer = client.get(f"/admin/scheduling/scheduledclass/{other.pk}/history/", follow=True)
    assert "Leo Park" not in answer.content.decode()


def test_classes_created_by_a_run_are_not_logged(client):
    make.schedule()
    before = LogEntry.objects.count()
    with CaptureQueriesContext(connection) as captured:
        weekly()
    assert ScheduledClass.objects.count() == 1
    assert LogEntry.objects.count() == before
    assert not any("auditlog" in query["sql"] for query in captured)


def test_query_count_does_not_grow_with_the_history(client):
    client.force_login(account(VIEWER))
    row = make.student("Ana Ruiz")
    make.schedule(row)

    def count_queries():
        with CaptureQueriesContext(connection) as captured:
            history(client, row)
        return len(captured)

    history(client, row)
    count = count_queries()
    for n in range(20):
        row.first_name = f"Ana {n}"
        row.save()
        make.schedule(row, weekday=n % 7 + 1)
    assert count_queries() == count


def test_no_ip_address_is_stored(client):
    client.force_login(account(SCHEDULER))
    scheduled_class = make.lesson()
    data = {"action": "mark_present", "_selected_action": [scheduled_class.pk]}
    client.post("/admin/scheduling/scheduledclass/?when=all", data)
    assert entries(scheduled_class).last().remote_addr is None
