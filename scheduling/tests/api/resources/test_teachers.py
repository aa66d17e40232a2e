"""``/api/teachers``: teachers and their settings."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from scheduling.models import JobRun, LessonSettings, ScheduledClass, Teacher
from scheduling.tests import factories as make

from .helpers import TEACHER, invalid, ok, raw

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("now"),
    pytest.mark.one_database(name="sqlite"),
]

SETTINGS = {"durations": [{"minutes": 30, "price": 25.5}], "advanceBookingDays": 14}


def test_teacher_is_created(api: APIClient) -> None:
    body = {"name": "Marta Gil", "timeZone": "Europe/Madrid", "lessonSettings": SETTINGS}

    made = ok(api.post("/api/teachers", body), 201)

    assert set(made) == TEACHER
    assert made["lessonSettings"] == SETTINGS
    assert (made["email"], made["isActive"]) == ("", True)
    assert ok(api.get(f"/api/teachers/{made['id']}")) == made


def test_default_zone_is_that_of_studio(api: APIClient) -> None:
    made = ok(api.post("/api/teachers/", {"name": "Marta"}), 201)

    assert (made["timeZone"], made["lessonSettings"]) == ("UTC", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": ["x"]}, "name"),
        ({"name": "x" * 151}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"name": "M", "email": "no address"}, "email"),
        ({"name": "M", "timeZone": "Europe/Madird"}, "timeZone"),
        ({"name": "M", "timeZone": "\ud800"}, "timeZone"),
        ({"name": "M", "timeZone": "../etc/passwd"}, "timeZone"),
        ({"name": "M", "timeZone": ""}, "timeZone"),
        ({"name": "M", "timeZone": None}, "timeZone"),
        ({"name": "M", "isActive": "yes"}, "isActive"),
        ({"name": "M", "isActive": 1}, "isActive"),
        ({"name": "M", "isActive": {}}, "isActive"),
        ({"name": "M", "id": 7}, "id"),
        ({"name": "M", "phone": "7"}, "phone"),
        ({"name": "M", "\ud800": "7"}, "?"),
    ],
)
def test_invalid_teacher_is_refused(api: APIClient, body: Any, field: str) -> None:
    invalid(raw(api, "/api/teachers", body), f"{field}: ")
    assert not Teacher.objects.exists()


@pytest.mark.parametrize("body", ["[]", "[1]", '"x"', "5", "null", "true", "{", ""])
def test_body_that_is_no_object_is_400(api: APIClient, body: str) -> None:
    answer = api.post("/api/teachers", body, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.json()["success"] is False


def test_response_is_accepted_as_request(api: APIClient) -> None:
    made = ok(api.post("/api/teachers", {"name": "Marta", "lessonSettings": SETTINGS}), 201)

    assert ok(api.patch(f"/api/teachers/{made['id']}", made)) == made
    invalid(api.patch(f"/api/teachers/{made['id']}", made | {"id": 0}), "id: ")


def test_new_zone_moves_classes_in_same_request(api: APIClient) -> None:
    teacher = make.teacher()
    make.slot(teacher, weekday=2)
    ok(api.patch(f"/api/teachers/{teacher.pk}", {"timeZone": "Europe/Madrid"}))
    made = ScheduledClass.objects.order_by("date")[0]
    assert f"{made.starts_at:%H:%M}" == "09:00"

    answer = ok(api.patch(f"/api/teachers/{teacher.pk}", {"isActive": False}))

    assert set(answer) == TEACHER
    assert not ScheduledClass.objects.exists()
    assert set(JobRun.objects.values_list("trigger", "triggered_by")) == {("change", "root")}


def test_new_name_starts_no_run(api: APIClient) -> None:
    teacher = make.teacher(zone="Europe/Madrid")
    body = {"name": "Marta", "timeZone": "Europe/Madrid", "isActive": True}

    assert ok(api.patch(f"/api/teachers/{teacher.pk}", body))["name"] == "Marta"

    assert not JobRun.objects.exists()


def test_list_can_be_filtered_and_ordered(api: APIClient) -> None:
    make.teacher("Marta Gil", email="m@example.org")
    make.teacher("Tom Lee", is_active=False)

    def names(query: str) -> list[str]:
        return [teacher["name"] for teacher in ok(api.get(f"/api/teachers?{query}"))["results"]]

    assert names("") == ["Marta Gil", "Tom Lee"]
    assert names("isActive=false") == ["Tom Lee"]
    assert names("isActive=true") == ["Marta Gil"]
    assert names("search=gil+marta") == ["Marta Gil"]
    assert names("search=EXAMPLE") == ["Marta Gil"]
    assert names("search=gil+tom") == []
    assert names("ordering=-name") == ["Tom Lee", "Marta Gil"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("active=true", ["active", "isActive"]),
        ("is_active=true", ["“is_active”"]),
        ("isActive=yes", ["isActive: "]),
        ("isActive=true&isActive=false", ["isActive: ", "once"]),
        ("search=a%00b", ["search: "]),
        ("search=" + "x" * 101, ["search: "]),
        ("ordering=email", ["ordering: "]),
        ("ordering=--name", ["ordering: "]),
        ("pageSize=0", ["pageSize: "]),
        ("pageSize=501", ["pageSize: "]),
        ("pageSize=x", ["pageSize: "]),
        ("pageSize=" + "9" * 5000, ["pageSize: "]),
        ("cursor=abc", ["cursor: "]),
        ("cursor=%00%ff", ["cursor: "]),
        ("cursor=a:b:c", ["cursor: "]),
    ],
)
def test_invalid_parameter_is_refused(api: APIClient, query: str, words: list[str]) -> None:
    invalid(api.get(f"/api/teachers?{query}"), *words)


@pytest.mark.parametrize("size", [1, 7])
def test_query_count_does_not_depend_on_page_size(
    api: APIClient, size: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    for _number in range(size):
        teacher = make.teacher()
        settings = LessonSettings.objects.create(teacher=teacher)
        settings.durations.create(minutes=30, price=20)
    ok(api.get("/api/teachers"))
    with django_assert_num_queries(6):  # studio, session, user, teachers, durations, hours
        assert len(ok(api.get("/api/teachers"))["results"]) == size


@pytest.mark.parametrize("people", ["teachers", "students"])
def test_language_and_reminders_are_read_and_written(api: APIClient, people: str) -> None:
    name = {"name": "Marta"} if people == "teachers" else {"firstName": "Ana"}
    made = ok(api.post(f"/api/{people}", name | {"language": "es", "reminders": False}), 201)
    assert (made["language"], made["reminders"]) == ("es", False)
    changed = ok(api.patch(f"/api/{people}/{made['id']}", {"reminders": True}))
    assert (changed["language"], changed["reminders"]) == ("es", True)
    invalid(api.patch(f"/api/{people}/{made['id']}", {"language": "eo"}), "language")
    invalid(api.patch(f"/api/{people}/{made['id']}", {"reminders": "yes"}), "reminders")
