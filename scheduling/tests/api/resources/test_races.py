"""Two callers at the same moment: one of them, or both, but never half of each."""

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

pytestmark = pytest.mark.one_database(name="postgresql")

MEETS = {"dayOfWeek": 3, "startTime": "17:00", "endTime": "18:00"}


def together(*calls: Callable[[APIClient], Any]) -> list[Any]:
    """The answers to ``calls``, each made by a thread of its own at the same moment."""
    user = User.objects.create_superuser("root")
    barrier = Barrier(len(calls))

    def make_one(call: Callable[[APIClient], Any]) -> Any:
        client = APIClient()
        client.force_authenticate(user)
        try:
            barrier.wait(10)
            return call(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(make_one, calls))


@pytest.mark.django_db(transaction=True)
def test_two_that_write_the_same_schedule() -> None:
    who = make.student()
    body = {"fixedSchedule": [MEETS]}

    def call(client: APIClient) -> Any:
        return client.patch(f"/api/students/{who.pk}", body, format="json")

    answers = together(call, call)

    assert [answer.status_code for answer in answers] == [200, 200]
    assert FixedSchedule.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_open_the_same_slot() -> None:
    body = {"teacher": make.teacher().pk, "student": make.student().pk, "dayOfWeek": 2}
    body |= {"startTime": "16:00", "durationMinutes": 60}

    def call(client: APIClient) -> Any:
        return client.post("/api/recurring-slots", body, format="json")

    answers = together(call, call)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert RecurringSlot.objects.count() == 1
    assert ScheduledClass.objects.count() == 12


@pytest.mark.django_db(transaction=True)
def test_two_that_want_the_same_place() -> None:
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

    answers = together(
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
def test_two_that_change_one_class() -> None:
    one = make.lesson(on=day("2026-01-07"))
    url = f"/api/classes/{one.pk}"

    answers = together(
        lambda client: client.patch(url, {"notes": "Scales"}, format="json"),
        lambda client: client.patch(url, {"date": "2026-01-08"}, format="json"),
    )

    assert [answer.status_code for answer in answers] == [200, 200]
    one.refresh_from_db()
    assert (one.notes, str(one.date)) == ("Scales", "2026-01-08")


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
def test_what_the_database_refuses_at_the_last_moment_is_a_conflict(
    api: APIClient, address: str, model: Any, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = body()

    def save(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("a foreign key was here a moment ago")

    monkeypatch.setattr(model, "save", save)
    refused(api.post(f"/api/{address}", sent), 409, "conflict")
    monkeypatch.undo()
    ok(api.post(f"/api/{address}", sent), 201)
