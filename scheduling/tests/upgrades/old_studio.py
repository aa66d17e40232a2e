"""Builds a small studio with the code in the working directory: a program that dump.py starts.

It uses only what every commit since the first with pages has: the import of a timetable,
``generate_classes``, and the API, or before there was one the admin. People edit classes between
two runs.
"""

import os
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
import time_machine

# Before the first run, and between the edits and the second run.
FIRST = datetime(2026, 11, 16, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
WEEKS = 4

TIMETABLE = """\
teacher,teacher_time_zone,student_first_name,student_last_name,student_email,days,start_time,duration_minutes,subject,valid_from,is_shared
Marta Ejemplo,Europe/Madrid,Ana,Prueba,ana@example.org,3,10:00,45,Piano,2026-11-02,no
Marta Ejemplo,Europe/Madrid,Blas,Prueba,blas@example.org,2,11:00,60,Violín,2026-11-02,no
Marta Ejemplo,Europe/Madrid,Carla,Prueba,carla@example.org,4,17:00,60,Choir,2026-11-02,yes
Marta Ejemplo,Europe/Madrid,Dora,Prueba,dora@example.org,4,17:00,60,Choir,2026-11-02,yes
Kenji Ejemplo,Asia/Tokyo,Elia,Prueba,elia@example.org,5,18:30,30,Flute,2026-11-02,no
"""


def build() -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.sessions.models import Session
    from django.core.management import call_command
    from django.test import Client

    from scheduling.models import Closure, FixedSchedule, JobRun, Student

    with TemporaryDirectory() as folder:
        file = Path(folder, "timetable.csv")
        file.write_text(TIMETABLE)
        call_command("import_timetable", str(file))
    Student.objects.update(start_date=date(2026, 11, 2))
    ana = Student.objects.get(first_name="Ana")
    # Without a teacher: a class in the zone of the studio.
    FixedSchedule.objects.create(
        student=ana, weekday=1, start_time=time(9), end_time=time(9, 50), subject="Theory"
    )
    holidays = [date(2026, 12, 7), date(2026, 12, 8)]
    Closure.objects.create(name="Holidays", first_date=holidays[0], last_date=holidays[1])
    call_command("generate_classes", weeks=WEEKS)
    with time_machine.travel(NOW):
        clara = get_user_model().objects.create(
            username="clara", is_staff=True, is_superuser=True, password="!"
        )
        client = Client()
        client.force_login(clara)
        edit_classes(client)
        call_command("generate_classes", weeks=WEEKS)
    Session.objects.all().delete()
    JobRun.objects.update(host="example-host")


def edit_classes(client: Any) -> None:
    """Move, cancel, note, mark and delete classes, as people do."""

    def edit(name: str, day: date, **values: Any) -> None:
        change(client, class_of(name, day), values)

    edit("Ana", date(2026, 12, 2), date="2026-12-03", start_time="11:15", end_time="12:00")
    edit("Ana", date(2026, 11, 18), status="completed", attendance="present")
    edit("Ana", date(2026, 11, 16), notes="Bring the blue book.")
    edit("Blas", date(2026, 11, 24), status="completed", attendance="unexcused")
    edit(
        "Blas", date(2026, 12, 1),
        status="cancelled", cancelled_by="student", cancel_reason="Has a cold.",
    )  # fmt: skip
    edit("Dora", date(2026, 12, 10), subject="Solo")
    delete(client, class_of("Elia", date(2026, 12, 4)))
    for day in (date(2026, 11, 28), date(2026, 11, 29)):
        create(client, "Elia", day)
    delete(client, class_of("Elia", date(2026, 11, 29)))


def class_of(name: str, day: date) -> Any:
    from scheduling.models import ScheduledClass

    return ScheduledClass.objects.get(student__first_name=name, date=day)


def has_api() -> bool:
    return Path("scheduling/api").is_dir()


PAGE = "/admin/scheduling/scheduledclass"


def change(client: Any, scheduled_class: Any, values: dict[str, Any]) -> None:
    if has_api():
        names = {name: camel(name) for name in values}
        body = {names[name]: value for name, value in values.items()}
        address = f"/api/classes/{scheduled_class.pk}"
        answer = client.patch(address, body, content_type="application/json")
        assert answer.status_code == 200, answer.content
        return
    submit(client, f"{PAGE}/{scheduled_class.pk}/change/", values)


def create(client: Any, name: str, day: date) -> None:
    """Create a one-off class."""
    from scheduling.models import Student, Teacher

    values = {
        "student": Student.objects.get(first_name=name).pk,
        "teacher": Teacher.objects.get(name="Marta Ejemplo").pk,
        "date": day.isoformat(),
        "start_time": "12:00",
        "end_time": "13:00",
        "subject": "Duet",
    }
    if has_api():
        body = {camel(name): value for name, value in values.items()}
        answer = client.post("/api/classes", body, content_type="application/json")
        assert answer.status_code == 201, answer.content
        return
    submit(client, f"{PAGE}/add/", values)


def delete(client: Any, scheduled_class: Any) -> None:
    """Delete a one-off class; take a generated one off the calendar."""
    if has_api():
        answer = client.delete(f"/api/classes/{scheduled_class.pk}")
        assert answer.status_code in (200, 204), answer.content
    elif scheduled_class.is_generated:
        change(client, scheduled_class, {"status": "cancelled", "cancelled_by": "studio"})
    else:
        answer = client.post(f"{PAGE}/{scheduled_class.pk}/delete/", {"post": "yes"})
        assert answer.status_code == 302, answer.content


def submit(client: Any, address: str, values: dict[str, Any]) -> None:
    """Post the form of a page of the admin with ``values`` changed."""
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    answer = client.post(address, {k: v for k, v in (data | values).items() if v is not None})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    os.environ["DJANGO_SETTINGS_MODULE"] = "classtracker.settings"
    with time_machine.travel(FIRST):
        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()  # keeps the forms of pages, and sends no e-mail
        call_command("migrate", verbosity=0)
        build()
