"""“Export their data” and “Erase…” on the pages of people."""

from datetime import UTC, date, datetime

import pytest
from auditlog.models import LogEntry
from django.contrib.messages import get_messages

from scheduling.models import Guardian, Message, ScheduledClass, Student
from scheduling.services.roles import OWNER, SCHEDULER
from scheduling.tests import factories as make
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.one_database(name="sqlite"),
]

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
URL = "/admin/scheduling/"


@pytest.fixture
def owner(client):
    client.force_login(account(OWNER))
    return client


@pytest.fixture
def ana():
    student = make.student("Ana Ruiz", email="ana@example.org")
    make.guardian("Eva Ruiz", student)
    make.lesson(student, date(2026, 1, 5), notes="Scales")
    make.lesson(student, date(2026, 1, 9))
    return student


def test_student_is_erased_after_a_plan(owner, ana):
    page = f"{URL}student/{ana.pk}/"
    assert f"{page}erase/" in owner.get(f"{page}change/").content.decode()

    answer = owner.get(f"{page}erase/")
    text = answer.content.decode()
    tables = {name: counts for name, *counts in answer.context["tables"]}
    assert (tables["Students"], tables["Guardians"]) == ([1, 0], [1, 0])
    assert tables["Classes"] == [2, 2]
    assert ("Also erased:" in text, "Eva Ruiz" in text) == (True, True)
    assert Student.objects.get().full_name == "Ana Ruiz"

    alone = owner.get(f"{page}erase/?look=1").context["erasure"]
    assert alone.names == ["Ana Ruiz"]
    assert owner.post(f"{page}erase/", {"plan": "another"}).status_code == 409

    values = {"plan": answer.context["erasure"].fingerprint, "guardians": "on"}
    done = owner.post(f"{page}erase/", values)
    assert done.status_code == 302
    [message] = [str(message) for message in get_messages(done.wsgi_request)]
    label = f"Erased student {ana.pk}"
    assert message == f"The data is erased. The classes stay under the name “{label}”."
    assert (Student.objects.get().full_name, Guardian.objects.count()) == (label, 0)
    assert not Message.objects.exists()
    assert ScheduledClass.objects.get(date=date(2026, 1, 9)).status == "cancelled"

    text = owner.get(f"{page}change/").content.decode()
    assert ('name="first_name"' in text, f"{page}erase/" in text) == (False, False)
    assert "erased" in owner.get(f"{URL}student/").content.decode()
    again = owner.get(f"{page}erase/").content.decode()
    assert "The data of this person is erased." in again


def test_teacher_with_lessons_ahead_is_refused(owner):
    slot = make.slot(make.teacher("Marta Gil"))
    page = f"{URL}teacher/{slot.teacher_id}/"
    text = owner.get(f"{page}erase/").content.decode()
    assert "Marta Gil still has lessons ahead or schedules that have not ended." in text
    assert f'href="{page}end/"' in text
    assert '<form method="post"' not in text.replace("logout", "").split("ct-confirm")[1]


def test_data_is_a_file_and_its_export_is_logged(owner, ana):
    answer = owner.get(f"{URL}student/{ana.pk}/data/")
    assert answer["Content-Disposition"] == (
        f'attachment; filename="student-{ana.pk}-2026-01-07.json"'
    )
    assert "no-store" in answer["Cache-Control"]
    data = answer.json()
    assert data["person"]["firstName"] == "Ana"
    assert [row["notes"] for row in data["classes"]] == ["Scales", ""]
    assert data["classes"][0]["startsAt"] == "2026-01-05T10:00:00+00:00"
    entry = LogEntry.objects.get_for_object(ana).get()
    assert (entry.action, entry.actor.username) == (LogEntry.Action.ACCESS, "owner")
    assert "data exported" in owner.get(f"{URL}student/{ana.pk}/history/").content.decode()


def test_scheduler_sees_no_link(client, ana):
    client.force_login(account(SCHEDULER))
    text = client.get(f"{URL}student/{ana.pk}/change/").content.decode()
    assert ("/erase/" in text, "/data/" in text) == (False, False)


def test_page_is_translated(owner, ana):
    make.studio(language="es")
    guardian = Guardian.objects.get()
    text = owner.get(f"{URL}guardian/{guardian.pk}/erase/").content.decode()
    assert "Qué se borra y qué se conserva" in text
    plan = owner.get(f"{URL}student/{ana.pk}/erase/").context["erasure"]
    assert plan.labels[0] == f"Estudiante {ana.pk} (datos borrados)"
