"""``makeUpFor``: the cancelled class that a scheduled_class-off class replaces."""

from typing import Any

import pytest

from scheduling.models import ScheduledClass
from scheduling.services.classes.edit import cancel
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY

from .helpers import invalid, ok

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


@pytest.fixture
def lost() -> ScheduledClass:
    scheduled_class = make.lesson(make.student("Ana Ruiz"), teacher=make.teacher())
    return cancel(scheduled_class.pk, by="teacher", now=EARLY)


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


def test_class_has_at_most_one_make_up(api: Any, lost: ScheduledClass) -> None:
    made = ok(api.post("/api/classes", body(lost)), 201)
    assert made["makeUpFor"] == lost.pk
    assert ok(api.get(f"/api/classes/{lost.pk}"))["makeUpFor"] is None
    again = api.post("/api/classes", body(lost, startTime="18:00", endTime="19:00"))
    assert "already has a make-up" in again.content.decode()
    assert again.status_code == 400


def test_make_up_is_for_student_of_lost_class(api: Any, lost: ScheduledClass) -> None:
    answer = api.post("/api/classes", body(lost, student=make.student().pk))
    invalid(answer, "for the student who lost the class")
    assert ScheduledClass.objects.count() == 1


def test_make_up_for_can_not_change(api: Any, lost: ScheduledClass) -> None:
    made = ok(api.post("/api/classes", body(lost)), 201)
    ok(api.patch(f"/api/classes/{made['id']}", {"makeUpFor": lost.pk, "notes": "x"}))
    invalid(api.patch(f"/api/classes/{made['id']}", {"makeUpFor": None}), "only be set")
