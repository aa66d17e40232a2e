"""Typed text is normalised in the admin, the API, imported files and older rows."""

import io
import json
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.urls import reverse
from django.utils import timezone

from scheduling.models import RecurringSlot, ScheduledClass, Student, Teacher
from scheduling.services.timetable_import import import_timetable

from . import factories as make

pytestmark = pytest.mark.django_db
HEADER = (
    "teacher,teacher_time_zone,student_first_name,student_last_name,student_email,days,"
    "start_time,end_time,subject\n"
)
PLAIN = "Clara Ruiz,Europe/Madrid,Ana María,Pérez,ana@example.com,1,17:00,18:00,Piano\n"
TYPED = [
    PLAIN.replace("Clara Ruiz", "Clara\u00a0Ruiz"),
    PLAIN.replace("Ana María", "Ana  María"),
    PLAIN.replace("Clara Ruiz", "Clara\u200b Ruiz").replace("Pérez", "Pe\u0301rez"),
    PLAIN.replace("Ana María", "Ana\u3164Mari\u200b\u0301a").replace("Ruiz", "Ruiz\ufffb\u2063"),
    PLAIN.replace(",Piano", ",Piano\u00a0").replace("ana@example.com", "\u200bANA@example.com"),
]


def load(*rows):
    report = import_timetable(io.BytesIO((HEADER + "".join(rows)).encode()), now=timezone.now())
    assert report.succeeded, report.faults
    return report


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("is_first", [True, False])
def test_file_with_other_blanks_is_the_same_file(typed, is_first):
    first, second = (typed, PLAIN) if is_first else (PLAIN, typed)
    load(first)
    report = load(second)
    assert (report.unchanged, report.teachers, report.students) == (1, 0, 0)
    assert Teacher.objects.get().name == "Clara Ruiz"
    student = Student.objects.get()
    assert (student.first_name, student.last_name) == ("Ana María", "Pérez")
    assert RecurringSlot.objects.get().subject == "Piano"


def test_rows_that_look_alike_are_one_series():
    report = load(PLAIN, *TYPED)
    assert (report.merged_rows, RecurringSlot.objects.count()) == (5, 1)


def call(client, method, path, body):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json")


def test_api_stores_normalised_names(admin_client):
    answer = call(
        admin_client,
        "post",
        "/api/students",
        {"firstName": "Ana\u00a0 Mari\u0301a", "lastName": "\u200bPérez "},
    )
    assert answer.status_code == 201
    assert (answer.json()["firstName"], answer.json()["lastName"]) == ("Ana María", "Pérez")
    assert Student.objects.get().full_name == "Ana María Pérez"


@pytest.mark.parametrize(
    "name", ["Ana\tMaría", "Ana\x07", "\u200b", "\u3164", "\u200e \u200d", "Ana\u2028Ruiz"]
)
def test_api_refuses_control_characters_and_empty_names(admin_client, name):
    answer = call(admin_client, "post", "/api/students", {"firstName": name})
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("firstName: ")
    assert not Student.objects.exists()


def test_api_refuses_control_characters_in_notes(admin_client):
    lesson = make.lesson()
    path = f"/api/classes/{lesson.pk}"
    assert call(admin_client, "patch", path, {"notes": "scales\nand \x07"}).status_code == 400
    assert call(admin_client, "patch", path, {"notes": "scales\nand\ttriads"}).status_code == 200
    lesson.refresh_from_db()
    assert lesson.notes == "scales\nand\ttriads"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Clara\u00a0 Ruiz ", "Clara Ruiz"), ("Clara\x07", ""), ("\u200b", ""), ("\u3164\u200e", "")],
)
def test_admin_stores_normalised_name_or_shows_error(admin_client, typed, stored):
    form = {
        "name": typed,
        "email": "",
        "time_zone": "Europe/Madrid",
        "language": "en",
        "is_active": "on",
        "lesson_settings-TOTAL_FORMS": "0",
        "lesson_settings-INITIAL_FORMS": "0",
    }
    answer = admin_client.post(reverse("admin:scheduling_teacher_add"), form)
    assert [teacher.name for teacher in Teacher.objects.all()] == ([stored] if stored else [])
    if not stored:
        assert list(answer.context["adminform"].form.errors) == ["name"]


def test_models_store_normalised_names():
    teacher = Teacher.objects.create(name="Clara\u00a0Ruiz")
    assert Teacher.objects.values_list("name", flat=True).get() == "Clara Ruiz"
    Teacher.objects.filter(name="Clara\u2003Ruiz").update(name="Clara  Gil\u200b")
    teacher.refresh_from_db()
    assert teacher.name == "Clara Gil"


def digest(first_name, teacher, valid_from=""):
    parts = ("ana@example.com", first_name, "Pérez", teacher, "1", "17:00", valid_from)
    return sha256("\0".join(parts).encode()).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_migration_normalises_names_and_import_keys(migrate):
    before = migrate([("scheduling", "0024_refused_credentials")])

    def model(name):
        return before.get_model("scheduling", name).objects

    clara = model("Teacher").create(name="Clara\u00a0Ruiz", time_zone="Europe/Madrid")
    ana = model("Student").create(
        first_name="Ana  María",
        last_name="Pérez",
        email="ana@example.com",
        language="en",
        start_date=date(2026, 1, 5),
    )
    slot = {"teacher": clara, "student": ana, "weekday": 1, "duration_minutes": 60}
    first_day = date(2026, 1, 5)
    imported = model("RecurringSlot").create(
        **slot,
        start_time="17:00",
        valid_from=first_day,
        subject="Piano\u200b",
        import_key=digest("Ana  María", "Clara\u00a0Ruiz"),
    )
    edited = model("RecurringSlot").create(
        **slot, start_time="19:00", valid_from=first_day, import_key="of other names"
    )
    row = {"student": ana, "date": first_day, "start_time": "9:00", "end_time": "10:00"}
    moments = {name: timezone.now() for name in ("starts_at", "ends_at")}
    moments["ends_at"] += timedelta(hours=1)
    model("ScheduledClass").create(**row, **moments, time_zone="UTC", subject="Piano\u200b")
    migrate()
    assert Teacher.objects.values_list("name", flat=True).get() == "Clara Ruiz"
    assert Student.objects.get().full_name == "Ana María Pérez"
    assert set(RecurringSlot.objects.values_list("subject", flat=True)) == {"Piano", ""}
    assert ScheduledClass.objects.values_list("subject", flat=True).get() == "Piano"
    keys = dict(RecurringSlot.objects.values_list("id", "import_key"))
    assert keys == {imported.pk: digest("Ana María", "Clara Ruiz"), edited.pk: "of other names"}
    report = load(PLAIN)
    assert (report.unchanged, report.teachers, report.students) == (1, 0, 0)
