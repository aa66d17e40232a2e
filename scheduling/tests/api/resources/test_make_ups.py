"""``makeUpFor``: the cancelled class that a one-off makes good."""

from typing import Any

import pytest

from scheduling.models import ScheduledClass
from scheduling.services.classes.edit import cancel
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY

from .helpers import invalid, ok

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="postgresql")]


@pytest.fixture
def lost() -> ScheduledClass:
    one = make.lesson(make.student("Ana Ruiz"), whom=make.teacher())
    return cancel(one.pk, by="teacher", now=EARLY)


def body(lost: ScheduledClass, **more: Any) -> dict[str, Any]:
    return {
        "student": lost.student_id,
        "teacher": lost.teacher_id,
        "date": "2026-01-09",
        "startTime": "16:00",
        "endTime": "17:00",
        "makeUpFor": lost.pk,
        **more,
    }


def test_it_is_written_once_and_read(api: Any, lost: ScheduledClass) -> None:
    made = ok(api.post("/api/classes", body(lost)), 201)
    assert made["makeUpFor"] == lost.pk
    assert ok(api.get(f"/api/classes/{lost.pk}"))["makeUpFor"] is None
    again = api.post("/api/classes", body(lost, startTime="18:00", endTime="19:00"))
    assert "already has a make-up" in again.content.decode()
    assert again.status_code == 400


def test_it_is_for_the_student_who_lost_the_class(api: Any, lost: ScheduledClass) -> None:
    answer = api.post("/api/classes", body(lost, student=make.student().pk))
    invalid(answer, "for the student who lost the class")
    assert ScheduledClass.objects.count() == 1


def test_it_stays_what_it_was(api: Any, lost: ScheduledClass) -> None:
    made = ok(api.post("/api/classes", body(lost)), 201)
    ok(api.patch(f"/api/classes/{made['id']}", {"makeUpFor": lost.pk, "notes": "x"}))
    invalid(api.patch(f"/api/classes/{made['id']}", {"makeUpFor": None}), "only be set")
