"""``/api/students/{id}/explain`` and ``/api/teachers/{id}/explain``."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from scheduling.models import Job, JobRun, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.jobs.helpers import horizon
from scheduling.tests.support.history import add_run

from .helpers import invalid, ok, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]


def test_day_of_student_and_teacher_is_explained(api: APIClient) -> None:
    marta, ana = make.teacher("Marta Gil", "Europe/Madrid"), make.student("Ana Ruiz")
    slot = make.slot(marta, ana, subject="Piano")
    run = horizon().run_id
    scheduled_class = ScheduledClass.objects.order_by("date").first()
    assert scheduled_class is not None

    data = ok(api.get(f"/api/students/{ana.pk}/explain?date=2026-01-05"))

    people = {
        "student": ana.pk,
        "studentName": "Ana Ruiz",
        "teacher": marta.pk,
        "teacherName": "Marta Gil",
        "room": None,
        "roomName": "",
    }
    hours = {"startTime": "10:00", "endTime": "11:00", "timeZone": "Europe/Madrid"}
    origin = data["classes"][0].pop("origin")
    assert origin.startswith(f"created by run {run}: Lessons for the next 12 weeks, command line, ")
    assert data == {
        "name": "Ana Ruiz",
        "date": "2026-01-05",
        "summary": "Ana Ruiz has a class on Monday 5 January 2026: "
        "10:00–11:00 Europe/Madrid · Ana Ruiz · Marta Gil.",
        "rules": [
            people
            | hours
            | {
                "source": "recurring_slot",
                "series": slot.pk,
                "rule": "Monday 10:00–11:00 Europe/Madrid · Ana Ruiz · Marta Gil",
                "dayOfWeek": 1,
                "intervalWeeks": 1,
                "subject": "Piano",
                "applies": True,
                "fate": "exists",
                "reason": "the class exists",
                "classId": scheduled_class.pk,
                "job": None,
                "madeOn": None,
            }
        ],
        "classes": [
            people
            | hours
            | {
                "id": scheduled_class.pk,
                "status": "scheduled",
                "source": "recurring_slot",
                "change": "",
            }
        ],
    }
    add_run(Job.WATCH, timezone.now())
    later = ok(api.get(f"/api/teachers/{marta.pk}/explain?date=2026-06-01"))
    assert (later["name"], later["classes"]) == ("Marta Gil", [])
    (rule,) = later["rules"]
    assert (rule["fate"], rule["classId"]) == ("planned", None)
    assert (rule["job"], rule["madeOn"]) == ("horizon", "2026-03-10")
    JobRun.objects.filter(job=Job.WATCH).delete()
    uncalled = ok(api.get(f"/api/teachers/{marta.pk}/explain?date=2026-06-01"))["rules"][0]
    assert (uncalled["job"], uncalled["madeOn"]) == ("horizon", None)


def test_default_date_is_today_in_studio(api: APIClient) -> None:
    ana = make.student("Ana Ruiz")
    data = ok(api.get(f"/api/students/{ana.pk}/explain"))
    assert (data["date"], data["rules"], data["classes"]) == ("2026-01-05", [], [])


def test_reasons_are_translated(api: APIClient) -> None:
    ana = make.student("Ana Ruiz")
    make.slot(student=ana, status="paused")
    url = f"/api/students/{ana.pk}/explain"
    (rule,) = ok(api.get(url, HTTP_ACCEPT_LANGUAGE="es"))["rules"]
    assert rule["reason"] != ok(api.get(url))["rules"][0]["reason"]


def test_unknown_person_and_invalid_date_are_refused(api: APIClient) -> None:
    ana = make.student()
    refused(api.get("/api/students/999999/explain"), 404, "not_found")
    refused(api.get("/api/teachers/999999/explain"), 404, "not_found")
    invalid(api.get(f"/api/students/{ana.pk}/explain?date=2026-02-31"), "date")
    invalid(api.get(f"/api/students/{ana.pk}/explain?day=2026-01-05"), "day")


def test_explanation_needs_permission_to_view_classes(staff: Any) -> None:
    ana, marta = make.student(), make.teacher()
    for url, people in [
        (f"/api/students/{ana.pk}/explain", "view_student"),
        (f"/api/teachers/{marta.pk}/explain", "view_teacher"),
    ]:
        refused(staff("view_scheduledclass").get(url), 403, "permission_denied")
        refused(staff(people).get(url), 403, "permission_denied")
        ok(staff(people, "view_scheduledclass").get(url))
