"""``workingHours`` and ``subjects`` of a teacher, and warnings of lessons outside the hours."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import WorkingHours
from scheduling.tests import factories as make

from .helpers import invalid, ok, raw, refused

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

MORNING = {"dayOfWeek": 1, "startTime": "09:00", "endTime": "13:00"}
NIGHT = {"dayOfWeek": 7, "startTime": "22:00", "endTime": "00:00"}
DATES: dict[str, Any] = {"validFrom": None, "validUntil": None}


def test_hours_and_subjects_are_written_as_a_whole(api: APIClient) -> None:
    body = {"name": "Marta", "workingHours": [NIGHT, MORNING], "subjects": ["Piano", "Music, etc."]}
    made = ok(api.post("/api/teachers", body), 201)
    assert made["workingHours"] == [MORNING | DATES, NIGHT | DATES]
    assert made["subjects"] == ["Piano", "Music, etc."]

    url = f"/api/teachers/{made['id']}"
    assert ok(api.patch(url, {"name": "Eva"}))["workingHours"] == made["workingHours"]
    dates = {"validFrom": "2026-01-05", "validUntil": "2026-02-01"}
    changed = ok(api.patch(url, {"workingHours": [MORNING | dates], "subjects": []}))
    assert changed["workingHours"] == [MORNING | dates]
    assert changed["subjects"] == []
    assert ok(api.patch(url, {"workingHours": []}))["workingHours"] == []
    assert not WorkingHours.objects.exists()


@pytest.mark.parametrize(
    ("hours", "field"),
    [
        (5, "workingHours"),
        (None, "workingHours"),
        ([MORNING | {"dayOfWeek": 8}], "workingHours[0].dayOfWeek"),
        ([MORNING | {"startTime": "9:00"}], "workingHours[0].startTime"),
        ([MORNING | {"endTime": "24:00"}], "workingHours[0].endTime"),
        ([MORNING | {"endTime": "09:00"}], "workingHours[0].endTime"),
        ([MORNING, NIGHT | {"endTime": "21:00"}], "workingHours[1].endTime"),
        (
            [MORNING | {"validFrom": "2026-01-05", "validUntil": "2026-01-04"}],
            "workingHours[0].validUntil",
        ),
        ([MORNING | {"x": 1}], "workingHours[0].x"),
        ([{"dayOfWeek": 1}], "workingHours[0].startTime"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_hours_that_make_no_sense(api: APIClient, hours: Any, field: str, method: str) -> None:
    if method == "post":
        answer = raw(api, "/api/teachers", {"name": "Marta", "workingHours": hours})
    else:
        answer = raw(api, f"/api/teachers/{make.teacher().pk}", {"workingHours": hours}, api.patch)
    invalid(answer, f"{field}: ")
    assert not WorkingHours.objects.exists()


@pytest.mark.parametrize(
    ("subjects", "field"),
    [("Piano", "subjects"), (["x" * 201], "subjects[0]"), ([""], "subjects[0]"), ([5], "subjects")],
)
def test_subjects_that_make_no_sense(api: APIClient, subjects: Any, field: str) -> None:
    answer = raw(api, "/api/teachers", {"name": "Marta", "subjects": subjects})
    invalid(answer, field)


def test_hours_need_their_own_permission(staff: Callable[..., APIClient]) -> None:
    one = make.teacher()
    caller = staff("view_teacher", "change_teacher")
    url = f"/api/teachers/{one.pk}"
    refused(caller.patch(url, {"workingHours": [MORNING]}), 403, "permission_denied")
    assert not WorkingHours.objects.exists()
    assert ok(caller.patch(url, {"workingHours": []}))["workingHours"] == []


def test_a_lesson_outside_the_hours_is_saved_with_a_warning(api: APIClient) -> None:
    clara = make.teacher("Clara Ruiz")
    ok(api.patch(f"/api/teachers/{clara.pk}", {"workingHours": [MORNING]}))
    body = {
        "teacher": clara.pk,
        "student": make.student().pk,
        "dayOfWeek": 1,
        "startTime": "12:30",
        "durationMinutes": 45,
    }
    made = ok(api.post("/api/recurring-slots", body), 201)
    text = "Outside the working hours of Clara Ruiz on Monday: 09:00–13:00."
    assert made["warning"] == text
    url = f"/api/recurring-slots/{made['id']}"
    assert "warning" not in ok(api.patch(url, {"startTime": "12:15"}))
    assert "warning" not in ok(api.patch(url, {"startTime": "12:15"}))

    meeting = {"dayOfWeek": 2, "startTime": "10:00", "endTime": "11:00", "teacher": clara.pk}
    ana = ok(api.post("/api/students", {"firstName": "Ana", "fixedSchedule": [meeting]}), 201)
    assert ana["warning"] == "Clara Ruiz does not work on Tuesday."
