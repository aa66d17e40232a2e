"""Concurrent calls: each succeeds or fails as a whole."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from rest_framework.test import APIClient

from scheduling.models import FixedSchedule, RecurringSlot, ScheduledClass, Student
from scheduling.tests import factories as make
from scheduling.tests.factories import day

from .helpers import ok, refused

pytestmark = pytest.mark.one_database(name="sqlite")

MEETS = {"dayOfWeek": 3, "startTime": "17:00", "endTime": "18:00"}


def call_concurrently(*calls: Callable[[APIClient], Any]) -> list[Any]:
    """Make each call in its own thread at the same time; return the responses."""
    user = User.objects.create_superuser("root")
    barrier = Barrier(len(calls))

    def call_api(call: Callable[[APIClient], Any]) -> Any:
        client = APIClient()
        client.force_authenticate(user)
        try:
            barrier.wait(10)
            return call(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call_api, calls))


@pytest.mark.django_db(transaction=True)
def test_concurrent_identical_schedules_create_one_meeting() -> None:
    student = make.student()
    body = {"fixedSchedule": [MEETS]}

    def call(client: APIClient) -> Any:
        return client.patch(f"/api/students/{student.pk}", body, format="json")

    answers = call_concurrently(call, call)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert FixedSchedule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_identical_slots_create_one() -> None:
    body = {"teacher": make.teacher().pk, "student": make.student().pk, "dayOfWeek": 2}
    body |= {"startTime": "16:00", "durationMinutes": 60}

    def call(client: APIClient) -> Any:
        return client.post("/api/recurring-slots", body, format="json")

    answers = call_concurrently(call, call)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert RecurringSlot.objects.count() == 1
    assert ScheduledClass.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_concurrent_double_booking_creates_one_class() -> None:
    teacher = make.teacher()
    bodies = [
        {
            "student": make.student().pk,
            "teacher": teacher.pk,
            "date": "2026-01-07",
            "startTime": "10:00",
            "endTime": "11:00",
        }
        for _number in range(2)
    ]

    answers = call_concurrently(
        *(
            lambda client, body=body: client.post("/api/classes", body, format="json")
            for body in bodies
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    loser = next(answer for answer in answers if answer.status_code == 409)
    refused(loser, 409, "double_booked")
    assert ScheduledClass.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_concurrent_changes_of_a_class_are_both_kept() -> None:
    scheduled_class = make.lesson(on=day("2026-01-07"))
    url = f"/api/classes/{scheduled_class.pk}"

    answers = call_concurrently(
        lambda client: client.patch(url, {"notes": "Scales"}, format="json"),
        lambda client: client.patch(url, {"date": "2026-01-08"}, format="json"),
    )

    assert [answer.status_code for answer in answers] == [200, 200]
    scheduled_class.refresh_from_db()
    assert (scheduled_class.notes, str(scheduled_class.date)) == ("Scales", "2026-01-08")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "model", "body"),
    [
        ("students", Student, lambda: {"firstName": "Ana"}),
        (
            "recurring-slots",
            RecurringSlot,
            lambda: {
                "teacher": make.teacher().pk,
                "student": make.student().pk,
                "dayOfWeek": 1,
                "startTime": "10:00",
                "durationMinutes": 30,
            },
        ),
    ],
)
def test_integrity_error_is_409(
    api: APIClient, address: str, model: Any, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = body()

    def save(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("a foreign key was here a moment ago")

    monkeypatch.setattr(model, "save", save)
    refused(api.post(f"/api/{address}", sent), 409, "conflict")
    monkeypatch.undo()
    ok(api.post(f"/api/{address}", sent), 201)
